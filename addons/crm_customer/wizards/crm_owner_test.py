from odoo import api, fields, models

from ..tools import owner_rules


class CrmOwnerTest(models.TransientModel):
    """Shows how the owner rules judge a customer; changes nothing."""

    _name = "crm.owner.test"
    _description = "Test of Owner Rules"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        domain=[("is_customer", "=", True), ("parent_id", "=", False)],
        default=lambda self: self._default_customer(),
    )
    event = fields.Selection(
        [
            ("created", "It is created now"),
            ("updated", "You change it now"),
        ],
        string="What if",
        default="created",
        required=True,
    )
    as_without_owner = fields.Boolean(string="As if without Owner", default=True)
    result = fields.Html(compute="_compute_result", sanitize=False)

    def _default_customer(self):
        return self.env["res.partner"].search(
            [("is_customer", "=", True)], order="id desc", limit=1
        )

    @api.depends("partner_id", "event", "as_without_owner")
    def _compute_result(self):
        for test in self:
            customer = test.partner_id
            customer.check_access("read")
            test.result = customer and self.env["ir.qweb"]._render(
                "crm_customer.crm_owner_test_result",
                {"customer": customer, **test._judgement()},
            )

    def _judgement(self):
        """Each active rule with its conditions, and what would happen."""
        customer = self.partner_id
        Rule = self.env["crm.owner.rule"]
        ours = (None, *self.env.companies.ids)
        plans = [plan for plan in Rule._plans() if plan.company_id in ours]
        facts = customer._owner_facts(plans)[customer.id]
        if self.as_without_owner:
            facts = owner_rules.Facts(facts.company_id, None, facts.values)
        judged = [(owner_rules.judge(plan, facts, self.event), facts) for plan in plans]
        winner = owner_rules.first_match(plans, facts, self.event)
        labels = dict(
            self.env["crm.owner.rule.condition"]
            ._fields["attribute"]
            ._description_selection(self.env)
        )
        rules = [
            {
                "record": Rule.browse(verdict.rule.id),
                "verdict": verdict,
                "wins": verdict.rule == winner,
                "conditions": [
                    line | {"label": labels[line["attribute"]]} for line in lines
                ],
            }
            for (verdict, _facts), lines in zip(
                judged, Rule._explain(judged), strict=True
            )
        ]
        return {"rules": rules, "outcome": self._outcome(winner, facts)}

    def _outcome(self, winner, facts):
        """A sentence that says who would get the customer."""
        name = self.partner_id.name
        if not winner:
            return self.env._(
                "No rule applies: the owner of %(customer)s doesn't change.",
                customer=name,
            )
        rule = self.env["crm.owner.rule"].sudo().browse(winner.id)
        owner = self.env["res.users"].sudo().browse(facts.owner_id)
        members = rule.team_id.crm_team_member_ids.user_id
        if owner and (winner.keeps_owner or owner in members or owner == rule.user_id):
            return self.env._(
                "%(customer)s stays with %(owner)s.", customer=name, owner=owner.name
            )
        if rule.warning:
            return rule.warning
        if winner.user_id:
            return self.env._(
                "%(customer)s goes to %(owner)s.",
                customer=name,
                owner=rule.user_id.name,
            )
        last = self.env["crm.owner.turn"].sudo()._last_turns([rule.id])
        present = self.env["crm.owner.turn"].sudo()._present_members(rule.team_id)
        people = [
            user_id
            for user_id, companies in present[rule.team_id.id]
            if facts.company_id in companies
        ]
        [taker] = owner_rules.in_turn([people], last.get(rule.id, (0, None))[1])
        return self.env._(
            "%(customer)s goes to the next in turn of %(team)s: %(owner)s.",
            customer=name,
            team=rule.team_id.name,
            owner=self.env["res.users"].sudo().browse(taker).name or "–",
        )
