from odoo import models
from odoo.tools import SQL

#: What statistics look at.
SEEN = frozenset(
    ("account_id", "amount_residual", "parent_state", "partner_id", "reconciled")
)


class AccountMoveLine(models.Model):
    """Receivables whose customers' debts follow them."""

    _inherit = "account.move.line"

    def unlink(self):
        self.filtered(lambda line: line._is_owed()).sudo().partner_id._touch()
        return super().unlink()

    def _write_multi(self, vals_list):
        """Override of `base`: here it shows which columns really change.

        What is open follows from payments and reconciliations, of which ``write``
        knows nothing.
        """
        seen = self.browse(
            line.id
            for line, vals in zip(self, vals_list, strict=True)
            if not SEEN.isdisjoint(vals) and line._is_owed(vals)
        )
        if seen:
            if any("partner_id" in vals for vals in vals_list):
                seen._partners_in_database()._touch()
            seen.sudo().partner_id._touch()
        return super()._write_multi(vals_list)

    def _is_owed(self, changed=()):
        """Whether it counts as debt, or may have done so before these columns."""
        posted = self.parent_state == "posted" or "parent_state" in changed
        return posted and (
            "account_id" in changed
            or self.account_id.sudo().account_type == "asset_receivable"
        )

    def _partners_in_database(self):
        """The customers before they are written."""
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id FROM account_move_line "
                "WHERE id = ANY (%s) AND partner_id IS NOT NULL",
                self.ids,
            )
        )
        return self.env["res.partner"].browse({row[0] for row in rows})
