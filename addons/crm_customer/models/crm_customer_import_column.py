from odoo import api, fields, models

from ..tools import field_rules, headings


class CrmCustomerImportColumn(models.Model):
    """What a column of the file means; guessed from its heading, users change it."""

    _name = "crm.customer.import.column"
    _description = "Column of a Customer Import"
    _order = "position"

    import_id = fields.Many2one(
        "crm.customer.import", required=True, ondelete="cascade", index=True
    )
    position = fields.Integer(required=True, readonly=True)
    heading = fields.Char(readonly=True)
    sample = fields.Char(readonly=True)
    key = fields.Selection(
        "_selection_key", string="Means", help="Empty: the column is ignored."
    )

    is_required = fields.Boolean(
        string="Required",
        compute="_compute_is_required",
        help="New customers without a value are refused.",
    )

    _key_once = models.Constraint(  # deferrable: two columns may change places
        "UNIQUE (import_id, key) DEFERRABLE INITIALLY IMMEDIATE",
        "Two columns of the file can't mean the same. Clear one of them.",
    )

    @api.depends("key", "import_id.company_id")
    def _compute_is_required(self):
        rules = self.env["crm.customer.field.rule"]
        for column in self:
            names = rules._required_names(column.import_id.company_id.id)
            keys = {field_rules.COLUMNS.get(name, name) for name in names}
            column.is_required = column.key in keys | {"name"}

    @api.model
    def _selection_key(self):
        vietnamese = (self.env.lang or "").startswith("vi")
        return [
            (column.key, column.vietnamese if vietnamese else column.heading)
            for column in headings.COLUMNS
        ]
