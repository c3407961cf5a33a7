from odoo import api, models

from odoo.addons.crm_promotion.models.crm_promotion_agreed import AGREED


class PosOrder(models.Model):
    _inherit = "pos.order"

    @api.model
    def sync_from_ui(self, orders):
        """Override of `point_of_sale`: a quotation that is paid at a till isn't lost.

        With `pos_sale` tills confirm quotations of the back office.
        """
        paid = self.with_context(**{AGREED: True})
        return super(PosOrder, paid).sync_from_ui(orders)

    def confirm_coupon_programs(self, coupon_data):
        """Override of `pos_loyalty`: tills make no vouchers and change none.

        Only a till that had opened before it left promotions alone can mean it well.
        """
        env = self.sudo().with_context(active_test=False).env
        named = {int(vals["program_id"]) for vals in coupon_data.values()}
        programs = env["loyalty.program"].search(
            [("id", "in", named), ("is_promotion", "=", True)]
        )
        cards = env["loyalty.card"].search(
            [
                ("id", "in", [int(number) for number in coupon_data]),
                ("program_id.is_promotion", "=", True),
            ]
        )
        kept = {
            number: vals
            for number, vals in coupon_data.items()
            if int(vals["program_id"]) not in programs.ids
            and int(number) not in cards.ids
        }
        return super().confirm_coupon_programs(kept)
