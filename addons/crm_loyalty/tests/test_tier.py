"""Up at once, back at once when goods come back, and what belongs to a tier."""

from freezegun import freeze_time

from odoo.tests import tagged

from .common_tiers import TierCase


@tagged("post_install", "-at_install")
class TestTier(TierCase):
    def test_an_order_raises_at_once_and_the_next_one_earns_faster(self):
        order = self.order(50)  # 5,000,000 đ
        self.assertEqual(order.points_earned, 500)
        self.assertEqual(self.tier(), self.gold)
        self.assertEqual(self.changes(), [("up", "Vàng")])
        change = self.admin_env["crm.tier.change"].search([], limit=1)
        self.assertEqual(
            (change.total, change.minimum, change.direction, change.user_id),
            (500, 50, "up", self.seller),
        )
        self.assertEqual(self.order(10).points_earned, 20 * 10)
        self.assertProved()

    def test_only_earned_points_count(self):
        self.give(400)
        self.assertFalse(self.tier())
        self.earn(9)
        self.assertEqual(self.tier(), self.new)
        self.earn(1)
        self.assertEqual(self.tier(), self.silver)
        self.give(-300)
        self.assertEqual(self.tier(), self.silver)
        self.assertEqual(self.changes(), [("up", "Mới"), ("up", "Bạc")])
        self.assertProved()

    def test_returned_goods_take_the_tier_back_at_once(self):
        self.order(1)
        self.assertEqual(self.tier(), self.silver)
        order = self.order(5)
        self.assertEqual(self.tier(), self.gold)
        self.refund(self.invoice(order), ao=2)
        self.assertEqual(self.tier(), self.silver, "4 áo are left: 40 points")
        self.assertEqual(
            self.changes(), [("up", "Bạc"), ("up", "Vàng"), ("taken_back", "Bạc")]
        )
        self.order(1)
        self.assertEqual(self.tier(), self.gold)
        self.assertProved()

    def test_goods_come_back_one_after_the_other(self):
        order = self.order(6)
        invoice = self.invoice(order)
        for left, tier in ((4, self.silver), (1, self.silver), (0, self.new)):
            self.refund(invoice, ao={4: 2, 1: 3, 0: 1}[left])
            self.assertEqual((self.balance(), self.tier()), (10 * left, tier))
        self.assertEqual(
            self.changes(),
            [("up", "Vàng"), ("taken_back", "Bạc"), ("taken_back", "Mới")],
        )
        self.assertProved()

    def test_a_cancelled_order_never_was(self):
        order = self.order(50)
        order._action_cancel()
        self.assertEqual(self.tier(), self.new)
        self.assertProved()

    def test_what_asked_for_more_later_doesnt_take_back(self):
        self.earn(50)
        order = self.order(2)
        self.gold.min_points = 1_000
        order._action_cancel()
        self.assertEqual(self.tier(), self.gold, "It was reached as it was asked for")

    def test_welcome_points_once_and_back_with_the_goods(self):
        self.gold.welcome_points = 30
        order = self.order(5)
        self.assertEqual(self.balance(), 50 + 30)
        line = self.admin_env["loyalty.history"].search(
            [("idempotency_key", "=", f"welcome:{self.customer.id}:{self.gold.id}")]
        )
        self.assertEqual((line.points, line.uncounted), (30, True))
        self.assertEqual(self.card().points_counted, 50)
        order._action_cancel()
        self.assertEqual((self.balance(), self.tier()), (0, self.new))
        self.order(6)
        self.assertEqual((self.balance(), self.tier()), (60 + 30, self.gold))
        self.customer.sudo().grade_id = self.silver
        self.customer.sudo().grade_id = self.gold
        self.assertEqual(self.balance(), 60 + 30)
        self.assertProved()

    def test_welcome_points_that_come_back_can_be_used(self):
        self.gold.welcome_points = 30
        self.program.write({"validity": "months", "validity_months": 1})
        for moment in ("2030-01-10 05:00:00", "2030-06-10 05:00:00"):
            with freeze_time(moment):
                order = self.order(6)
                self.assertEqual((self.tier(), self.balance()), (self.gold, 60 + 30))
                order._action_cancel()
                self.assertEqual(self.balance(), 0)
                self.assertEqual(self.tier(), self.new)
        self.assertProved()

    def test_an_archived_tier_multiplies_nothing(self):
        self.earn(50)
        self.assertEqual(self.customer._points_multiplier(self.program), 200)
        self.gold.active = False
        self.assertEqual(self.customer._points_multiplier(self.program), 100)

    def test_points_of_the_last_year(self):
        self.program.tier_basis = "points_year"
        with freeze_time("2029-03-01 05:00:00"):
            self.earn(40)
        with freeze_time("2030-02-27 05:00:00"):
            self.earn(10)
            self.assertEqual(self.tier(), self.gold)
        with freeze_time("2030-04-05 05:00:00"):
            self.earn(1)
            self.assertEqual(self.tier(), self.gold, "Down waits for the review")

    def test_amount_follows_orders_and_returns(self):
        self.program.tier_basis = "amount"
        order = self.order(6)
        other = self.order(1)
        self.customer.sudo()._refresh_statistics()
        self.assertEqual(self.tier(), self.gold)
        invoice = self.invoice(order)
        self.refund(invoice, ao=2)
        self.customer.sudo()._refresh_statistics()
        self.assertEqual(self.tier(), self.gold, "500,000 đ are left")
        other._action_cancel()
        self.customer.sudo()._refresh_statistics()
        self.assertEqual(self.tier(), self.silver)
        self.assertEqual(self.changes()[-1], ("taken_back", "Bạc"))

    def test_amount_of_the_last_year(self):
        self.program.tier_basis = "amount_year"
        with freeze_time("2029-03-01 05:00:00"):
            self.order(6)
            self.customer.sudo()._refresh_statistics()
            self.assertEqual(self.tier(), self.gold)
        with freeze_time("2031-03-01 05:00:00"):
            self.assertEqual(self.customer.with_user(self.seller).tier_total, 0)

    def test_pricelists_come_and_go_with_the_tier(self):
        admin = self.admin_env
        gold_prices, other_prices = admin["product.pricelist"].create(
            [
                {"name": "Giá Vàng", "company_id": self.company.id},
                {"name": "Giá riêng", "company_id": self.company.id},
            ]
        )
        self.gold.default_pricelist_id = gold_prices
        customer = self.customer.with_env(admin)
        order = self.order(5)
        self.assertEqual(self.tier(), self.gold)
        self.assertEqual(customer.specific_property_product_pricelist, gold_prices)
        order._action_cancel()
        self.assertEqual(self.tier(), self.new)
        self.assertFalse(customer.specific_property_product_pricelist)
        self.order(5)
        customer.specific_property_product_pricelist = other_prices
        customer.grade_id = self.new
        self.assertEqual(customer.specific_property_product_pricelist, other_prices)

    def test_begins_with_a_tier_and_copies_have_none(self):
        customer = self.admin_env["res.partner"].create(
            {"name": "Khách cũ", "grade_id": self.gold.id}
        )
        self.assertEqual(self.changes(customer), [("other", "Vàng")])
        self.assertFalse(customer.copy().grade_id)

    def test_merged_customers_have_what_both_earned(self):
        self.earn(30)
        twin = self.env["res.partner"].create({"name": "Trần Thị Bích 2"})
        self.earn(20, twin)
        wizard = self.admin_env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | twin).ids, self.customer)
        self.assertEqual(self.card().points_counted, 50)
        self.assertEqual(self.tier(), self.gold)
        self.assertProved()

    def merge(self, *partners):
        """All become the first one, whom a manager of customers merges."""
        manager = self._make_employee(
            "merger", "crm_customer.crm_customer_group_manager", self.company
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(manager)
        ids = [partner.id for partner in partners]
        wizard.sudo().create({}).sudo(False)._merge(
            ids, partners[0].with_user(manager), extra_checks=False
        )

    def test_merged_customers_keep_the_higher_tier_and_one_welcome(self):
        self.gold.welcome_points = 30
        twin = self.env["res.partner"].create({"name": "Trần Thị Bích 2"})
        self.earn(10)
        self.customer.sudo().tier_falls_on = "2031-01-01"
        self.earn(60, twin)
        self.assertEqual(self.balance(twin), 90)
        since = twin.sudo().tier_since
        self.merge(self.customer, twin)
        self.assertEqual((self.tier(), self.balance()), (self.gold, 100))
        merged = self.customer.sudo()
        self.assertEqual((merged.tier_since, merged.tier_falls_on), (since, False))
        self.assertProved()

    def test_a_tier_by_hand_is_merged_with_its_last_day(self):
        twin = self.env["res.partner"].create({"name": "Trần Thị Bích 2"})
        self.earn(10)
        twin.sudo().action_set_tier(self.gold.id, "2040-01-01", "Khách VIP")
        self.merge(self.customer, twin)
        self.assertEqual(self.tier(), self.gold)
        self.assertEqual(str(self.customer.sudo().tier_until), "2040-01-01")
        self.assertEqual(self.changes()[-1], ("merge", "Vàng"))

    def test_a_lower_tier_leaves_the_one_that_stays_alone(self):
        twin = self.env["res.partner"].create({"name": "Trần Thị Bích 2"})
        self.earn(60)
        twin.sudo().action_set_tier(self.silver.id, "2040-01-01", "Nhầm")
        self.merge(self.customer, twin)
        self.assertEqual(self.tier(), self.gold)
        self.assertFalse(self.customer.sudo().tier_until)

    def test_a_membership_that_is_sold_is_left_alone(self):
        club = self.admin_env["res.partner.grade"].create(
            {"name": "Hội viên", "company_id": self.company.id}
        )
        self.product.write({"service_tracking": "partnership", "type": "service"})
        self.product.product_tmpl_id.grade_id = club
        self.order(6)
        self.assertEqual(self.tier(), club)
        self.earn(100)
        self.night()
        self.assertEqual(self.tier(), club)

    def test_an_order_that_changes_no_tier_asks_little(self):
        self.earn(20)
        card = self.card().sudo()
        self.settle()
        card.invalidate_recordset()
        card._follow_tier()
        with self.assertQueryCount(0):
            card._follow_tier()

    def test_release_writes_no_day_that_never_was(self):
        self.earn(60)
        manager = self.customer.with_user(self.loyalty_manager)
        manager.action_set_tier(self.silver.id, "2099-12-31", "Theo thỏa thuận")
        self.settle()
        days = []
        write = type(manager).write

        def note(partners, vals):
            days.append(vals.get("tier_until"))
            return write(partners, vals)

        self.patch(type(manager), "write", note)
        manager.action_release_tier()
        self.assertFalse(any(days), days)
        self.assertEqual((self.tier(), manager.tier_until), (self.gold, False))
        self.assertEqual(self.changes()[-1], ("hand_end", "Vàng"))
