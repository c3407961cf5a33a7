"""What a request may not do, whatever it names: nobody gets points without a line."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestGuards(LoyaltyCase):
    def test_seller_can_not_write_an_account(self):
        self.give(10)
        friend = self.env["res.partner"].create({"name": "Bạn"})
        other = self.admin_env["loyalty.program"].create(
            {"name": "Cũ", "program_type": "loyalty", "company_id": self.company.id}
        )
        for vals in (
            {"partner_id": friend.id},
            {"program_id": other.id},
            {"points_debt": -100},
            {"points_counted": 10_000},
            {"is_account": False},
            {"ledger_at": "2020-01-01 00:00:00"},
            {"active": False},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                self.card().write(vals)
        card = self.card().with_user(self.loyalty_manager)
        with self.assertRaises(AccessError):
            card.partner_id = friend
        card.write({"active": False, "partner_id": self.customer.id})
        self.assertFalse(card.active)

    def test_card_of_another_program_becomes_no_account(self):
        other = self.admin_env["loyalty.program"].create(
            {"name": "Cũ", "program_type": "loyalty", "company_id": self.company.id}
        )
        card = self.admin_env["loyalty.card"].create(
            {"program_id": other.id, "partner_id": self.customer.id, "points": 900}
        )
        card = card.with_user(self.seller)
        with self.assertRaises(AccessError):
            card.program_id = self.program
        card.points = 800
        self.assertEqual(card.points, 800)

    def test_terms_of_an_order_are_written_by_the_program_alone(self):
        order = self.order(1)
        terms = dict(order.points_terms, multiplier=9000)
        for vals in (
            {"points_terms": terms},
            {"points_terms": False},
            {"points_account_id": False},
            {"points_pending": 5},
            {"points_returned": True},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                order.write(vals)
        with self.assertRaises(AccessError):
            self.Order.create({"partner_id": self.customer.id, "points_terms": terms})
        with self.assertRaises(AccessError):
            self.Order.with_context(default_points_terms=terms).create(
                {"partner_id": self.customer.id}
            )
        # Forms and imports may name what they don't change.
        order.write({"points_pending": 0, "points_terms": order.points_terms})
        self.order(1, points_pending=0, points_returned=False)
        self.assertProved()

    def test_days_of_a_tier_are_written_with_the_tier_alone(self):
        for name in ("tier_since", "tier_until", "tier_falls_on"):
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    self.customer.write({name: "2099-12-31"})
                with self.assertRaises(AccessError):
                    self.env["res.partner"].create({"name": "A", name: "2099-12-31"})
        self.customer.write({"tier_until": False})

    def test_program_of_a_new_card_may_come_from_the_context(self):
        env = self.env(user=self.loyalty_manager)
        vals = {"partner_id": self.customer.id, "points": 30}
        for name in ("default_program_id", "active_id"):
            with self.subTest(name):
                Card = env["loyalty.card"].with_context(**{name: self.program.id})
                person = self.env["res.partner"].create(
                    {"name": name, "parent_id": self.customer.copy().id}
                )
                given = vals | {"partner_id": person.id}
                card = Card.create(given)
                self.assertEqual(given, vals | {"partner_id": person.id})
                self.assertEqual(card.partner_id, person.parent_id)
                self.assertEqual((self.balance(person), card.is_account), (30, True))
        self.assertProved()

    def test_seller_opens_no_account_with_points(self):
        # Some shops let sellers make cards.
        self.superuser_env["ir.model.access"].create(
            {
                "name": "cards of tests",
                "model_id": self.superuser_env["ir.model"]._get_id("loyalty.card"),
                "group_id": self.superuser_env.ref("sales_team.group_sale_salesman").id,
                "perm_create": True,
            }
        )
        vals = {"program_id": self.program.id, "partner_id": self.customer.id}
        Card = self.env["loyalty.card"]
        with self.assertRaises(AccessError):
            Card.create(vals | {"points": 30})
        with self.assertRaises(AccessError):
            Card.with_context(default_points=30).create(vals)
        with self.assertRaises(AccessError):
            Card.create(vals | {"points_debt": -30})

    def test_seller_runs_no_action_that_gives_points(self):
        Action = self.superuser_env["ir.actions.server"]
        partner = self.superuser_env["ir.model"]._get_id("res.partner")
        gift = Action.create(
            {
                "name": "Quà",
                "state": "points_add",
                "points_amount": 50,
                "points_reason": "Quà",
                "model_id": partner,
            }
        )
        several = Action.create(
            {
                "name": "Nhiều việc",
                "state": "multi",
                "model_id": partner,
                "child_ids": gift.ids,
            }
        )
        context = {
            "active_model": "res.partner",
            "active_id": self.customer.id,
            "active_ids": self.customer.ids,
        }
        for action in (gift, several):
            with self.subTest(action.name), self.assertRaises(AccessError):
                action.with_user(self.seller).with_context(**context).run()
        gift.with_user(self.seller).sudo().with_context(**context).run()
        self.assertEqual(self.balance(), 50)
        gift.points_once = False
        gift.with_user(self.loyalty_manager).with_context(**context).run()
        self.assertEqual(self.balance(), 100)

    def test_key_of_an_adjustment_is_the_account_s(self):
        self.give(10)
        other = self.env["res.partner"].create({"name": "Khách khác"})
        self.give(10, other)
        cards = (self.card() | self.card(other)).with_user(self.loyalty_manager)
        first = cards.action_adjust_points(5, "Quà", key="k")
        self.assertEqual(len(first), 2)
        self.assertEqual(cards.action_adjust_points(5, "Quà", key="k"), first)
        self.assertEqual((self.balance(), self.balance(other)), (15, 15))

    def test_points_can_be_used_where_nobody_noted_a_debt(self):
        self.give(10)
        self.env.cr.execute(
            "UPDATE loyalty_card SET points_debt = NULL WHERE id = %s",
            [self.card().id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.card().points_usable, 10)

    def test_no_line_of_another_card_becomes_one_of_the_ledger(self):
        self.give(5)
        wallet = self.admin_env["loyalty.program"].create(
            {"name": "Ví", "program_type": "ewallet", "company_id": self.company.id}
        )
        card = self.admin_env["loyalty.card"].create(
            {"program_id": wallet.id, "partner_id": self.customer.id}
        )
        line = self.env["loyalty.history"].create(
            {"card_id": card.id, "description": "Nạp tiền", "issued": 1}
        )
        with self.assertRaisesRegex(UserError, "ledger"):
            line.card_id = self.card()
        line.description = "Nạp thêm"
        self.assertProved()
