"""What automation rules do with customers."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import USER, CustomerCase


# Automation rules listen only when all modules are loaded.
@tagged("post_install", "-at_install")
class TestServerActions(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.Partner.create({"name": "Nguyễn Thị Sen"})
        cls.group = (
            cls.superuser_env["crm.customer.group"]
            .with_company(cls.company)
            .create({"name": "Khách thân", "company_id": cls.company.id})
        )

    def make_action(self, state, model="res.partner", **vals):
        """An action that an administrator made."""
        return self.superuser_env["ir.actions.server"].create(
            {
                "name": state,
                "state": state,
                "model_id": self.superuser_env["ir.model"]._get_id(model),
                **vals,
            }
        )

    def run_on(self, action, records, user=None):
        """Run an action as an automation rule does that hears of the telesale, or by a
        request of a user.
        """
        action = action.with_user(user or self.telesale)
        (action if user else action.sudo()).with_context(
            active_model=records._name, active_ids=records.ids, active_id=records[:1].id
        ).run()
        self.env.flush_all()

    def members(self, group=None):
        group = group or self.group
        group.invalidate_recordset()
        return group.member_ids.partner_id.with_env(self.env)

    def test_add_and_remove_should_change_who_is_in_the_group(self):
        add = self.make_action("customer_group_add", customer_group_id=self.group.id)
        remove = self.make_action(
            "customer_group_remove", customer_group_id=self.group.id
        )
        self.run_on(add, self.customer)
        self.customer._refresh_membership()
        self.assertEqual(self.members(), self.customer)
        self.run_on(remove, self.customer)
        self.customer._refresh_membership()
        self.assertFalse(self.members())
        self.assertEqual(
            self.group.excluded_partner_ids.with_env(self.env), self.customer
        )

    def test_request_of_telesale_should_not_change_groups(self):
        add = self.make_action("customer_group_add", customer_group_id=self.group.id)
        several = self.make_action("multi", child_ids=add.ids)
        for action in (add, several):
            with self.subTest(action.state), self.assertRaises(AccessError):
                self.run_on(action, self.customer, self.telesale)
        self.assertFalse(self.group.fixed_partner_ids)
        self.run_on(several, self.customer, self.manager)
        self.assertEqual(self.group.fixed_partner_ids.ids, self.customer.ids)

    def test_administrator_should_allow_a_group_to_run_an_action(self):
        add = self.make_action(
            "customer_group_add",
            customer_group_id=self.group.id,
            group_ids=self.superuser_env.ref(USER).ids,
        )
        self.run_on(add, self.customer, self.telesale)
        self.assertEqual(self.group.fixed_partner_ids.ids, self.customer.ids)

    def test_contact_person_should_count_for_its_customer(self):
        contact = self.Partner.create(
            {"name": "Anh Ba", "parent_id": self.customer.id, "type": "contact"}
        )
        add = self.make_action("customer_group_add", customer_group_id=self.group.id)
        self.run_on(add, contact)
        self.customer._refresh_membership()
        self.assertEqual(self.members(), self.customer)

    def test_interaction_should_be_logged_on_the_customer_of_an_order(self):
        action = self.make_action(
            "customer_interaction",
            "sale.order",
            interaction_channel="chat",
            interaction_summary="Gửi bảng giá",
        )
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        self.run_on(action, order)
        logged = self.env["crm.interaction"].search(
            [("partner_id", "=", self.customer.id), ("channel", "=", "chat")]
        )
        self.assertEqual(logged.summary, "Gửi bảng giá")
        self.assertEqual(logged.user_id, self.telesale)

    def test_owner_rules_should_be_asked(self):
        self.superuser_env["crm.owner.rule"].create(
            {
                "name": "Mọi khách",
                "company_id": self.company.id,
                "assign_to": "user",
                "user_id": self.manager.id,
                "keep_owner": False,
            }
        )
        action = self.make_action("customer_assign")
        self.customer.sudo().user_id = False
        self.run_on(action, self.customer)
        self.assertEqual(self.customer.user_id, self.manager)

    def test_action_should_work_for_the_company_of_its_record(self):
        other = self._make_shop("Other shop")
        self.telesale.sudo().company_ids += other
        shared = self.Partner.sudo().create({"name": "Khách chung"})
        group = self.superuser_env["crm.customer.group"].create(
            {"name": "Khách bên kia", "company_id": other.id}
        )
        log = "crm.customer.group.log"
        joined = self.superuser_env[log].create(
            {
                "group_id": group.id,
                "partner_id": shared.id,
                "change": "joined",
                "cause": "customer",
            }
        )
        for company, person in ((self.company, self.manager), (other, self.telesale)):
            self.superuser_env["crm.owner.rule"].create(
                {
                    "name": company.name,
                    "company_id": company.id,
                    "user_id": person.id,
                    "event": "updated",
                }
            )
        note = {"interaction_channel": "note", "interaction_summary": "Chào"}
        for state, vals in (("customer_interaction", note), ("customer_assign", {})):
            action = self.make_action(state, log, **vals)
            action.with_context(  # as the job that refreshes groups, of any company
                allowed_company_ids=self.company.ids,
                active_model=log,
                active_ids=joined.ids,
                active_id=joined.id,
            ).run()
        logged = self.superuser_env["crm.interaction"].search(
            [("partner_id", "=", shared.id), ("summary", "=", "Chào")]
        )
        self.assertEqual(logged.company_id, other)
        self.assertEqual(shared.user_id, self.telesale)

    def test_joining_a_group_should_start_an_automation(self):
        other = (
            self.superuser_env["crm.customer.group"]
            .with_company(self.company)
            .create({"name": "Đã vào nhóm", "company_id": self.company.id})
        )
        log = "crm.customer.group.log"
        automation = self.superuser_env["base.automation"].create(
            {
                "name": "Vào nhóm",
                "model_id": self.superuser_env["ir.model"]._get_id(log),
                "trigger": "on_create_or_write",
                "filter_domain": repr(
                    [("group_id", "=", self.group.id), ("change", "=", "joined")]
                ),
            }
        )
        self.make_action(
            "customer_group_add",
            log,
            customer_group_id=other.id,
            base_automation_id=automation.id,
        )
        self.group._choose(self.customer, "fixed")
        self.customer.sudo()._refresh_membership()
        self.assertIn(self.customer, self.members(other))

    def test_statistics_should_start_an_automation(self):
        stat = "crm.customer.stat"
        automation = self.superuser_env["base.automation"].create(
            {
                "name": "Mua từ hai đơn",
                "model_id": self.superuser_env["ir.model"]._get_id(stat),
                "trigger": "on_create_or_write",
                "filter_pre_domain": repr([("order_count", "<", 2)]),
                "filter_domain": repr([("order_count", ">=", 2)]),
            }
        )
        self.make_action(
            "customer_interaction",
            stat,
            interaction_channel="note",
            interaction_summary="Khách quay lại",
            base_automation_id=automation.id,
        )
        noted = [("partner_id", "=", self.customer.id), ("channel", "=", "note")]
        for orders in (0, 1, 1, 1):  # the third time changes nothing any more
            for _order in range(orders):
                self.env["sale.order"].create(
                    {"partner_id": self.customer.id, "state": "sale"}
                )
            self.customer.sudo()._refresh_statistics()
        figures = self.env[stat].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(figures.order_count, 3)
        self.assertEqual(self.env["crm.interaction"].search_count(noted), 1)
        self.env["sale.order"].search(
            [("partner_id", "=", self.customer.id)]
        ).sudo()._action_cancel()
        self.customer.sudo()._refresh_statistics()
        self.assertFalse(figures.exists())

    def test_failing_automation_should_leave_statistics_right(self):
        stat = "crm.customer.stat"
        automation = self.superuser_env["base.automation"].create(
            {
                "name": "Lỗi",
                "model_id": self.superuser_env["ir.model"]._get_id(stat),
                "trigger": "on_create_or_write",
            }
        )
        self.make_action("code", stat, code="1 / 0", base_automation_id=automation.id)
        self.env["sale.order"].create({"partner_id": self.customer.id, "state": "sale"})
        with self.assertLogs(
            "odoo.addons.crm_customer.models.crm_customer_stat_automation", "WARNING"
        ):
            self.customer.sudo()._refresh_statistics()
        figures = self.env[stat].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(figures.order_count, 1)

    def test_models_without_customer_should_be_refused(self):
        action = self.make_action(
            "customer_group_add", "res.country", customer_group_id=self.group.id
        )
        self.assertIn("no customer", action.with_context(lang="en_US").warning)
        with self.assertRaises(UserError):
            action.with_context(
                active_model="res.country", active_id=self.env.ref("base.vn").id
            ).run()

    def test_missing_group_should_be_warned_about(self):
        action = self.make_action("customer_group_add")
        self.assertTrue(action.warning)

    def test_settings_should_go_with_the_type(self):
        action = self.make_action("customer_group_add", customer_group_id=self.group.id)
        self.assertIn("Khách thân", action._generate_action_name())
        action.state = "customer_interaction"
        self.assertFalse(action.customer_group_id)
        self.assertEqual(action.interaction_channel, "note")
