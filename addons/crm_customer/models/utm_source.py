from odoo import api, fields, models
from odoo.exceptions import UserError


class UtmSource(models.Model):
    """Where a customer comes from.

    Odoo makes a source for every mailing as well. Those with a key are the shop's own;
    customer screens offer only these.
    """

    _name = "utm.source"
    _inherit = ["crm.customer.rule.value", "utm.source"]
    _rec_names_search = ["name", "code"]

    code = fields.Char(
        string="Key",
        copy=False,
        help="Short name by which imports, forms and connected shops recognise "
        "the source.",
    )
    page_id = fields.Char(
        string="Page ID",
        copy=False,
        help="Identifier of the social page, if it is one.",
    )
    description = fields.Text(translate=True)
    partner_count = fields.Integer(string="Customers", compute="_compute_partner_count")

    _code_uniq = models.UniqueIndex(
        "(lower(code)) WHERE code IS NOT NULL", "Another source has this key already."
    )
    _page_uniq = models.UniqueIndex(
        "(page_id) WHERE page_id IS NOT NULL",
        "Another source has this page ID already.",
    )

    def _compute_partner_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("source_id", "in", self.ids)], ["source_id"], ["__count"]
            )
        )
        for source in self:
            source.partner_count = counts.get(source, 0)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._trimmed(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._trimmed(vals))

    @api.model
    def _trimmed(self, vals):
        """An empty key is no key: two sources without one don't clash."""
        keys = {
            name: (vals[name] or "").strip() or False
            for name in self._keys()
            if name in vals
        }
        return vals | keys

    @api.model
    def _keys(self):
        return ("code", "page_id")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        groups = Partner._read_group([("source_id", "in", self.ids)], ["source_id"])
        used = self.browse(record.id for (record,) in groups)
        if used:
            raise UserError(
                self.env._(
                    "Customers come from the source %(names)s: it can't be deleted.",
                    names=", ".join(used.mapped("name")),
                )
            )
