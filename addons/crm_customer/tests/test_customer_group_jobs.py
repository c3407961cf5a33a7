"""What happens beside the computation of groups: merges, choices, automation."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import make_user
from .group_common import GroupCase


@tagged("post_install", "-at_install")
class TestBesideJobs(GroupCase):
    def place_of(self, group):
        """Where the group's row is in its table: another place for each version."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT ctid::text FROM crm_customer_group WHERE id = %s", [group.id]
        )
        return self.env.cr.fetchone()

    def listen(self, group, **action):
        """An automation rule on joining a group."""
        env = self.superuser_env
        model = env["ir.model"]._get("crm.customer.group.log")
        automation = env["base.automation"].create(
            {
                "name": "Chào khách",
                "model_id": model.id,
                "trigger": "on_create",
                "filter_domain": str([("group_id", "=", group.id)]),
            }
        )
        env["ir.actions.server"].create(
            {
                "name": "Việc",
                "model_id": model.id,
                "base_automation_id": automation.id,
                **action,
            }
        )

    def test_customers_of_one_group_can_be_merged(self):
        kept, gone, third = (
            self.make_customer(name, gender="other") for name in ("An", "Anh", "Ân")
        )
        both = self.make_group(fixed_partner_ids=(kept + gone + third).ids, name="VIP")
        one = self.make_group(fixed_partner_ids=third.ids, name="Vàng")
        wizard = self.superuser_env["base.partner.merge.automatic.wizard"].create({})
        self.in_jobs(
            lambda: wizard._merge(
                (kept + gone + third).ids, kept.with_env(self.superuser_env)
            )
        )
        self.assertFalse((gone + third).exists())
        self.assertMembers(both, kept)
        self.assertMembers(one, kept)

    def test_groups_follow_a_deleted_tag_at_once(self):
        make = self.superuser_env["res.partner.category"].create
        silk, linen = make([{"name": "Thích lụa"}, {"name": "Thích lanh"}])
        below = make({"name": "Lụa Hà Đông", "parent_id": silk.id})
        an, binh, chi = (self.make_customer(name) for name in ("An", "Bình", "Chi"))
        an.category_id, binh.category_id, chi.category_id = linen, below, silk
        chi.active = False
        liking = self.make_group(("tag", "in", {"tag_ids": (silk + linen + below).ids}))
        chosen = [("id", "in", (an + binh).ids)]
        other = self.make_group(
            domain=str([*chosen, ("category_id", "=", False)]), name="Chưa rõ ý thích"
        )
        self.assertMembers(liking, an, binh)
        self.assertMembers(other)
        self.in_jobs(silk.unlink)
        self.assertFalse(below.exists())
        self.assertMembers(liking, an)
        self.assertMembers(other, binh)
        self.in_jobs(lambda: linen.write({"partner_ids": [Command.link(binh.id)]}))
        self.assertMembers(liking, an, binh)

    def test_last_value_of_a_condition_should_not_be_deleted(self):
        tag = self.superuser_env["res.partner.category"].create({"name": "Thích lụa"})
        group = self.make_group(("tag", "in", {"tag_ids": tag.ids}))
        with self.assertRaisesRegex(UserError, "Thích lụa: customer group Khách thân"):
            tag.unlink()
        group.condition_ids.write({"attribute": "age", "number": 1})
        tag.unlink()

    def test_archived_group_stays_still_whatever_the_context_says(self):
        group = self.make_group(("gender", "=", {"gender": "other"}))
        group.action_archive()
        customer = self.make_customer("An").with_context(active_test=False)
        self.in_jobs(lambda: customer.write({"gender": "other"}))
        self.assertNotIn(customer, self.members(group))
        customer.sudo()._refresh_membership()
        self.assertNotIn(customer, self.members(group))

    def test_jobs_know_nothing_of_who_caused_them(self):
        customer = self.make_customer("An").with_context(
            active_test=False, lang="en_US", default_name="Ai đó"
        )
        self.env.cr.precommit.clear()
        customer.gender = "other"
        self.env.flush_all()
        self.env.cr.precommit.run()
        job = self.superuser_env["queue.job"].search(
            [("method_name", "=", "_job_refresh")], order="id desc", limit=1
        )
        self.assertEqual(job.user_id, self.env.ref("base.user_root"))
        self.assertNotIn("active_test", job.records.env.context)

    def test_choice_leaves_the_row_of_the_group_alone(self):
        customer = self.make_customer("An")
        group = self.make_group()
        place = self.place_of(group)
        for choice, fixed, excluded in (
            ("fixed", customer, self.Partner),
            ("fixed", customer, self.Partner),
            ("excluded", self.Partner, customer),
            ("rule", self.Partner, self.Partner),
        ):
            with self.subTest(choice):
                group._choose(customer, choice)
                self.assertEqual(group.fixed_partner_ids, fixed)
                self.assertEqual(group.excluded_partner_ids, excluded)
                self.assertMembers(group, fixed)
                self.assertEqual(self.place_of(group), place)

    def test_automation_in_a_job_puts_customers_into_a_group(self):
        customer = self.make_customer("An")
        first = self.make_group(
            ("gender", "=", {"gender": "other"}),
            domain=str([("id", "=", customer.id)]),
            name="Mới",
        )
        second = self.make_group(name="Cần gọi")
        self.listen(first, state="customer_group_add", customer_group_id=second.id)
        place = self.place_of(second)
        self.in_jobs(lambda: customer.write({"gender": "other"}))
        self.assertMembers(first, customer)
        self.assertMembers(second, customer)
        self.assertEqual(self.place_of(second), place)

    def test_failing_automation_leaves_members_right(self):
        customers = self.make_customer("An") + self.make_customer("Bình")
        group = self.make_group(
            ("gender", "=", {"gender": "other"}),
            domain=str([("id", "in", customers.ids)]),
        )
        code = (
            "for line in records:\n"
            "    line.partner_id.write({'comment': 'VIP'})\n"
            "    if line.partner_id.name == 'Bình':\n"
            "        raise UserError('no')"
        )
        self.listen(group, state="code", code=code)
        with self.assertLogs("odoo.addons.crm_customer", "WARNING") as logs:
            self.in_jobs(lambda: customers.write({"gender": "other"}))
            group.fixed_partner_ids = customers  # no error for the manager, either
        self.assertEqual(len(logs.output), 1)
        self.assertMembers(group, *customers)
        self.assertEqual(len(self.log_of(group)), 2)
        self.assertIn("VIP", customers[0].comment)
        self.assertFalse(customers[1].comment)

    def test_failing_automation_keeps_no_manager_from_saving(self):
        customer = self.make_customer("An")
        group = self.make_group()
        self.listen(group, state="code", code="raise UserError('no')")
        with self.assertLogs("odoo.addons.crm_customer", "WARNING"):
            group.fixed_partner_ids = customer
        self.assertMembers(group, customer)
        self.assertEqual(self.log_of(group), [("An", "joined", "group")])

    def test_night_counts_statistics_before_groups(self):
        customer = self.make_customer("An")
        group = self.make_group(
            ("order_count", ">=", {"number": 1}),
            domain=str([("id", "=", customer.id)]),
        )
        self.make_order(customer)
        self.refresh(customer)
        self.env.cr.execute(
            "UPDATE crm_customer_stat SET order_count = 0 WHERE partner_id = %s",
            [customer.id],
        )
        self.env.invalidate_all()
        group.sudo()._job_rebuild()
        self.assertMembers(group)
        self.in_jobs(self.superuser_env["crm.customer.stat"]._cron_refresh)
        self.assertMembers(group, customer)

    def test_group_of_a_rule_or_an_action_can_only_be_archived(self):
        ruled, acted = self.make_group(name="Theo luật"), self.make_group(name="Việc")
        self.env["crm.owner.rule"].create(
            {
                "name": "Khách sỉ",
                "active": False,
                "user_id": self.telesale.id,
                "condition_ids": [
                    Command.create({"attribute": "group", "group_ids": ruled.ids})
                ],
            }
        )
        self.superuser_env["ir.actions.server"].create(
            {
                "name": "Đưa vào nhóm",
                "model_id": self.env["ir.model"]._get("res.partner").id,
                "state": "customer_group_add",
                "customer_group_id": acted.id,
            }
        )
        with self.assertRaisesRegex(UserError, "owner rule Khách sỉ"):
            ruled.unlink()
        with self.assertRaisesRegex(UserError, "automated action Đưa vào nhóm"):
            acted.unlink()


