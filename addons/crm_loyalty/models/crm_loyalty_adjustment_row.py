from odoo import api, fields, models


class CrmLoyaltyAdjustmentRow(models.Model):
    """One customer of a bulk adjustment: what is asked for and what became of it.

    Written by SQL in bulk, never by users.
    """

    _name = "crm.loyalty.adjustment.row"
    _description = "Row of a Bulk Adjustment"
    _order = "adjustment_id, number"
    _rec_name = "number"

    adjustment_id = fields.Many2one(
        "crm.loyalty.adjustment", required=True, ondelete="cascade"
    )
    number = fields.Integer(string="Row", required=True)
    cells = fields.Json()
    code = fields.Char()
    phone = fields.Char()
    partner_id = fields.Many2one(
        "res.partner", string="Customer", ondelete="set null", index="btree_not_null"
    )
    points = fields.Integer()
    reason = fields.Char()
    state = fields.Selection(
        [
            ("ready", "To Be Posted"),
            ("rejected", "Rejected"),
            ("posted", "Posted"),
            ("undone", "Taken Back"),
        ],
        required=True,
    )
    problem = fields.Char()
    remark = fields.Char(compute="_compute_remark")

    _number_uniq = models.UniqueIndex("(adjustment_id, number)")
    _state_idx = models.Index("(adjustment_id, state, number)")

    @api.depends("problem")
    @api.depends_context("lang")
    def _compute_remark(self):
        """The sentences behind the codes."""
        sentences = {
            "broken": self.env._("A cell has an error; correct it in the file."),
            "nobody": self.env._("Give the customer's code or phone number."),
            "phone": self.env._("The phone number isn't valid."),
            "points": self.env._("Points are whole numbers other than zero."),
            "reason": self.env._("Give a reason, in the row or for all rows."),
            "unknown": self.env._("No customer has this code or phone number."),
            "several": self.env._(
                "Several customers have this phone number; give the code."
            ),
            "repeated": self.env._("The customer is in an earlier row already."),
            "gone": self.env._("The customer was deleted after the preview."),
            "short": self.env._("The customer has fewer usable points."),
        }
        for row in self:
            row.remark = sentences.get(row.problem, row.problem)

    def _key(self):
        """What the row's line in the ledger is known by."""
        return f"adjustment:{self.adjustment_id.id}:row:{self.id}"
