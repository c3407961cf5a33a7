from collections import defaultdict

from odoo import api, models

from ..tools import owner_rules
from .crm_customer_ownership import IMPORTED, LOGGED
from .crm_customer_refresh import BY_RULE, looking_again


class CrmCustomerAssignment(models.AbstractModel):
    """Finds the owner of customers by the owner rules, for any number in few queries.

    Part of ``res.partner``.
    """

    _name = "crm.customer.assignment"
    _description = "Owner of a Customer by Rules"

    def _assign_by_rules(
        self, event="updated", *, attribute=None, keep=True, patient=False, **log
    ):
        """Give these customers to whom the first owner rule that applies says.

        The entry for automation: ``records._assign_by_rules()``.

        :param event: ``created`` or ``updated``; None asks all rules.
        :param attribute: ask only rules with a condition on this.
        :param keep: whether owners stay where a rule is for customers without one.
        :param patient: wait for the turn as long as it takes, as a job may; others
            leave it to a job if somebody else holds it, or if the user would lose
            sight of a customer.
        :param log: more values for the log, such as ``transfer_id``.
        :return: per customer whose owner changed a dict: ``partner_id``,
            ``from_user_id``, ``to_user_id``, ``rule_id`` and more that is logged.
        """
        customers = self._owned_customers()
        facts, matches = customers._matching_rules(event, attribute)
        matches = [
            (customer, rule)
            for customer, rule in matches
            if not (keep and rule.keeps_owner and facts[customer.id].owner_id)
        ]
        if not matches:
            return []
        changes = self._owner_changes(matches, facts, patient)
        if changes is None or not (patient or self._sees_takers(changes)):
            log |= {"untold": True} if self._is_marked(IMPORTED) else {}
            customers.with_delay()._job_assign_by_rules(event, attribute, keep, log)
            return []
        by_rule = self.with_context(**BY_RULE)
        by_rule._apply_owner_changes([change | log for change in changes])
        return changes

    def _matching_rules(self, event, attribute=None):
        """The facts about these customers, and pairs of a customer and its rule."""
        plans = [
            rule
            for rule in self.env["crm.owner.rule"]._plans()
            if rule.listens_to(event)
            and (not attribute or attribute in rule.attributes)
        ]
        if not plans or not self:
            return {}, []
        facts = self._owner_facts(plans)
        found = (
            (customer, owner_rules.first_match(plans, facts[customer.id], event))
            for customer in self
        )
        return facts, [(customer, rule) for customer, rule in found if rule]

    def _follow(self, ask_rules=True):
        """Override of `crm.customer.refresh`: groups are known only now.

        Rules that look at groups are asked about the customers whose groups changed.
        """
        rules = self.env["crm.owner.rule"]._plans()
        if not (ask_rules and any("group" in rule.attributes for rule in rules)):
            return super()._follow(ask_rules)
        customers = self.sudo().exists()
        before = {customer.id: customer.customer_group_ids for customer in customers}
        result = super()._follow(ask_rules)
        self.env.invalidate_all()
        changed = customers.filtered(
            lambda customer: customer.customer_group_ids != before[customer.id]
        )
        self.browse(changed.ids)._ask_rules_about_groups()
        return result

    def _ask_rules_about_groups(self):
        """Ask the rules that look at groups; who never had an owner counts as new.

        The turns of all these rules are taken together: two jobs that take those of new
        customers first, then others, could wait for each other.
        """
        logs = self.env["crm.owner.log"].sudo()
        owned = logs.search([("partner_id", "in", self.ids)]).partner_id
        new = self.filtered(lambda customer: not customer.user_id) - owned
        asked = {owner_rules.CREATED: new, owner_rules.UPDATED: self}
        turns = {
            rule.id
            for event, customers in asked.items()
            for _customer, rule in customers._matching_rules(event, "group")[1]
            if rule.team_id
        }
        if turns:
            self.env["crm.owner.turn"]._lock(sorted(turns), patient=True)
        for event, customers in asked.items():
            customers._assign_by_rules(event, attribute="group", patient=True)

    def _job_assign_by_rules(self, event, attribute=None, keep=True, log=None):
        """Job: ask the owner rules, when it couldn't be done at once.

        As superuser: who asked may not see these customers any more.
        """
        with looking_again(self.env):
            self.sudo().exists()._assign_by_rules(
                event, attribute=attribute, keep=keep, patient=True, **(log or {})
            )

    @api.model
    def _sees_takers(self, changes):
        """Whether the user may still read these customers afterwards.

        A form reads what it has saved, in the same transaction: if saving gave the
        customer to a colleague whose customers the user doesn't see, it would fail as a
        whole, and the customer could never be saved.
        """
        user = self.env.user
        if not user._sees_own_customers_only():
            return True
        takers = {change["to_user_id"] for change in changes}
        return takers.issubset(user._visible_owner_ids())

    def _owner_facts(self, plans):
        """What owner rules look at, for each customer; only what some rule asks for.

        :param plans: the rules of ``crm.owner.rule._plans`` that will be asked.
        :return: dict of ``owner_rules.Facts`` by customer id.
        """
        asked = {attribute for plan in plans for attribute in plan.attributes}
        company_id = self.env.company.id
        return {
            customer.id: owner_rules.Facts(
                company_id=customer.company_id.id or company_id,
                owner_id=customer.user_id.id or None,
                values={
                    attribute: frozenset(customer._owner_fact(attribute))
                    for attribute in asked
                },
            )
            for customer in self.sudo()
        }

    def _owner_fact(self, attribute):
        """Ids that an attribute of the conditions has for this customer."""
        match attribute:
            case "source":
                return self.source_id.ids
            case "group":
                return self.customer_group_ids.ids
            case "page":
                return self.source_id.ids if self.source_id.page_id else []
            case "created_by":
                return self.create_uid.ids
            case "updated_by":
                return [self.env.uid]
        return []

    @api.model
    def _owner_changes(self, matches, facts, patient):
        """Who gets each customer: the person of its rule, or the next in turn.

        Nothing changes for a customer whom somebody of the rule's team has already:
        rules about changes would pass it around otherwise.
        :return: changes as ``crm.owner.log._record`` takes them; None when the turns
            of a rule are busy.
        """
        env = self.with_context(active_test=True).env(su=True)
        Turn = env["crm.owner.turn"]
        rules = {rule.id: rule for _customer, rule in matches}
        teams = env["crm.team"].browse(
            {rule.team_id for rule in rules.values() if rule.team_id}
        )
        members = {
            team.id: set(team.crm_team_member_ids.user_id.filtered("active").ids)
            for team in teams
        }
        people = env["res.users"].browse(
            {rule.user_id for rule in rules.values() if rule.user_id}
        )
        working = set(people.filtered("active").ids)

        decided, wanting = [], []
        for customer, rule in matches:
            owner_id = facts[customer.id].owner_id
            if not rule.team_id:
                if rule.user_id in working and rule.user_id != owner_id:
                    decided.append((customer, rule, rule.user_id, None))
            elif owner_id not in members[rule.team_id]:
                wanting.append((customer, rule))
        if wanting:
            drawn = Turn._draw(
                [(rule, facts[customer.id].company_id) for customer, rule in wanting],
                patient=patient,
            )
            if drawn is None:
                return None
            decided += [
                (customer, rule, user_id, turn)
                for (customer, rule), (user_id, turn) in zip(
                    wanting, drawn, strict=True
                )
                if user_id and user_id != facts[customer.id].owner_id
            ]
        explanations = env["crm.owner.rule"]._explain(
            [
                (owner_rules.judge(rule, facts[customer.id]), facts[customer.id])
                for customer, rule, _user_id, _turn in decided
            ]
        )
        names = {
            rule.id: rule.name for rule in env["crm.owner.rule"].browse(rules).exists()
        }
        return [
            {
                "partner_id": customer.id,
                "from_user_id": facts[customer.id].owner_id,
                "to_user_id": user_id,
                "reason": "rule",
                "rule_id": rule.id,
                "turn": turn,
                "verdict": {
                    "rule": names.get(rule.id),
                    "conditions": conditions,
                    "leader": bool(rule.team_id and not turn),
                },
            }
            for (customer, rule, user_id, turn), conditions in zip(
                decided, explanations, strict=True
            )
        ]

    @api.model
    def _apply_owner_changes(self, changes):
        """Write decided owners, in one write per owner, and log them.

        As superuser: who creates a customer may lose the right to read it by that.
        """
        by_owner = defaultdict(list)
        for change in changes:
            by_owner[change["to_user_id"]].append(change["partner_id"])
        quiet = self.sudo().with_context(
            tracking_disable=True, _partners_skip_fields_sync=True, **LOGGED
        )
        for user_id, ids in by_owner.items():
            quiet.browse(ids).write({"user_id": user_id})
        self.env["crm.owner.log"].sudo()._record(changes)
        self._note_given(changes)
