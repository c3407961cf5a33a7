from collections import defaultdict

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import owner_rules

EVENTS = [
    ("created", "A customer is created"),
    ("updated", "A customer is changed"),
    ("both", "A customer is created or changed"),
]


class CrmOwnerRule(models.Model):
    """Gives customers to a person, or to the members of a team in turn.

    Of the rules whose conditions all hold, the first one decides.
    """

    _name = "crm.owner.rule"
    _inherit = ["crm.owner.rule.cached"]
    _description = "Owner Rule"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(string="Note")
    company_id = fields.Many2one("res.company", index="btree_not_null")
    event = fields.Selection(EVENTS, string="When", default="created", required=True)
    condition_ids = fields.One2many("crm.owner.rule.condition", "rule_id", copy=True)
    keep_owner = fields.Boolean(
        string="Only without Owner",
        default=True,
        help="A customer who has an owner keeps the owner; no later rule is tried.",
    )
    assign_to = fields.Selection(
        [("user", "A person"), ("team", "A team, in turn")],
        default="user",
        required=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Employee",
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="restrict",
    )
    team_id = fields.Many2one("crm.team", index="btree_not_null", ondelete="restrict")
    summary = fields.Char(string="Conditions", compute="_compute_summary")
    target = fields.Char(string="Gives to", compute="_compute_target")
    warning = fields.Char(compute="_compute_warning")
    assigned_count = fields.Integer(
        string="Customers Given", compute="_compute_assigned_count"
    )

    # ------------------------------------------------------------------ computes

    @api.depends("condition_ids.sentence")
    def _compute_summary(self):
        for rule in self:
            rule.summary = " · ".join(
                rule.condition_ids.mapped("sentence")
            ) or self.env._("Every customer")

    @api.depends("assign_to", "user_id", "team_id")
    def _compute_target(self):
        for rule in self:
            if rule.assign_to == "user":
                rule.target = rule.user_id.name
            else:
                rule.target = self.env._(
                    "%(team)s, in turn", team=rule.team_id.name or ""
                )

    @api.depends("assign_to", "user_id.active", "team_id.crm_team_member_ids")
    def _compute_warning(self):
        """Say why a rule would give customers to nobody."""
        teams = self.filtered(lambda rule: rule.assign_to == "team").team_id
        present = self.env["crm.owner.turn"].sudo()._present_members(teams)
        for rule in self:
            rule.warning = False
            if rule.assign_to == "user" and rule.user_id and not rule.user_id.active:
                rule.warning = self.env._(
                    "%(name)s is archived: customers stay without owner.",
                    name=rule.user_id.name,
                )
            elif rule.assign_to == "team" and rule.team_id:
                if not present[rule.team_id._origin.id or rule.team_id.id]:
                    rule.warning = self.env._(
                        "Nobody of %(team)s is there today: its leader gets the "
                        "customers, or they stay without owner.",
                        team=rule.team_id.name,
                    )

    def _compute_assigned_count(self):
        counts = dict(
            self.env["crm.owner.log"]._read_group(
                [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.assigned_count = counts.get(rule, 0)

    # --------------------------------------------------------------- constraints

    @api.constrains("assign_to", "user_id", "team_id")
    def _check_target(self):
        for rule in self:
            if not (rule.user_id if rule.assign_to == "user" else rule.team_id):
                raise ValidationError(
                    self.env._(
                        "Choose the person or the team that %(rule)s gives customers "
                        "to.",
                        rule=rule.name,
                    )
                )

    @api.constrains("company_id", "user_id", "team_id", "assign_to")
    def _check_company_of_target(self):
        for rule in self.filtered("company_id"):
            if rule.assign_to == "user":
                companies = rule.user_id.company_ids
            else:  # a team may be for all companies
                companies = rule.team_id.company_id or rule.company_id
            if rule.company_id not in companies:
                raise ValidationError(
                    self.env._(
                        "%(name)s doesn't work for %(company)s: choose somebody else, "
                        "or another company.",
                        name=rule.user_id.name or rule.team_id.name,
                        company=rule.company_id.name,
                    )
                )

    # ---------------------------------------------------------------------- CRUD

    def copy_data(self, default=None):
        """Override of `base`: a copy says so, and waits until it is switched on."""
        vals_list = super().copy_data(default)
        for rule, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=rule.name)
            vals["active"] = False
        return vals_list

    # --------------------------------------------------------------------- values

    def _use_in_words(self):
        """How it is called among the uses of what it looks for."""
        return self.env._("owner rule %(name)s", name=self.name)

    # ------------------------------------------------------------------- actions

    def action_view_log(self):
        """Open the changes of owner that this rule made."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.crm_owner_log_action"
        )
        return action | {"domain": [("rule_id", "=", self.id)]}

    def action_test(self):
        """Open the dialog that shows how the rules judge a customer."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.crm_owner_test_action"
        )

    # ------------------------------------------------------------------ judgement

    @api.model
    @tools.ormcache()
    def _plans(self):
        """All active rules in their order, as plain values.

        Kept for everybody, so that nothing here may depend on the caller's context.
        """
        Rule = self.sudo().with_context(active_test=True)
        rules = Rule.search(Domain("active", "=", True))
        return tuple(
            owner_rules.Rule(
                id=rule.id,
                event=rule.event,
                conditions=tuple(line._plan() for line in rule.condition_ids),
                company_id=rule.company_id.id or None,
                keeps_owner=rule.keep_owner,
                user_id=rule.user_id.id if rule.assign_to == "user" else None,
                team_id=rule.team_id.id if rule.assign_to == "team" else None,
            )
            for rule in rules
        )

    @api.model
    def _explain(self, judged):
        """What was found at each condition, in names; the names are read in sets.

        :param judged: pairs of a verdict of ``owner_rules.judge`` and the facts.
        :return: for each pair a list of dicts with ``attribute``, ``operator``,
            ``wanted``, ``found`` (names) and ``holds``.
        """
        attributes = self.env["crm.owner.rule.condition"]._attributes()
        used = defaultdict(set)
        for verdict, facts in judged:
            for condition in verdict.rule.conditions:
                model = attributes[condition.attribute][0]
                used[model] |= condition.values
                used[model] |= facts.values.get(condition.attribute, frozenset())
        names = {
            model: {
                record.id: record.display_name
                for record in self.env[model].sudo().browse(sorted(ids)).exists()
            }
            for model, ids in used.items()
        }

        def named(attribute, ids):
            known = names[attributes[attribute][0]]
            return sorted(known[id_] for id_ in ids if id_ in known)

        return [
            [
                {
                    "attribute": condition.attribute,
                    "operator": condition.operator,
                    "wanted": named(condition.attribute, condition.values),
                    "found": named(
                        condition.attribute,
                        facts.values.get(condition.attribute, ()),
                    ),
                    "holds": holds,
                }
                for condition, holds in zip(
                    verdict.rule.conditions, verdict.holds, strict=True
                )
            ]
            for verdict, facts in judged
        ]