@tagged("post_install", "-at_install")
class TestPutIntoGroup(GroupCase):
    def test_selected_customers_are_put_in_and_out(self):
        customers = self.make_customer("An") + self.make_customer("Bình")
        group = self.make_group()
        action = customers.action_add_to_group()
        wizard = self.env["crm.customer.group.add"].with_context(**action["context"])
        for mode, members in (("fixed", customers), ("excluded", self.Partner)):
            wizard.create({"group_id": group.id, "mode": mode}).action_apply()
            self.assertMembers(group, members)
        self.assertEqual(group.excluded_partner_ids, customers)
        wizard.create({"group_id": group.id, "mode": "rule"}).action_apply()
        self.assertFalse(group.excluded_partner_ids + group.fixed_partner_ids)

    def test_telesale_puts_nobody_into_a_group(self):
        with self.assertRaises(AccessError):
            self.env["crm.customer.group.add"].with_user(self.telesale).create(
                {"group_id": self.make_group().id}
            )

    def test_buyers_learn_nothing_about_groups(self):
        customer = self.make_customer("An")
        group = self.make_group(fixed_partner_ids=customer.ids)
        buyer = make_user(self.superuser_env, "buyer_of_tests", "base.group_portal")
        buyer.partner_id.parent_id = customer.with_env(self.superuser_env)
        asked = group.with_user(buyer)
        for action in (
            lambda: asked.read(["name"]),
            asked.action_rebuild,
            lambda: asked.member_ids.read(["since"]),
            lambda: customer.with_user(buyer).read(["customer_group_ids"]),
            lambda: self.env["crm.customer.group.add"].with_user(buyer).create({}),
        ):
            with self.subTest(action), self.assertRaises(AccessError):
                action()
