"""Tills and the points program leave each other alone."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.crm_customer.tests.common import make_user
from odoo.addons.point_of_sale.tests.common import CommonPosTest


@tagged("post_install", "-at_install")
class TestTill(CommonPosTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        programs = cls.env["loyalty.program"]
        cls.program = programs.sudo()._provide_points_program(cls.env.company)
        vals = {"name": "Tích điểm cũ", "program_type": "loyalty"}
        cls.other = programs.create(vals)
        cls.customer = cls.env["res.partner"].create({"name": "Trần Thị Bích"})
        cls.cashier, cls.chief = (
            make_user(
                cls.env,
                f"{role}_of_tills",
                f"point_of_sale.group_pos_{role},base.group_user",
                company_id=cls.env.company.id,
                company_ids=cls.env.company.ids,
            )
            for role in ("user", "manager")
        )

    def account(self, points=0):
        Card = self.env["loyalty.card"]
        card = Card._provide_accounts(self.program, self.customer)[self.customer]
        if points:
            card._post_points(points, description="Quà tặng")
        return card

    def tell(self, number, points, program=None):
        """What a till tells of a card when it has sold."""
        change = {
            "points": points,
            "program_id": (program or self.program).id,
            "partner_id": self.customer.id,
        }
        order = self.env["pos.order"].with_user(self.cashier)
        return order.confirm_coupon_programs({str(number): change})

    def test_till_loads_other_programs_only(self):
        self.assertTrue(self.program.pos_ok)
        programs = self.pos_config_usd._get_program_ids()
        self.assertIn(self.other, programs)
        self.assertNotIn(self.program, programs)

    def test_till_that_was_open_before_can_not_spoil_the_ledger(self):
        card = self.account(20)
        self.tell(card.id, -4.25)
        self.assertEqual(card.points, 15)
        posted = card.history_ids.filtered(lambda line: line.kind == "adjust")
        self.assertEqual(sorted(posted.mapped("points")), [-5, 20])
        self.env.flush_all()
        self.assertEqual(self.env["loyalty.card"].sudo()._verify_points(), [])

    def test_nobody_gets_points_at_a_till(self):
        Card = self.env["loyalty.card"]
        self.tell(-1, 900)
        self.assertFalse(Card._find_account(self.program, self.customer))
        card = self.account(20)
        for number, program in ((card.id, None), (-1, None), (card.id, self.other)):
            with self.subTest(number=number):
                self.tell(number, 900, program)
                self.assertEqual(card.points, 20)
        self.tell(-1, 7, self.other)
        theirs = Card.search([("program_id", "=", self.other.id)])
        self.assertEqual((theirs.partner_id, theirs.points), (self.customer, 7))

    def test_managers_of_tills_do_not_change_the_points_program(self):
        chief = self.env(user=self.chief)
        self.other.with_env(chief).name = "Tích điểm mới"
        for records, vals in (
            (self.program, {"money_per_point": 1}),
            (self.program.rule_ids, {"minimum_amount": 1}),
            (self.program.reward_ids, {"discount": 99_000}),
            (self.account(20), {"points": 900}),
        ):
            for user in (self.chief, self.cashier):
                with (
                    self.subTest(model=records._name, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    records.with_user(user).write(vals)
        for model, vals in (
            ("loyalty.reward", {"program_id": self.program.id}),
            ("loyalty.card", {"program_id": self.program.id}),
            (
                "loyalty.mail",
                {
                    "program_id": self.program.id,
                    "trigger": "create",
                    "mail_template_id": self.env.ref(
                        "loyalty.mail_template_loyalty_card"
                    ).id,
                },
            ),
        ):
            with self.subTest(create=model), self.assertRaises(AccessError):
                chief[model].create(vals)
        with self.assertRaises(AccessError):
            self.program.with_env(chief).unlink()
