from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmContactPosition(models.Model):
    """A position that a contact person holds: a list instead of free text."""

    _name = "crm.contact.position"
    _description = "Contact Position"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True)
    active = fields.Boolean(default=True)
    partner_ids = fields.One2many("res.partner", "position_id")
    partner_count = fields.Integer(string="Contacts", compute="_compute_partner_count")

    _name_uniq = models.UniqueIndex(
        "((name->>'en_US'))", "There is already a position with this name."
    )

    def _compute_partner_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("position_id", "in", self.ids)], ["position_id"], ["__count"]
            )
        )
        for position in self:
            position.partner_count = counts.get(position, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        groups = Partner._read_group([("position_id", "in", self.ids)], ["position_id"])
        used = self.browse(record.id for (record,) in groups)
        if used:
            raise UserError(
                self.env._(
                    "Contacts hold the position %(names)s: archive it instead of "
                    "deleting it.",
                    names=", ".join(used.mapped("name")),
                )
            )
