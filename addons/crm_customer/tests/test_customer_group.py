"""Who belongs to a group, and when that changes."""

from datetime import date, datetime

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .group_common import GroupCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 05:00:00")
class TestMembers(GroupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.an = cls.Partner.create(
            {"name": "An", "gender": "female", "birthdate": "1990-03-05"}
        )
        cls.binh = cls.Partner.create(
            {"name": "Bình", "gender": "male", "birthdate": "2000-04-01"}
        )
        cls.chi = cls.Partner.create({"name": "Chi"})
        cls.ours = cls.an + cls.binh + cls.chi

    def make_group(self, *conditions, **vals):
        """Only customers of these tests: the database may have others."""
        vals.setdefault("domain", str([("id", "in", self.ours.ids)]))
        return super().make_group(*conditions, **vals)

    def test_every_kind_of_condition(self):
        source = self.env["utm.source"].search([("code", "!=", False)], limit=1)
        tag = self.env["res.partner.category"].create({"name": "Thích lụa"})
        hanoi = self.env.ref("base.state_vn_VN-HN")
        self.an.write({"source_id": source.id, "category_id": [tag.id]})
        self.binh.write({"state_id": hanoi.id, "user_id": self.telesale.id})
        self.chi.member_since = "2025-01-01"
        self.make_order(self.an, 1_000_000, datetime(2026, 3, 29, 18, 0))  # 30 March
        self.make_order(self.an, 2_000_000, datetime(2026, 3, 1, 5, 0))
        self.make_order(self.binh, 500_000, datetime(2026, 1, 30, 5, 0))
        self.make_order(self.chi, 500_000, state="draft")
        self.refresh(*self.ours)
        cases = (
            ("order_count", ">=", {"number": 2}, "An"),
            ("order_count", "<=", {"number": 1}, "Bình Chi"),
            ("order_count", "=", {"number": 0}, "Chi"),
            ("order_count", "!=", {"number": 1}, "An Chi"),
            ("order_count", "between", {"number": 1, "number_to": 2}, "An Bình"),
            ("amount_total", ">=", {"amount": 3_000_000}, "An"),
            ("amount_total", "<=", {"amount": 499_999}, "Chi"),
            ("debt", "=", {"amount": 0}, "An Bình Chi"),
            ("days_since_purchase", ">=", {"number": 2}, "Bình"),
            ("days_since_purchase", ">=", {"number": 1}, "An Bình"),
            ("days_since_purchase", "<=", {"number": 1}, "An"),
            ("days_since_purchase", "<=", {"number": 0}, ""),
            (
                "days_since_purchase",
                "between",
                {"number": 60, "number_to": 60},
                "Bình",
            ),
            ("days_since_purchase", "never", {}, "Chi"),
            ("birth_month", "in", {"months": "3,4"}, "An Bình"),
            ("birth_month", "this_month", {}, "An"),
            ("birth_month", "next_month", {}, "Bình"),
            ("birth_month", "unset", {}, "Chi"),
            ("age", ">=", {"number": 36}, "An"),
            ("age", "=", {"number": 25}, "Bình"),
            ("age", "<=", {"number": 36}, "An Bình"),
            ("gender", "=", {"gender": "male"}, "Bình"),
            ("gender", "!=", {"gender": "male"}, "An Chi"),
            ("gender", "unset", {}, "Chi"),
            ("source", "in", {"source_ids": source.ids}, "An"),
            ("source", "not_in", {"source_ids": source.ids}, "Bình Chi"),
            ("tag", "in", {"tag_ids": tag.ids}, "An"),
            ("tag", "not_in", {"tag_ids": tag.ids}, "Bình Chi"),
            ("tag", "unset", {}, "Bình Chi"),
            ("province", "in", {"state_ids": hanoi.ids}, "Bình"),
            ("owner", "in", {"user_ids": self.telesale.ids}, "Bình"),
            ("owner", "set", {}, "Bình"),
            ("member_since", "this_month", {}, "An Bình"),
            ("member_since", "last_days", {"number": 30}, "An Bình"),
            ("member_since", "until", {"date_to": "2025-12-31"}, "Chi"),
            (
                "member_since",
                "between",
                {"date_from": "2025-01-01", "date_to": "2025-01-01"},
                "Chi",
            ),
        )
        for number, (attribute, operator, values, expected) in enumerate(cases):
            values = {
                name: [Command.set(value)] if isinstance(value, list) else value
                for name, value in values.items()
            }
            with self.subTest(attribute=attribute, operator=operator, **values):
                group = self.make_group(
                    (attribute, operator, values), name=f"Nhóm {number}"
                )
                names = sorted(self.members(group).mapped("name"))
                self.assertEqual(" ".join(names), expected)
                self.assertEqual(group.matching_count, len(names))

    def test_all_conditions_must_hold(self):
        group = self.make_group(
            ("gender", "=", {"gender": "female"}), ("age", ">=", {"number": 40})
        )
        self.assertMembers(group)
        group.condition_ids[1].number = 36
        self.assertMembers(group, self.an)
        group.condition_ids.unlink()
        self.assertMembers(group, *self.ours)

    def test_group_without_conditions_has_fixed_members_only(self):
        group = self.make_group(domain="[]")
        self.assertMembers(group)
        group.fixed_partner_ids = self.chi
        self.assertMembers(group, self.chi)

    def test_fixed_members_and_excluded_ones(self):
        group = self.make_group(("gender", "=", {"gender": "male"}))
        group.write(
            {
                "fixed_partner_ids": [Command.set((self.chi + self.an).ids)],
                "excluded_partner_ids": [Command.set((self.binh + self.an).ids)],
            }
        )
        self.assertMembers(group, self.chi)
        self.assertEqual(group.sudo().member_ids.origin, "fixed")
        group.excluded_partner_ids = self.an
        self.assertMembers(group, self.binh, self.chi)
        group.fixed_partner_ids += self.binh
        origins = group.sudo().member_ids.mapped("origin")
        self.assertEqual(origins, ["fixed", "fixed"])
        self.assertEqual(len(self.log_of(group)), 4)  # a new origin is no joining

    def test_members_follow_a_changed_customer(self):
        group = self.make_group(("gender", "=", {"gender": "male"}))
        self.in_jobs(lambda: self.chi.write({"gender": "male"}))
        self.assertMembers(group, self.binh, self.chi)
        self.in_jobs(lambda: self.binh.action_archive())
        self.assertMembers(group, self.chi)
        self.in_jobs(lambda: self.chi.write({"is_customer": False}))
        self.assertMembers(group)
        self.assertEqual(
            self.log_of(group),
            [
                ("Bình", "joined", "group"),
                ("Chi", "joined", "customer"),
                ("Bình", "left", "customer"),
                ("Chi", "left", "customer"),
            ],
        )

    def test_members_follow_orders(self):
        group = self.make_group(("order_count", ">=", {"number": 1}))
        order = self.make_order(self.an, state="draft")
        self.in_jobs(order.action_confirm)
        self.assertMembers(group, self.an)
        self.in_jobs(order._action_cancel)
        self.assertMembers(group)

    def test_new_customers_join(self):
        group = self.make_group(("gender", "=", {"gender": "other"}), domain="[]")
        before = self.members(group)
        self.in_jobs(lambda: self.make_customer("Dung", gender="other"))
        joined = self.members(group) - before
        self.assertEqual(joined.name, "Dung")
        self.assertEqual(joined.with_user(self.manager).customer_group_ids, group)

    def test_conditions_on_time_follow_the_calendar(self):
        group = self.make_group(("birth_month", "this_month"))
        self.assertMembers(group, self.an)
        with freeze_time("2026-03-31 16:59:00"):
            self.in_jobs(self.superuser_env["crm.customer.group"]._rebuild_all)
            self.assertMembers(group, self.an)
        with freeze_time("2026-03-31 17:00:00"):  # 1 April in Vietnam
            self.in_jobs(self.superuser_env["crm.customer.group"]._rebuild_all)
            self.assertMembers(group, self.binh)
        self.assertEqual(
            self.log_of(group)[1:],
            [("An", "left", "calendar"), ("Bình", "joined", "calendar")],
        )

    def test_nothing_is_written_when_nothing_changes(self):
        group = self.make_group(("gender", "=", {"gender": "male"}))
        before = group.sudo().member_ids.ids, self.log_of(group)
        group.sudo()._job_rebuild()
        self.refresh(*self.ours)
        self.assertEqual(len(before[1]), 1)
        self.assertEqual((group.sudo().member_ids.ids, self.log_of(group)), before)

    def test_archived_group_keeps_its_members_but_is_not_followed(self):
        group = self.make_group(("gender", "=", {"gender": "male"}))
        group.action_archive()
        self.in_jobs(lambda: self.chi.write({"gender": "male"}))
        self.assertMembers(group, self.binh)
        self.assertFalse(self.binh.customer_group_ids)
        group.action_unarchive()
        self.assertMembers(group, self.binh, self.chi)
        self.assertEqual(self.binh.customer_group_ids, group)

    def test_large_shop_computes_in_a_job(self):
        path = "odoo.addons.crm_customer.models.crm_customer_group_jobs.AT_ONCE"
        self.patch_at_once(path)
        group = self.make_group(("gender", "=", {"gender": "male"}))
        self.assertEqual(group.state, "waiting")
        self.assertMembers(group)
        self.in_jobs(group.action_rebuild)
        self.assertEqual(group.state, "done")
        self.assertEqual(group.computed_at, datetime(2026, 3, 31, 5, 0))
        self.assertMembers(group, self.binh)

    def patch_at_once(self, path):
        module = __import__(path.rpartition(".")[0], fromlist=["AT_ONCE"])
        self.patch(module, "AT_ONCE", -2)

    def test_failed_job_says_so(self):
        group = self.make_group(("gender", "=", {"gender": "male"}))
        group._job_failed(exc_name="ValueError", exc_message="no")
        self.assertEqual(group.state, "failed")
        self.assertIn("ValueError no", group.problem)
        self.in_jobs(group.action_rebuild)
        self.assertEqual((group.state, group.problem), ("done", False))


@tagged("post_install", "-at_install")
class TestDefinition(GroupCase):
    def test_sentence_of_a_condition(self):
        group = self.make_group(
            ("order_count", ">=", {"number": 3}),
            ("birth_month", "this_month"),
            ("gender", "=", {"gender": "female"}),
            (
                "member_since",
                "between",
                {"date_from": date(2026, 1, 1), "date_to": date(2026, 3, 3)},
            ),
            ("member_since", "last_days", {"number": 30}),
            ("days_since_purchase", "never"),
        )
        conditions = group.condition_ids.with_context(lang="en_US")
        self.assertEqual(
            conditions.mapped("display_name"),
            [
                "Number of orders ≥ 3",
                "Month of birth this month",
                "Gender = Female",
                "Registered 01/01/2026 – 03/03/2026",
                "Registered in the last 30 days",
                "Never bought",
            ],
        )

    def test_form_counts_before_it_is_saved(self):
        tag = self.env["res.partner.category"].create({"name": "Thích lụa"})
        customers = self.make_customer("An") + self.make_customer("Bình")
        customers.category_id = tag
        with Form(self.Group) as form:
            form.name = "Thích lụa"
            self.assertEqual(form.matching_count, 0)
            with form.condition_ids.new() as line:
                line.attribute = "tag"
                self.assertEqual(line.operator, "in")
                line.tag_ids.add(tag)
            self.assertEqual(form.matching_count, 2)
            form.excluded_partner_ids.add(customers[0])
            self.assertEqual(form.matching_count, 1)
        self.assertMembers(form.record, customers[1])

    def test_attribute_brings_its_operators(self):
        condition = self.make_group(("order_count", ">=", {"number": 3})).condition_ids
        condition.write({"attribute": "birth_month", "months": "5"})
        self.assertEqual(condition.operator, "in")
        self.assertEqual(
            condition.operators, ["in", "this_month", "next_month", "unset"]
        )

    def test_condition_that_makes_no_sense_is_refused(self):
        cases = (
            (("tag", "in"), "choose a value"),
            (("birth_month", "in", {"months": "13"}), "from 1 to 12"),
            (("gender", "between"), "doesn't fit"),
            (("age", ">=", {"number": -1}), "negative"),
            (("age", "between", {"number": 9, "number_to": 1}), "below the first"),
        )
        for number, (condition, expected) in enumerate(cases):
            with (
                self.subTest(condition=condition),
                self.assertRaisesRegex(ValidationError, expected),
            ):
                self.make_group(condition, name=f"Nhóm {number}")

    def test_domain_that_makes_no_sense_is_refused(self):
        domains = ("[('nope', '=', 1)]", "[(", "uid", "[('age', 'oops', 1)]")
        for domain in domains:
            with (
                self.subTest(domain),
                self.assertRaisesRegex(ValidationError, "can't be understood"),
            ):
                self.make_group(domain=domain, name=domain)

    def test_name_and_code_are_unique_in_a_company(self):
        self.make_group(name="VIP", code="vip")
        for vals in ({"name": "vip"}, {"name": "Vàng", "code": "VIP"}):
            with (
                self.subTest(vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.make_group(**vals)

    def test_copy_has_the_conditions_and_its_own_members(self):
        customer = self.make_customer("An", gender="other")
        group = self.make_group(
            ("gender", "=", {"gender": "other"}),
            domain=str([("id", "=", customer.id)]),
        )
        copy = group.copy()
        self.assertEqual(copy.name, "Khách thân thiết (copy)")
        self.assertMembers(copy, customer)

    def test_used_group_can_only_be_archived(self):
        group = self.make_group()
        policy = self.env["product.pricelist"].create(
            {"name": "Giá thân thiết", "customer_group_ids": group.ids}
        )
        with self.assertRaisesRegex(UserError, "price policy Giá thân thiết"):
            group.unlink()
        group.action_archive()
        policy.customer_group_ids = False
        group.unlink()
        self.assertFalse(group.exists())

    def test_number_of_queries_does_not_grow(self):
        customers = self.Partner.create([{"name": f"Khách {n}"} for n in range(20)])
        first = self.make_group(("gender", "=", {"gender": "male"}))
        self.env.flush_all()
        self.refresh(customers[0])

        def queries(of):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            of.sudo()._refresh_membership()
            return self.env.cr.sql_log_count - before

        few = queries(customers[0])
        for number in range(10):
            self.make_group(
                ("age", ">=", {"number": number}),
                ("order_count", ">=", {"number": number}),
                name=f"Nhóm {number}",
            )
        self.assertLessEqual(queries(customers), few + 2)
        self.assertLessEqual(few, 12)
        self.assertTrue(first)
