from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL

#: Fields of an account that its postings alone write.
LEDGER_ONLY = {"points_debt", "points_counted", "ledger_at"}


class CrmLoyaltyAccount(models.AbstractModel):
    """One account per customer and points program. Part of ``loyalty.card``.

    The account is the commercial entity's: contact persons of a company share it.
    """

    _name = "crm.loyalty.account"
    _description = "Account of a Points Program"

    @api.model
    def _find_account(self, program, partner):
        """The customer's account, empty when there is none yet."""
        return self._find_accounts(program, partner).get(partner, self.browse())

    @api.model
    def _find_accounts(self, program, partners):
        """Customer -> account, for those that have one; archived ones as well."""
        owners = partners.commercial_partner_id
        found = (
            self.sudo()
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("program_id", "=", program.id),
                    ("partner_id", "in", owners.ids),
                    ("is_account", "=", True),
                ],
                ["partner_id"],
            )
        )
        by_owner = {card.partner_id.id: self.browse(card.id) for card in found}
        return {
            partner: by_owner[partner.commercial_partner_id.id]
            for partner in partners
            if partner.commercial_partner_id.id in by_owner
        }

    @api.model
    def _provide_accounts(self, program, partners):
        """Customer -> account, made where there is none.

        Of two transactions that make the first account of a customer at once, one
        waits, finds the row it could not see, and is repeated by Odoo.
        """
        accounts = self._find_accounts(program, partners)
        missing = (partners - partners.browse(p.id for p in accounts)).mapped(
            "commercial_partner_id"
        )
        if missing:
            self._insert_accounts(program, missing)
            accounts = self._find_accounts(program, partners)
        return accounts

    @api.model
    def _insert_accounts(self, program, owners):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_card (program_id, company_id, partner_id, code,
                    points, points_debt, is_account, active,
                    create_uid, create_date, write_uid, write_date)
                SELECT %(program)s, %(company)s, owner.id, owner.code, 0, 0, TRUE, TRUE,
                       %(user)s, %(now)s, %(user)s, %(now)s
                  FROM UNNEST(%(owners)s, %(codes)s) AS owner (id, code)
                    ON CONFLICT (program_id, partner_id) WHERE is_account DO NOTHING
                """,
                program=program.id,
                company=program.company_id.id or None,
                owners=owners.ids,
                codes=[self._generate_code() for _owner in owners],
                user=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.invalidate_model()
        program.invalidate_recordset(["coupon_ids", "coupon_count"])

    @api.depends("program_id.keep_ledger", "partner_id")
    def _compute_is_account(self):
        for card in self:
            card.is_account = bool(card.program_id.keep_ledger and card.partner_id)

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `loyalty`: an account is the commercial entity's.

        Points that a new card comes with are its first adjustment.
        """
        Program = self.env["loyalty.program"].sudo()
        usual = self.default_get(["program_id", "partner_id", "points"])
        opening, vals_list = [], [usual | vals for vals in vals_list]
        for vals in vals_list:
            points = 0
            if Program.browse(vals.get("program_id")).keep_ledger:
                self._refuse_given(LEDGER_ONLY, [vals])
                points, vals["points"] = vals.get("points") or 0, 0
                partner = self.env["res.partner"].browse(vals.get("partner_id"))
                vals["partner_id"] = partner.commercial_partner_id.id
                vals["is_account"] = bool(vals["partner_id"])
            opening.append(points)
        if any(opening):
            self._check_may_adjust()
        cards = super().create(vals_list)
        for card, points in zip(cards, opening, strict=True):
            if points:
                card._post_points(
                    int(points), description=self.env._("Opening balance")
                )
        return cards

    @api.ondelete(at_uninstall=False)
    def _unlink_except_account(self):
        if any(self.sudo().program_id.mapped("keep_ledger")) and self.env[
            "loyalty.history"
        ].sudo().search_count([("card_id", "in", self._keeping().ids)], limit=1):
            raise UserError(
                self.env._(
                    "An account with points can't be deleted: its ledger stays. "
                    "Archive it instead."
                )
            )

    def _keeping(self):
        """Those whose points are kept in the ledger."""
        return self.filtered(lambda card: card.sudo().program_id.keep_ledger)

    @api.constrains("partner_id", "program_id")
    def _check_owner_stays(self):
        """An account with points belongs to whom it belongs; customers are merged."""
        for card in self._keeping():
            if card.partner_id and card.partner_id.commercial_partner_id != (
                card.partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "Points belong to the customer %(customer)s, not to a contact "
                        "person.",
                        customer=card.partner_id.commercial_partner_id.display_name,
                    )
                )

    @api.model
    def _merge_accounts(self, source, target):
        """The lines of one account become another's, as if they always had been.

        :param source: emptied and archived, no account any more.
        """
        source, target = source.sudo(), target.sudo()
        self.env.flush_all()
        (source | target)._lock_ledger()
        self.env.cr.execute(
            SQL(
                "UPDATE loyalty_history SET card_id = %s WHERE card_id = %s",
                target.id,
                source.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_card AS t
                   SET points = COALESCE(t.points, 0) + COALESCE(s.points, 0),
                       points_debt = COALESCE(t.points_debt, 0)
                                     + COALESCE(s.points_debt, 0),
                       active = t.active OR s.active,
                       ledger_at = GREATEST(t.ledger_at, s.ledger_at)
                  FROM loyalty_card AS s
                 WHERE t.id = %s AND s.id = %s
                """,
                target.id,
                source.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_card
                   SET points = 0, points_debt = 0, is_account = FALSE, active = FALSE
                 WHERE id = %s
                """,
                source.id,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order SET points_account_id = %s"
                " WHERE points_account_id = %s",
                target.id,
                source.id,
            )
        )
        self.env.invalidate_all()
        orders = (
            self.env["sale.order"]
            .sudo()
            .search([("applied_coupon_ids", "in", source.ids)])
        )
        orders.write(
            {
                "applied_coupon_ids": [
                    Command.unlink(source.id),
                    Command.link(target.id),
                ]
            }
        )
        self.env["sale.order.line"].sudo().search(
            [("coupon_id", "in", source.ids)]
        ).with_context(crm_loyalty_by_order=True).write({"coupon_id": target.id})
        target._replay(self.env._("Accounts merged"))
