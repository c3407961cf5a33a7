"""Who brings a customer earns by what that customer keeps."""

from freezegun import freeze_time

from odoo.fields import Domain
from odoo.tests import tagged

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestReferrals(LoyaltyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin_env["loyalty.rule"].create(
            {
                "program_id": cls.program.id,
                "name": "Giới thiệu bạn mới",
                "rule_type": "referral",
                "points": 30,
            }
        )
        cls.friend = cls.bring("Bạn")

    @classmethod
    def bring(cls, name, count=1):
        return cls.env["res.partner"].create(
            [
                {"name": f"{name} {number}", "referred_by_id": cls.customer.id}
                for number in range(count)
            ]
        )

    def night(self):
        self.settle()
        self.admin_env["res.partner"]._cron_give_event_points()
        self.settle()

    def test_cancelled_purchase_takes_the_points_back_at_once(self):
        order = self.order(1, partner=self.friend)
        self.night()
        self.assertEqual(self.balance(), 30)
        order._action_cancel()
        self.assertEqual(self.balance(), 0)
        line = self.card().history_ids.sorted("id")[-1]
        self.assertEqual((line.kind, line.points), ("earn_back", -30))
        self.assertIn("Bạn", line.description)
        self.night()
        self.assertEqual(self.balance(), 0)
        self.assertProved()

    def test_returned_purchase_takes_the_points_back(self):
        order = self.order(2, partner=self.friend)
        self.night()
        invoice = self.invoice(order)
        self.refund(invoice, ao=1)
        self.assertEqual(self.balance(), 30, "One áo is kept")
        self.refund(invoice, ao=1)
        self.assertEqual(self.balance(), 0)
        self.assertProved()

    def test_another_purchase_keeps_or_brings_them_back(self):
        first, second = (self.order(1, partner=self.friend) for _time in range(2))
        self.night()
        first._action_cancel()
        self.assertEqual(self.balance(), 30)
        second._action_cancel()
        self.assertEqual(self.balance(), 0)
        self.order(1, partner=self.friend)
        for _time in range(2):
            self.night()
            self.assertEqual(self.balance(), 30)
        self.assertProved()

    def test_points_whose_time_is_over_come_anew(self):
        self.program.write({"validity": "months", "validity_months": 3})
        with freeze_time("2030-01-10 05:00:00"):
            order = self.order(1, partner=self.friend)
            self.night()
            order._action_cancel()
            self.assertEqual(self.balance(), 0)
        with freeze_time("2030-06-10 05:00:00"):
            order = self.order(1, partner=self.friend)
            self.night()
            self.night()
            self.assertEqual(self.balance(), 30)
            order._action_cancel()
            self.assertEqual(self.balance(), 0)
        self.assertProved()

    def test_purchase_counts_when_it_earns(self):
        self.program.earn_on = "paid"
        order = self.order(1, partner=self.friend)
        self.night()
        self.assertEqual(self.balance(), 0)
        self.pay(self.invoice(order))
        self.night()
        self.assertEqual(self.balance(), 30)
        self.assertProved()

    def test_spent_points_are_owed(self):
        order = self.order(1, partner=self.friend)
        self.night()
        self.order(1, points=30)
        self.assertEqual(self.balance(), 9)
        order._action_cancel()
        self.assertEqual(self.balance(), -21)
        self.assertProved()

    def test_night_finds_what_no_order_told(self):
        order = self.order(1, partner=self.friend)
        self.night()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'cancel' WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        self.night()
        self.assertEqual(self.balance(), 0)
        self.assertProved()

    def test_many_take_few_queries(self):
        friends = self.bring("Khách", 20)
        other = self.env["res.partner"].create({"name": "Người giới thiệu"})
        friends[10:].referred_by_id = other
        for friend in friends:
            self.order(1, partner=friend)
        self.settle()
        Partner = self.admin_env["res.partner"]
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        Partner._give_event_points(
            self.program.sudo(), "referral", Domain("id", "in", friends.ids)
        )
        # Ten rounds of two accounts; one by one it was four for each friend.
        self.assertLess(self.env.cr.sql_log_count - before, 60)
        self.assertEqual((self.balance(), self.balance(other)), (300, 300))
        self.assertProved()
