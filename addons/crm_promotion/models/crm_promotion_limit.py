from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

#: Fields that say what is counted.
CAPS = ("max_uses", "max_uses_customer", "max_uses_day", "max_uses_customer_day")
#: Orders that are being confirmed while a limit is set are counted so much later.
LATER = timedelta(minutes=2)


class CrmPromotionLimit(models.AbstractModel):
    """How often and for how much money a promotion is given. Part of
    ``loyalty.program``."""

    _name = "crm.promotion.limit"
    _description = "Limits of a Promotion"

    currency_id = fields.Many2one("res.currency")
    max_uses = fields.Integer(
        string="Uses in All", help="Confirmed orders that get it. 0: no limit."
    )
    max_uses_customer = fields.Integer(string="Uses per Customer")
    max_uses_day = fields.Integer(string="Uses per Day")
    max_uses_customer_day = fields.Integer(string="Uses per Customer and Day")
    budget = fields.Monetary(
        help="Money that may be taken off and given as gifts, in all. 0: no limit."
    )

    _promotion_limits = models.Constraint(
        "CHECK (COALESCE(max_uses, 0) >= 0 AND COALESCE(max_uses_customer, 0) >= 0 "
        "AND COALESCE(max_uses_day, 0) >= 0 AND COALESCE(budget, 0) >= 0 "
        "AND COALESCE(max_uses_customer_day, 0) >= 0)",
        "Limits and the budget of a promotion can't be below zero.",
    )

    @api.constrains("currency_id")
    def _check_currency_stays(self):
        """Counters and the budget are in the program's currency."""
        uses = self.env["crm.promotion.use"].sudo()
        for program in self.filtered("is_promotion"):
            if uses.search_count(
                [
                    ("program_id", "=", program.id),
                    ("currency_id", "!=", program.currency_id.id),
                ],
                limit=1,
            ):
                raise ValidationError(
                    self.env._(
                        "%(name)s was used in another currency. Copy it and change the "
                        "currency of the copy.",
                        name=program.name,
                    )
                )

    def write(self, vals):
        """Override of `loyalty`: a new limit counts what was used before, too."""
        limited = {"budget", *CAPS} & vals.keys()
        before = self._limited() if limited else {}
        result = super().write(vals)
        if limited:
            after = self._limited()
            changed = self.filtered(lambda p: before[p.id] != after[p.id])
            changed._recount_uses()
        return result

    def _limited(self):
        """Program id -> which limits it has."""
        return {
            program.id: [bool(program[name]) for name in (*CAPS, "budget")]
            for program in self
        }

    def _recount_uses(self):
        """Count anew now, and once more when what is under way has ended.

        An order that is being confirmed now may not know of a limit yet.
        """
        programs = self.filtered("is_promotion")
        if not programs:
            return
        self.env["crm.promotion.counter"].sudo()._recount(programs)
        programs.with_delay(
            eta=LATER,
            description=self.env._("Count uses of promotions"),
            identity_key=f"crm_promotion_recount:{sorted(programs.ids)}",
        )._job_recount_uses()

    def _job_recount_uses(self):
        self.env["crm.promotion.counter"].sudo()._recount(self.exists())

    # What quotations ask.

    def _lacks_room(self, partner, day):
        """Those that a customer can't get on a day, as a limit is reached.

        One query for all of these; programs without limits cost nothing.

        :return: program id -> ``uses``, ``budget``, ``day``, ``customer`` or
            ``customer_day``.
        """
        if not self.ids:
            return {}
        self.flush_model([*CAPS, "budget"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.program_id, MIN(CASE
                       WHEN c.partner_id IS NULL AND c.day IS NULL
                       THEN CASE WHEN c.used >= NULLIF(p.max_uses, 0)
                                 THEN '1uses' ELSE '2budget' END
                       WHEN c.partner_id IS NULL THEN '3day'
                       WHEN c.day IS NULL THEN '4customer' ELSE '5customer_day' END)
                  FROM crm_promotion_counter c
                  JOIN loyalty_program p ON p.id = c.program_id
                 WHERE c.program_id = ANY(%(programs)s)
                   AND (c.partner_id IS NULL OR c.partner_id = %(partner)s)
                   AND (c.day IS NULL OR c.day = %(day)s)
                   AND CASE
                       WHEN c.partner_id IS NULL AND c.day IS NULL
                       THEN c.used >= NULLIF(p.max_uses, 0)
                            OR c.amount >= NULLIF(p.budget, 0)
                       WHEN c.partner_id IS NULL
                       THEN c.used >= NULLIF(p.max_uses_day, 0)
                       WHEN c.day IS NULL
                       THEN c.used >= NULLIF(p.max_uses_customer, 0)
                       ELSE c.used >= NULLIF(p.max_uses_customer_day, 0) END
                 GROUP BY c.program_id
                """,
                programs=self.ids,
                partner=partner.commercial_partner_id.id or None,
                day=day,
            )
        )
        return {program: code[1:] for program, code in rows}

    def _budget_left(self):
        """Program id -> money that is left, for those that have a budget."""
        spent = dict(
            self.env["crm.promotion.counter"]
            .sudo()
            ._read_group(
                [
                    ("program_id", "in", self.ids),
                    ("partner_id", "=", False),
                    ("day", "=", False),
                ],
                ["program_id"],
                ["amount:sum"],
            )
        )
        return {
            program.id: max(0, program.budget - spent.get(program.sudo(), 0))
            for program in self
            if program.budget
        }

    @api.model
    def _limit_sentence(self, code):
        """Why a program isn't given, for the code of ``_lacks_room``."""
        return {
            "uses": self.env._("All uses of this promotion are gone."),
            "budget": self.env._("The budget of this promotion is spent."),
            "day": self.env._("All uses of this promotion for this day are gone."),
            "customer": self.env._("The customer used this promotion already."),
            "customer_day": self.env._("The customer used this promotion today."),
            "room": self.env._("Its uses or its budget don't suffice for this order."),
        }[code]

    def _refuse_use(self, code):
        """Say in one sentence which promotion has no room, and what to do."""
        self.ensure_one()
        raise UserError(
            self.env._(
                "%(name)s: %(why)s Update the promotions of the order, or take this "
                "one off.",
                name=self.display_name,
                why=self._limit_sentence(code),
            )
        )

    # Proof.

    @api.model
    def action_verify_uses(self):
        """Compare all counters with the uses; for managers."""
        self.check_access("create")
        programs = self.search([("is_promotion", "=", True)])
        wrong = self.env["crm.promotion.counter"].sudo()._verify(programs)
        if wrong:
            names = programs.browse({row[0] for row in wrong}).mapped("display_name")
            message = self.env._(
                "Counted anew, as the counters were wrong: %s", ", ".join(names)
            )
            programs.browse({row[0] for row in wrong})._recount_uses()
        else:
            message = self.env._("All counters are what the orders say.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "warning" if wrong else "success", "message": message},
        }
