from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.books import Row


class CrmLoyaltyDocument(models.AbstractModel):
    """What a line of the ledger comes from. Part of ``loyalty.history``."""

    _name = "crm.loyalty.document"
    _description = "Documents of the Points Ledger"

    document = fields.Char(compute="_compute_document", search="_search_document")

    @api.depends("order_model", "order_id")
    def _compute_document(self):
        """Names are no secret; what the document holds is."""
        self.document = False
        for model, lines in self.filtered("order_id").grouped("order_model").items():
            if model not in self.env:
                continue
            documents = self.env[model].sudo().browse(lines.mapped("order_id")).exists()
            names = dict(
                zip(documents.ids, documents.mapped("display_name"), strict=True)
            )
            for line in lines:
                line.document = names.get(line.order_id, False)

    @api.model
    def _search_document(self, operator, value):
        if operator not in ("in", "ilike", "like", "=ilike", "=like"):
            return NotImplemented
        orders = self.env["sale.order"].sudo()._search([("name", operator, value)])
        return Domain("order_model", "=", "sale.order") & Domain(
            "order_id", "in", orders
        )

    @api.model
    def _posted_for(self, documents):
        """Document id -> account id -> the document's lines, oldest first."""
        posted = {}
        if not documents.ids:
            return posted
        for document, card, *row in self.env.execute_query(
            SQL(
                """
                SELECT order_id, card_id, id, kind, points, lot_id, event_id,
                       occurred_at, expires_on
                  FROM loyalty_history
                 WHERE order_model = %s AND order_id = ANY(%s) AND kind <> 'memo'
                 ORDER BY id
                """,
                documents._name,
                documents.ids,
            )
        ):
            posted.setdefault(document, {}).setdefault(card, []).append(Row(*row))
        return posted

    def action_open_document(self):
        """The order that the points are from."""
        self.ensure_one()
        if not self.order_id:
            raise UserError(self.env._("This line has no document."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.order_model,
            "res_id": self.order_id,
            "views": [(False, "form")],
        }
