import json

from odoo import api, fields, models
from odoo.tools import SQL

#: What is read from the log: model -> fields, None for all.
READERS = {
    "crm.owner.log": None,
    "crm.owner.rule": ["assigned_count"],
    "crm.owner.transfer": ["log_ids", "moved_count"],
    "res.partner": ["owner_log_ids"],
}


class CrmOwnerLog(models.Model):
    """A change of a customer's owner: kept as it is, read by who may read the customer.

    The turns of owner rules are counted here, too (``crm.owner.turn``).
    """

    _name = "crm.owner.log"
    _description = "Change of Owner"
    _customer_field = "partner_id"
    _order = "id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    at = fields.Datetime(required=True, index=True, readonly=True)
    from_user_id = fields.Many2one(
        "res.users", string="Former Owner", ondelete="set null", readonly=True
    )
    to_user_id = fields.Many2one(
        "res.users",
        string="New Owner",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
    )
    reason = fields.Selection(
        [
            ("hand", "By hand"),
            ("rule", "Owner rule"),
            ("bulk", "Bulk change"),
            ("hand_over", "Hand-over"),
            ("undo", "Undone"),
            ("import", "Import"),
            ("merge", "Merge"),
        ],
        required=True,
        readonly=True,
    )
    rule_id = fields.Many2one(
        "crm.owner.rule",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
        context={"active_test": False},
    )
    transfer_id = fields.Many2one(
        "crm.owner.transfer",
        string="Hand-over",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", string="Changed by", ondelete="set null", readonly=True
    )
    turn = fields.Integer(readonly=True, aggregator=None)
    verdict = fields.Json(readonly=True)
    explanation = fields.Char(string="Why", compute="_compute_explanation")

    _turn_idx = models.Index("(rule_id, turn DESC) WHERE turn IS NOT NULL")

    @api.depends("reason", "rule_id", "verdict", "turn")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for log in self:
            log.explanation = " · ".join(log._reasons())

    def _reasons(self):
        """Why a rule decided so, in the names of that time."""
        if self.reason != "rule":
            return []
        verdict = self.verdict or {}
        Condition = self.env["crm.owner.rule.condition"]
        attributes = dict(
            Condition._fields["attribute"]._description_selection(self.env)
        )
        reasons = [
            "{} {} {}".format(
                attributes.get(line["attribute"], line["attribute"]),
                "=" if line["operator"] == "=" else "≠",
                ", ".join(line["wanted"]),
            )
            for line in verdict.get("conditions", ())
        ] or [self.env._("Every customer")]
        if verdict.get("leader"):
            reasons.append(self.env._("nobody of the team was there: its leader"))
        elif self.turn:
            reasons.append(self.env._("turn %(number)s", number=self.turn))
        return [verdict.get("rule") or self.rule_id.name or "", *reasons]

    # ----------------------------------------------------------------- recording

    @api.model
    def _record(self, changes):
        """Note some changes of owner in one statement.

        :param changes: dicts with ``partner_id``, ``from_user_id``, ``to_user_id``,
            ``reason``, and if they have them ``rule_id``, ``turn``, ``verdict``,
            ``transfer_id``.
        """
        if not changes:
            return
        names = ("partner_id", "from_user_id", "to_user_id", "reason", "rule_id")
        names += ("turn", "verdict", "transfer_id")
        columns = [[change.get(name) or None for change in changes] for name in names]
        columns[6] = [
            verdict and json.dumps(verdict, ensure_ascii=False)
            for verdict in columns[6]
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_owner_log
                       (at, user_id, partner_id, from_user_id, to_user_id, reason,
                        rule_id, turn, verdict, transfer_id)
                SELECT NOW() AT TIME ZONE 'UTC', %s, d.*
                  FROM unnest(%s::int[], %s::int[], %s::int[], %s::text[], %s::int[],
                              %s::int[], %s::jsonb[], %s::int[]) AS d
                """,
                self.env.uid,
                *columns,
            )
        )
        for model, names in READERS.items():
            self.env[model].invalidate_model(names, flush=False)
