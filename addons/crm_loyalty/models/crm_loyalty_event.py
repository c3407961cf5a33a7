from calendar import isleap

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

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
        """Birthdays of today; sign-ups and referrals that no job has seen."""
        programs = self.env["loyalty.program"].sudo()
        for program in programs.search([("keep_ledger", "=", True)]):
            today = program._local_day()
            born = self._born_on(today)
            self._give_event_points(program, "birthday", born, str(today.year))
            self._give_event_points(program, "signup", Domain.TRUE)
            self._give_event_points(program, "referral", Domain.TRUE)

    def _refresh_membership(self):
        """Override of `crm_customer`: new customers get their points at once."""
        result = super()._refresh_membership()
        domain = Domain("id", "in", self.ids)
        programs = self.env["loyalty.program"].sudo()
        for program in programs.search([("keep_ledger", "=", True)]):
            self._give_event_points(program, "signup", domain)
            self._give_event_points(program, "referral", domain)
        return result

    @api.model
    def _born_on(self, day):
        """Whose birthday it is. Of 29 February it is the 28th in common years."""
        days = [day.day]
        if (day.month, day.day) == (2, 28) and not isleap(day.year):
            days.append(29)
        return Domain("birth_month", "=", day.month) & Domain(
            "birthdate.day_of_month", "in", days
        )

    @api.model
    def _give_event_points(self, program, event, domain, occasion=""):
        """Give the customers of the domain the points of the event's rules, once.

        :param occasion: what makes it another event, such as the year.
        """
        rules = program.rule_ids.filtered(
            lambda rule: rule.rule_type == event and rule.points
        )
        for rule in rules:
            scope = domain & self._customers_of(program) & self._event_domain(rule)
            customers = self.sudo().search(scope, order="id")
            for ids in split_every(BATCH, customers.ids):
                self._give_rule_points(rule, self.browse(ids), occasion)

    @api.model
    def _give_rule_points(self, rule, customers, occasion):
        program, today = rule.program_id, rule.program_id._local_day()
        customers = customers.filtered(lambda partner: rule._applies_to(partner, today))
        prefix = ":".join(filter(None, [rule.rule_type, str(rule.id), occasion]))
        if rule.rule_type == "referral":
            # One gift per customer who was brought, so each has a key of its own.
            for customer in customers:
                self._give_referral_points(rule, customer, f"{prefix}:{customer.id}")
            return
        if not customers:
            return
        accounts = self.env["loyalty.card"]._provide_accounts(program, customers)
        cards = self.env["loyalty.card"].union(*accounts.values())
        cards._post_gifts(
            rule.points,
            prefix=prefix,
            description=_name_of(rule),
            rule_id=rule.id,
        )

    @api.model
    def _give_referral_points(self, rule, customer, key):
        if customer._is_own_referrer():
            return
        referrer = customer.referred_by_id.commercial_partner_id
        accounts = self.env["loyalty.card"]._provide_accounts(rule.program_id, referrer)
        accounts[referrer]._post_points(
            rule.points,
            kind="earn",
            key=key,
            description=f"{_name_of(rule)}: {customer.display_name}",
            rule_id=rule.id,
        )

    @api.model
    def _customers_of(self, program):
        company = program.company_id
        return (
            Domain("is_customer", "=", True)
            & Domain("parent_id", "=", False)
            & Domain("company_id", "in", [False, company.id] if company else [False])
        )

    @api.model
    def _event_domain(self, rule):
        """Who the event happened to since the rule is there, without those served."""
        if rule.rule_type == "birthday":
            return Domain.TRUE
        since = Domain("create_date", ">=", rule.create_date)
        self.env["loyalty.card"].flush_model(["partner_id"])
        self.env["loyalty.history"].flush_model(["idempotency_key", "rule_id"])
        if rule.rule_type == "signup":
            return since & Domain.custom(to_sql=_without_points_of(rule))
        return (
            since
            & Domain("referred_by_id", "!=", False)
            & Domain("sale_order_ids", "any", [("state", "=", "sale")])
            & Domain.custom(to_sql=_without_key(f"{rule.rule_type}:{rule.id}:"))
        )


def _without_points_of(rule):
    """Customers whose account has nothing from a rule; merged customers have one."""
    return lambda _model, alias, _query: SQL(
        """
        NOT EXISTS (SELECT FROM loyalty_card c
                      JOIN loyalty_history h ON h.card_id = c.id
                     WHERE c.partner_id = %s AND h.rule_id = %s)
        """,
        SQL.identifier(alias, "id"),
        rule.id,
    )


def _without_key(prefix):
    """Customers for whom nothing was posted with a key that ends with them."""
    return lambda _model, alias, _query: SQL(
        """
        NOT EXISTS (SELECT FROM loyalty_history h
                     WHERE h.idempotency_key = %s || %s)
        """,
        prefix,
        SQL.identifier(alias, "id"),
    )


def _name_of(rule):
    """As customers read it, whoever's job it is."""
    env = rule.program_id._in_language_of_shop().env
    return rule.with_env(env).display_name
