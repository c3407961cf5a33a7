from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..tools.birthdays import born_on, days_due
from ..tools.validity import day_after

#: Customers that get their points in one statement.
BATCH = 2_000


class CrmLoyaltyEvent(models.AbstractModel):
    """Points for what isn't an order: birthday, sign-up, referral.

    Part of ``res.partner``. Each gift has a key, so a job that runs twice, late or
    beside another gives nothing twice.
    """

    _name = "crm.loyalty.event"
    _description = "Points for Events of a Customer"

    @api.model
    def _cron_give_event_points(self):
        """Birthdays since the latest run; sign-ups and referrals no job has seen."""
        programs = self.env["loyalty.program"].sudo()
        for program in programs.search([("keep_ledger", "=", True)]):
            today = program._local_day()
            for day in days_due(program.birthdays_given_on, today):
                self._give_event_points(program, "birthday", Domain.TRUE, day)
            if program.birthdays_given_on != today:
                program.birthdays_given_on = today
            self._give_event_points(program, "signup", Domain.TRUE)
            self._give_event_points(program, "referral", Domain.TRUE)
            self._take_back_referrals(program)

    def _refresh_membership(self):
        """Override of `crm_customer`: new customers get their points at once."""
        result = super()._refresh_membership()
        domain = Domain("id", "in", self.ids)
        programs = self.env["loyalty.program"].sudo().with_context(active_test=True)
        for program in programs.search([("keep_ledger", "=", True)]):
            self._give_event_points(program, "signup", domain)
            self._give_event_points(program, "referral", domain)
        return result

    @api.model
    def _give_event_points(self, program, event, domain, day=None):
        """Give the customers of the domain the points of the event's rules, once.

        :param day: the day of a birthday, by the shop's calendar; else today.
        """
        day = day or program._local_day()
        rules = program.rule_ids.filtered(
            lambda rule: rule.rule_type == event and rule.points
        )
        for rule in rules:
            prefix = _prefix_of(rule, day)
            scope = domain & self._customers_of(program)
            scope &= self._event_domain(rule, day, prefix)
            customers = self.sudo().search(scope, order="id")
            for ids in split_every(BATCH, customers.ids):
                self._give_rule_points(rule, self.browse(ids), day, prefix)

    @api.model
    def _give_rule_points(self, rule, customers, day, prefix):
        customers = customers.filtered(lambda partner: rule._applies_to(partner, day))
        if rule.rule_type == "referral":
            self._give_referral_points(rule, customers, prefix)
            return
        if not customers:
            return
        accounts = self.env["loyalty.card"]._provide_accounts(
            rule.program_id, customers
        )
        cards = self.env["loyalty.card"].union(*accounts.values())
        cards._post_gifts(
            rule.points,
            prefix=prefix,
            description=rule._name_for_customers(),
            rule_id=rule.id,
        )

    @api.model
    def _customers_of(self, program):
        companies = program._points_company_ids()
        return (
            Domain("is_customer", "=", True)
            & Domain("parent_id", "=", False)
            & Domain("company_id", "in", [False, *companies])
        )

    @api.model
    def _event_domain(self, rule, day, prefix):
        """Who the event happened to since the rule is there, without those served.

        Whoever they were merged with: an account takes over the lines of the others,
        and a gift for bringing somebody knows whom.
        """
        self.env["loyalty.card"].flush_model(["partner_id"])
        self.env["loyalty.history"].flush_model(["idempotency_key", "rule_id"])
        if rule.rule_type == "birthday":
            over = day_after(day, rule.program_id._timezone())
            if rule.create_date >= over:
                return Domain.FALSE
            return (
                Domain("birth_month", "=", day.month)
                & Domain("birthdate.day_of_month", "in", born_on(day))
                & Domain("create_date", "<", over)
                & Domain.custom(to_sql=_without_points_of(rule, prefix))
            )
        since = Domain("create_date", ">=", rule.create_date)
        if rule.rule_type == "signup":
            return since & Domain.custom(to_sql=_without_points_of(rule, prefix))
        return since & self._referral_domain(rule)


def _prefix_of(rule, day):
    """How keys of a rule's gifts begin; those of another year's birthday differ."""
    prefix = f"{rule.rule_type}:{rule.id}"
    return f"{prefix}:{day.year}" if rule.rule_type == "birthday" else prefix


def _without_points_of(rule, prefix):
    """Customers whose account has no gift of a rule with such a key."""
    return lambda _model, alias, _query: SQL(
        """
        NOT EXISTS (SELECT FROM loyalty_card c
                      JOIN loyalty_history h ON h.card_id = c.id
                     WHERE c.partner_id = %s AND h.rule_id = %s
                       AND h.idempotency_key LIKE %s)
        """,
        SQL.identifier(alias, "id"),
        rule.id,
        f"{prefix}:%",
    )
