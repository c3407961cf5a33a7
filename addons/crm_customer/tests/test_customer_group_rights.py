"""Who sees groups, their members and their log; companies; automation."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import MANAGER, make_user
from .group_common import GroupCase


@tagged("post_install", "-at_install")
class TestCompanies(GroupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._make_shop("Shop khác")
        cls.stranger = make_user(
            cls.superuser_env,
            "other_manager_of_tests",
            MANAGER,
            company_id=cls.other.id,
            company_ids=cls.other.ids,
        )
        cls.shared = cls.Partner.create({"name": "Chung", "gender": "other"})
        cls.own = cls.Partner.create(
            {"name": "Riêng", "gender": "other", "company_id": cls.company.id}
        )
        cls.domain = str([("id", "in", (cls.shared + cls.own).ids)])

    def as_stranger(self, records):
        return records.with_user(self.stranger).with_context(
            allowed_company_ids=self.other.ids
        )

    def test_group_has_customers_of_its_company_and_shared_ones(self):
        ours = self.make_group(domain=self.domain)
        theirs = self.as_stranger(self.Group).create(
            {
                "name": "Nhóm của họ",
                "domain": self.domain,
                "fixed_partner_ids": [Command.link(self.shared.id)],
            }
        )
        theirs.sudo().fixed_partner_ids += self.own.sudo()
        self.assertMembers(ours, self.own, self.shared)
        self.assertMembers(theirs, self.shared)
        self.refresh(self.own, self.shared)
        self.assertMembers(theirs, self.shared)

    def test_groups_of_other_companies_are_invisible(self):
        group = self.make_group(
            ("gender", "=", {"gender": "other"}), domain=self.domain
        )
        self.assertEqual(self.shared.customer_group_ids, group)
        self.env.invalidate_all()
        self.assertFalse(self.as_stranger(self.shared).customer_group_ids)
        Partner = self.as_stranger(self.Partner)
        in_group = [("customer_group_ids", "ilike", group.name)]
        self.assertFalse(Partner.search(in_group))
        self.assertEqual(self.Partner.search(in_group), self.shared + self.own)
        rows = Partner._read_group(
            [("id", "=", self.shared.id)], ["customer_group_ids"], ["__count"]
        )
        self.assertEqual([(name.id, count) for name, count in rows], [(False, 1)])
        for model, records in (
            ("group", group),
            ("condition", group.condition_ids),
            ("member", group.sudo().member_ids),
            ("log", group.sudo().log_ids),
        ):
            with self.subTest(model):
                self.env.invalidate_all()
                hidden = self.as_stranger(records)
                self.assertFalse(hidden.search([("id", "in", records.ids)]))
                with self.assertRaises(AccessError):
                    hidden.read(["create_date"] if model == "group" else ["group_id"])

    def test_orders_of_other_companies_say_nothing(self):
        order = self.make_order(self.shared)
        order.company_id = self.other
        theirs = self.other.name
        cases = (
            [("sale_order_ids.company_id.name", "=", theirs)],
            [("sale_order_ids", "any", [("company_id.name", "=", theirs)])],
            [("sale_order_ids", "!=", False)],
            [("sale_order_ids", "in", order.ids)],
            [("sale_order_ids", "=", order.name)],
            [("sale_order_ids", "ilike", order.name)],
            ["!", ("sale_order_ids", "not in", order.ids)],
            [("sale_order_ids.order_line.product_id.name", "=", "Áo")],
            [("child_ids.sale_order_ids.name", "=", order.name)],
        )
        for number, domain in enumerate(cases):
            with self.subTest(domain):
                domain = [("id", "=", self.shared.id), *domain]
                group = self.make_group(domain=str(domain), name=f"Nhóm {number}")
                self.assertMembers(group)
        group = self.make_group(
            domain=str([("id", "=", self.shared.id), ("sale_order_ids", "=", False)])
        )
        self.assertMembers(group, self.shared)

    def test_own_orders_count(self):
        order = self.make_order(self.shared)
        for number, domain in enumerate(
            (
                [("sale_order_ids.order_line.product_id.name", "=", "Áo")],
                [("sale_order_ids", "!=", False)],
                [("sale_order_ids", "in", [order.id, False])],
                [("sale_order_ids", "=", order.name)],
            )
        ):
            with self.subTest(domain):
                domain = [("id", "=", self.shared.id), *domain]
                group = self.make_group(domain=str(domain), name=f"Nhóm {number}")
                self.assertMembers(group, self.shared)


@tagged("post_install", "-at_install")
class TestRoles(GroupCase):
    def test_chips_are_for_users_of_the_app(self):
        group = self.make_group()
        customer = self.make_customer()
        group.fixed_partner_ids = customer
        stockman = make_user(
            self.superuser_env,
            "stockman_of_tests",
            "base.group_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        self.assertEqual(customer.with_user(self.telesale).customer_group_ids, group)
        with self.assertRaises(AccessError):
            customer.with_user(stockman).read(["customer_group_ids"])
        self.assertNotIn(
            "customer_group_ids", self.Partner.with_user(stockman).fields_get()
        )

    def test_telesale_changes_nothing(self):
        group = self.make_group().with_user(self.telesale)
        for action in (
            lambda: group.write({"name": "Khác"}),
            group.action_rebuild,
            group.unlink,
            lambda: self.Group.with_user(self.telesale).create({"name": "Mới"}),
        ):
            with self.subTest(action), self.assertRaises(AccessError):
                action()

    def test_who_sees_own_customers_only_counts_them_only(self):
        customers = self.make_customer("An") + self.make_customer("Bình")
        customers[0].user_id = self.telesale
        customers[1].user_id = self.manager
        group = self.make_group(fixed_partner_ids=customers.ids)
        self.assertEqual(group.member_count, 2)
        self.switch(own_only=True)
        self.env.invalidate_all()
        limited = group.with_user(self.telesale)
        self.assertEqual(limited.member_count, 1)
        self.assertEqual(group.with_user(self.manager).member_count, 2)
        for name in ("matching_count", "matching_partner_ids", "matching_problem"):
            with self.subTest(name), self.assertRaises(AccessError):
                limited.read([name])

    def test_nobody_writes_members_or_the_log(self):
        group = self.make_group()
        vals = {"group_id": group.id, "partner_id": self.make_customer().id}
        for model, more in (
            ("crm.customer.group.member", {"origin": "fixed", "since": "2026-01-01"}),
            ("crm.customer.group.log", {"change": "joined", "cause": "group"}),
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].create({**vals, **more})

    def test_domain_is_no_way_to_what_its_author_may_not_read(self):
        with self.assertRaises(UserError):  # a field for administrators
            self.make_group(domain="[('signup_type', '!=', False)]")


@tagged("post_install", "-at_install")
class TestAutomation(GroupCase):
    def make_automation(self, group, change="joined"):
        """Whoever joins gets a note: what a shop would build without Python."""
        env = self.superuser_env
        model = env["ir.model"]._get("crm.customer.group.log")
        domain = [("group_id", "=", group.id), ("change", "=", change)]
        automation = env["base.automation"].create(
            {
                "name": "Chào VIP",
                "model_id": model.id,
                "trigger": "on_create_or_write",
                "filter_domain": str(domain),
            }
        )
        env["ir.actions.server"].create(
            {
                "name": "Ghi chú",
                "model_id": model.id,
                "base_automation_id": automation.id,
                "state": "code",
                "code": "for r in records: r.partner_id.write({'comment': 'VIP'})",
            }
        )
        return automation

    def test_joining_triggers_automation(self):
        customer = self.make_customer(gender="other")
        group = self.make_group(
            ("gender", "=", {"gender": "other"}),
            domain=str([("id", "=", customer.id)]),
            name="VIP",
        )
        self.assertFalse(customer.comment)
        automation = self.make_automation(group)
        self.in_jobs(lambda: customer.write({"gender": "male"}))
        self.assertFalse(customer.comment)
        self.in_jobs(lambda: customer.write({"gender": "other"}))
        self.assertIn("VIP", customer.comment)
        self.assertEqual(
            [change for _name, change, _cause in self.log_of(group)],
            ["joined", "left", "joined"],
        )
        customer.comment = False
        automation.active = False
        self.in_jobs(lambda: customer.write({"gender": "male"}))
        self.in_jobs(lambda: customer.write({"gender": "other"}))
        self.assertFalse(customer.comment)
        self.assertEqual(len(self.log_of(group)), 5)

    def test_rebuild_triggers_automation_too(self):
        customers = self.make_customer("An") + self.make_customer("Bình")
        group = self.make_group(name="VIP")
        self.make_automation(group)
        group.domain = str([("id", "in", customers.ids)])
        self.assertIn("VIP", customers[0].comment)
        self.assertIn("VIP", customers[1].comment)


@tagged("post_install", "-at_install")
class TestWhy(GroupCase):
    def why(self, group, customer):
        return (
            self.env["crm.customer.group.why"]
            .with_context(lang="en_US")
            .create({"group_id": group.id, "partner_id": customer.id})
        )

    def test_each_condition_with_own_value_and_verdict(self):
        customer = self.make_customer("An", gender="male")
        group = self.make_group(
            ("gender", "=", {"gender": "male"}),
            ("birth_month", "in", {"months": "5"}),
            ("order_count", ">=", {"number": 1}),
            ("days_since_purchase", ">=", {"number": 1}),
            ("tag", "set"),
            domain="[('phone', '=', False)]",
        )
        why = self.why(group, customer)
        self.assertEqual(
            [(line.condition, line.own_value, line.verdict) for line in why.line_ids],
            [
                ("Gender = Male", "Male", "yes"),
                ("Month of birth is one of 5", "unknown", "no"),
                ("Number of orders ≥ 1", "0", "no"),
                ("Days since last purchase ≥ 1", "never bought", "no"),
                ("Tag is known", "none", "no"),
                ("Further conditions", "", "yes"),
            ],
        )
        self.assertFalse(why.is_member)
        self.assertIn("not everything holds", why.conclusion)
        self.assertFalse(why.history)

    def test_members_fixed_ones_and_excluded_ones(self):
        customer = self.make_customer("An", gender="male")
        group = self.make_group(
            ("gender", "=", {"gender": "male"}),
            domain=str([("id", "=", customer.id)]),
        )
        why = self.why(group, customer)
        self.assertTrue(why.is_member)
        self.assertIn("everything holds", why.conclusion)
        self.assertIn("Joined", why.history)
        group.fixed_partner_ids = customer
        self.assertIn("fixed member", self.why(group, customer).conclusion)
        group.excluded_partner_ids = customer
        why = self.why(group, customer)
        self.assertIn("excluded by hand", why.conclusion)
        self.assertIn("Left", why.history)

    def test_telesale_may_ask(self):
        customer = self.make_customer("An")
        group = self.make_group(("gender", "unset"))
        action = customer.with_user(self.telesale).action_why_groups()
        why = (
            self.env["crm.customer.group.why"]
            .with_user(self.telesale)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(why.group_id, group)
        self.assertTrue(why.is_member)
