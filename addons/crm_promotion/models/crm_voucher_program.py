from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrmVoucherProgram(models.AbstractModel):
    """What a program says about its vouchers. Part of ``loyalty.program``."""

    _name = "crm.voucher.program"
    _description = "Vouchers of a Program"

    voucher_prefix = fields.Char(
        string="Prefix of Codes", help="Codes start with it, such as TET-."
    )
    voucher_length = fields.Integer(
        string="Random Characters",
        default=8,
        help="Of a code, after its prefix; without letters that look alike.",
    )
    voucher_days = fields.Integer(
        string="Days of Validity",
        default=30,
        help="For vouchers that are issued by themselves or without a last day.",
    )
    voucher_hold_hours = fields.Integer(
        string="Hours of Reservation",
        default=24,
        help="A quotation keeps a voucher so long from others.",
    )
    voucher_notice_days = fields.Integer(
        string="Days before Expiry",
        default=7,
        help="A voucher counts as about to expire so many days before its last one.",
    )
    voucher_batch_ids = fields.One2many(
        "crm.voucher.batch", "program_id", string="Issues"
    )
    voucher_count = fields.Integer(compute="_compute_voucher_count")
    voucher_used_count = fields.Integer(compute="_compute_voucher_count")

    def _compute_voucher_count(self):
        counts = {}
        for program, state, count in self.env["loyalty.card"]._read_group(
            [("program_id", "in", self.ids), ("voucher_state", "!=", False)],
            ["program_id", "voucher_state"],
            ["__count"],
        ):
            counts.setdefault(program.id, {})[state] = count
        for program in self:
            of_state = counts.get(program.id, {})
            program.voucher_count = sum(of_state.values())
            program.voucher_used_count = of_state.get("used", 0)

    @api.constrains(
        "voucher_length", "voucher_prefix", "voucher_days", "voucher_hold_hours"
    )
    def _check_voucher_terms(self):
        for program in self.filtered(lambda program: program._has_vouchers()):
            self.env["loyalty.card"]._check_code_format(
                1, program.voucher_prefix, program.voucher_length
            )
            if program.voucher_days < 1 or program.voucher_hold_hours < 1:
                raise ValidationError(
                    self.env._(
                        "Vouchers are valid for a day at least, and reserved for an "
                        "hour at least."
                    )
                )

    def _has_vouchers(self):
        return self.is_promotion and self.program_type == "coupons"

    @api.model
    def _voucher_programs(self):
        return self.search(
            [("is_promotion", "=", True), ("program_type", "=", "coupons")]
        )

    def _takes_vouchers(self, day):
        """Hook: whether vouchers of this program can be used on that day."""
        self.ensure_one()
        return bool(
            self.active
            and self.promotion_state == "running"
            and (not self.stopped_on or self.stopped_on > day)
            and (not self.date_from or self.date_from <= day)
            and (not self.date_to or self.date_to >= day)
        )

    def _voucher_last_day(self):
        """The last day of a voucher that is issued now."""
        day = self._local_day() + timedelta(days=self.voucher_days)
        return min(day, self.date_to) if self.date_to else day

    def _issue_vouchers(self, partners=None, count=1, cause=None):
        """Issue vouchers by themselves: for next time, by an automation rule.

        :param partners: so many for each of them; without any, nobody's vouchers.
        :param cause: what the vouchers are for. With the same cause nothing is issued
            twice; ``loyalty.card._cancel_by_cause`` takes it back.
        :return: the vouchers.
        """
        self.ensure_one()
        Card = self.env["loyalty.card"].sudo()
        if not self._has_vouchers():
            raise UserError(
                self.env._(
                    "%(program)s has no vouchers: choose a voucher program.",
                    program=self.display_name,
                )
            )
        if cause:
            domain = [("program_id", "=", self.id), ("voucher_cause", "=", cause)]
            if there := Card.search(domain):
                return there.sudo(self.env.su)
        owners = partners.commercial_partner_id.ids if partners else [None]
        ids = Card._insert_vouchers(
            self.sudo(),
            [owner for owner in owners for _number in range(count)],
            expires_on=self._voucher_last_day(),
            cause=cause,
        )
        return self.env["loyalty.card"].browse(ids)

    def _issue_by_cause(self, owners):
        """Issue a voucher for each cause that has none yet, in one statement.

        Of two that do it at once the unique index lets one; the other one is repeated
        and finds the vouchers here.

        :param owners: cause -> id of the customer; causes begin with ``action:``.
        :return: the new vouchers.
        """
        self.ensure_one()
        # What was archived was issued, too.
        Card = self.env["loyalty.card"].sudo().with_context(active_test=False)
        domain = [("program_id", "=", self.id), ("voucher_cause", "in", list(owners))]
        known = set(Card.search(domain).mapped("voucher_cause"))
        missing = [cause for cause in owners if cause not in known]
        ids = Card._insert_vouchers(
            self.sudo(),
            [owners[cause] for cause in missing],
            expires_on=self._voucher_last_day(),
            causes=missing,
        )
        return self.env["loyalty.card"].browse(ids)

    def action_open_vouchers(self):
        """The vouchers of this program."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_promotion.loyalty_card_action_voucher"
        )
        return action | {
            "domain": [("program_id", "=", self.id), ("voucher_state", "!=", False)],
            "context": {"default_program_id": self.id},
        }

    def action_issue_vouchers(self):
        """A new issue of this program's vouchers."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_promotion.crm_voucher_batch_action"
        )
        return action | {
            "views": [(False, "form")],
            "context": {"default_program_id": self.id},
        }
