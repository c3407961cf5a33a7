"""Limits and the budget: reached, refused, given back, proved."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_uses import UseCase


@tagged("post_install", "-at_install")
class TestLimits(UseCase):
    def test_uses_in_all(self):
        self.promo.max_uses = 2
        first = self.promoted()
        self.promoted()
        with self.assertRaisesRegex(UserError, "Giảm giá khai trương"):
            self.promoted()
        first._action_cancel()
        self.promoted()
        self.assertEqual(self.counters(), {(None, False): (2, 20_000)})
        self.assertProved()

    def test_uses_per_customer(self):
        self.promo.max_uses_customer = 1
        self.promoted()
        with self.assertRaisesRegex(UserError, "customer used"):
            self.promoted()
        other = self.env["res.partner"].create({"name": "Lê Văn Cường"})
        self.promoted(partner=other)
        self.assertProved()

    def test_uses_per_day(self):
        self.promo.max_uses_day = 1
        self.promoted()
        with self.assertRaisesRegex(UserError, "this day"):
            self.promoted()
        self.assertEqual(self.counters(), {(None, True): (1, 0)})

    def test_uses_per_customer_and_day(self):
        self.promo.max_uses_customer_day = 1
        order = self.promoted()
        with self.assertRaisesRegex(UserError, "today"):
            self.promoted()
        # The day of an order is the day of its date.
        order.with_env(self.admin_env).date_order = "2026-01-15 05:00:00"
        self.promoted()
        self.assertProved()

    def test_budget_is_not_exceeded_by_one_dong(self):
        self.promo.budget = 20_000
        self.promoted(12_000)
        with self.assertRaisesRegex(UserError, "budget"):
            self.promoted(8_001)
        order = self.promoted(7_999)
        self.assertEqual(self.promo._budget_left(), {self.promo.id: 1})
        line = order._promotion_lines().with_env(self.admin_env)
        line.price_unit = -8_001
        with self.assertRaisesRegex(UserError, "budget"):
            self.settle()
        line.price_unit = -8_000
        self.settle()
        self.assertEqual(self.uses(), (2, 20_000))
        self.assertProved()

    def test_first_use_obeys_the_budget_as_well(self):
        self.promo.budget = 9_999
        with self.assertRaises(UserError):
            self.promoted(10_000)
        self.assertFalse(self.counters())

    def test_two_programs_count_both_or_none(self):
        other = self.make_promotion("Ngày hội", max_uses=1)
        self.promo.max_uses = 5
        self.promoted(program=other)
        order = self.promoted(confirm=False)
        self.take_off(order, 1_000, other)
        with self.assertRaisesRegex(UserError, "Ngày hội"), self.env.cr.savepoint():
            self.confirm(order)
        self.assertEqual(self.counters(), {})
        self.assertProved()

    def test_new_limit_counts_what_was_used_before(self):
        orders = self.promoted() | self.promoted()
        self.assertFalse(self.counters())
        with trap_jobs() as trap:
            self.promo.max_uses = 2
            trap.assert_jobs_count(1, only=self.promo._job_recount_uses)
            trap.perform_enqueued_jobs()
        self.assertEqual(self.counters(), {(None, False): (2, 20_000)})
        with self.assertRaises(UserError):
            self.promoted()
        self.promo.max_uses = 1
        orders[:1]._action_cancel()
        with self.assertRaises(UserError):
            self.promoted()
        self.promo.max_uses = 0
        self.assertFalse(self.counters())
        self.promoted()
        self.assertProved()

    def test_what_lacks_room(self):
        names = {
            "uses": {"max_uses": 1},
            "budget": {"budget": 10_000},
            "day": {"max_uses_day": 1},
            "customer": {"max_uses_customer": 1},
            "customer_day": {"max_uses_customer_day": 1},
            "free": {"max_uses": 2, "max_uses_day": 2, "budget": 10_001},
        }
        programs = {
            name: self.make_promotion(name, **limit) for name, limit in names.items()
        }
        every = self.admin_env["loyalty.program"].union(*programs.values())
        self.assertEqual(every._lacks_room(self.customer, self._today()), {})
        order = self.order(1, confirm=False)
        for program in programs.values():
            self.take_off(order, 10_000, program)
        self.confirm(order)
        expected = {program.id: name for name, program in programs.items()}
        del expected[programs["free"].id]
        self.env.flush_all()
        with self.assertQueryCount(1):
            lacking = every._lacks_room(self.customer, self._today())
        self.assertEqual(lacking, expected)
        for code in expected.values():
            self.assertTrue(every._limit_sentence(code))
        other = self.env["res.partner"].create({"name": "Lê Văn Cường"})
        self.assertEqual(
            set(every._lacks_room(other, self._today()).values()),
            {"uses", "budget", "day"},
        )

    def test_merged_customers_are_counted_together(self):
        promo = self.make_promotion("Mỗi khách", max_uses_customer=5)
        other = self.env["res.partner"].create({"name": "Trần Bích"})
        self.promoted(program=promo)
        self.promoted(program=promo, partner=other)
        wizard = self.admin_env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | other).ids, other)
        self.assertEqual(self.counters(promo), {("Trần Bích", False): (2, 0)})
        self.assertProved()

    def test_verify_finds_and_repairs(self):
        self.promo.write({"max_uses": 5, "max_uses_customer": 2})
        self.promoted()
        manager = self.promo.with_user(self.promotion_manager)
        self.assertEqual(manager.action_verify_uses()["params"]["type"], "success")
        self.env.cr.execute(
            "UPDATE crm_promotion_counter SET used = 3 WHERE partner_id IS NOT NULL"
        )
        wrong = self.Counter._verify(self.promo)
        self.assertEqual([row[:5] for row in wrong][0][3:], (3, 1))
        with trap_jobs():
            answer = manager.action_verify_uses()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertProved()

    def test_limits_below_zero_are_refused(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            self.promo.max_uses = -1
            self.env.flush_all()
        self.assertIn("promotion_limits", str(caught.exception))

    def test_currency_of_a_used_program_stays(self):
        self.promoted()
        with self.assertRaisesRegex(ValidationError, "currency"):
            self.promo.currency_id = self.env.ref("base.USD")
