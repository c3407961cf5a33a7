from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmSupplierType(models.Model):
    """A kind of supplier; a contact with one is a supplier of the shop."""

    _name = "crm.supplier.type"
    _description = "Supplier Type"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True)
    active = fields.Boolean(default=True)
    partner_ids = fields.One2many("res.partner", "supplier_type_id")
    partner_count = fields.Integer(string="Suppliers", compute="_compute_partner_count")

    _name_uniq = models.UniqueIndex(
        "((name->>'en_US'))", "There is already a supplier type with this name."
    )

    def _compute_partner_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("supplier_type_id", "in", self.ids)],
                ["supplier_type_id"],
                ["__count"],
            )
        )
        for supplier_type in self:
            supplier_type.partner_count = counts.get(supplier_type, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        groups = Partner._read_group(
            [("supplier_type_id", "in", self.ids)], ["supplier_type_id"]
        )
        used = self.browse(record.id for (record,) in groups)
        if used:
            raise UserError(
                self.env._(
                    "There are suppliers of the type %(names)s: archive it instead of "
                    "deleting it.",
                    names=", ".join(used.mapped("name")),
                )
            )

    def action_view_suppliers(self):
        """Open the suppliers of this type."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.res_partner_action_supplier"
        )
        action["domain"] = [("supplier_type_id", "=", self.id)]
        action["context"] = {
            "default_supplier_type_id": self.id,
            "default_is_customer": False,
            "default_is_company": True,
        }
        return action
