from odoo import models


class PosOrder(models.Model):
    _inherit = "pos.order"

    def confirm_coupon_programs(self, coupon_data):
        """Override of `pos_loyalty`: a till gives no points of the points program.

        Odoo does as it is told here, with all rights and whoever asks. What is left for
        a till that had opened before: points that it took are taken.
        """
        numbers = [int(number) for number in coupon_data]
        named = [int(vals["program_id"]) for vals in coupon_data.values()]
        env = self.sudo().with_context(active_test=False).env
        ledgers = env["loyalty.program"].search(
            [("id", "in", named), ("keep_ledger", "=", True)]
        )
        accounts = env["loyalty.card"].search(
            [("id", "in", numbers), ("program_id.keep_ledger", "=", True)]
        )

        def heard(number, vals):
            if int(number) in accounts.ids:
                return vals.get("points", 0) < 0
            return int(vals["program_id"]) not in ledgers.ids

        kept = {
            number: vals for number, vals in coupon_data.items() if heard(number, vals)
        }
        return super().confirm_coupon_programs(kept)
