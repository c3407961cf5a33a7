"""Tills and the points program leave each other alone."""

from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.common import CommonPosTest


@tagged("post_install", "-at_install")
class TestTill(CommonPosTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        programs = cls.env["loyalty.program"]
        cls.program = programs._provide_points_program(cls.env.company)
        vals = {"name": "Tích điểm cũ", "program_type": "loyalty"}
        cls.other = programs.create(vals)
        cls.customer = cls.env["res.partner"].create({"name": "Trần Thị Bích"})

    def test_till_loads_other_programs_only(self):
        self.assertTrue(self.program.pos_ok)
        programs = self.pos_config_usd._get_program_ids()
        self.assertIn(self.other, programs)
        self.assertNotIn(self.program, programs)

    def test_till_that_was_open_before_can_not_spoil_the_ledger(self):
        Card = self.env["loyalty.card"]
        card = Card._provide_accounts(self.program, self.customer)[self.customer]
        card._post_points(20, description="Quà tặng")
        change = {
            "points": -4.25,
            "program_id": self.program.id,
            "partner_id": self.customer.id,
        }
        self.env["pos.order"].confirm_coupon_programs({card.id: change})
        self.assertEqual(card.points, 15)
        posted = card.history_ids.filtered(lambda line: line.kind == "adjust")
        self.assertEqual(sorted(posted.mapped("points")), [-5, 20])
        self.env.flush_all()
        self.assertEqual(Card.sudo()._verify_points(), [])
