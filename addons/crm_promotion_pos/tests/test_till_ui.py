"""A till in the browser: it sells to a customer, and knows no voucher of ours."""

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


@tagged("post_install", "-at_install")
class TestTillScreen(TestPointOfSaleHttpCommon):
    def promote(self, **vals):
        level = Command.create({"benefit_type": "percent", "discount": 50})
        program = self.env["loyalty.program"].sudo()
        program = program.create(
            {
                "is_promotion": True,
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                "company_id": self.main_pos_config.company_id.id,
                "reward_ids": [level],
                **vals,
            }
        )
        program.action_start_promotion()
        return program

    def test_till_sells_to_a_customer(self):
        customer = self.env["res.partner"].create({"name": "Trần Thị Bích"})
        self.promote(name="Nửa giá")
        vouchers = self.promote(name="Voucher", given_by="voucher")
        card = vouchers._issue_vouchers(customer, 1).sudo()
        card.code = "043VOUCHERTHU"
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour("crm_promotion_till")
        order = self.env["pos.order"].search([("partner_id", "=", customer.id)])
        self.assertEqual((order.state, order.amount_total), ("paid", 1.98))
        self.assertEqual(card.voucher_state, "issued")
