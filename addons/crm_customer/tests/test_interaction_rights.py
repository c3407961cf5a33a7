from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import make_user
from .test_interactions import InteractionCase

MODELS = ("crm.interaction", "crm.interaction.report")


@tagged("post_install", "-at_install")
class TestInteractionRights(InteractionCase):
    """Who sees which rows; what each role may do with the models is in a table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.Partner.create(
            [
                {"name": "Mine", "user_id": cls.telesale.id},
                {"name": "Of a colleague", "user_id": cls.manager.id},
            ]
        )
        cls.mine, cls.other = cls.customers
        cls.customers._log_interaction("call", content="Hỏi giá")

    def visible(self, model, user, **context):
        Model = self.env[model].with_user(user).with_context(**context)
        return Model.search([("partner_id", "in", self.customers.ids)]).partner_id

    def test_interactions_follow_the_rules_of_their_customers(self):
        for model in MODELS:
            self.assertEqual(self.visible(model, self.telesale), self.customers)
        self.superuser_env["ir.rule"].create(
            {
                "name": "own customers",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": "[('user_id', '=', user.id)]",
                "groups": [
                    Command.set(
                        self.env.ref("crm_customer.crm_customer_group_user").ids
                    )
                ],
            }
        )
        self.env.invalidate_all()
        hidden = (
            self.env["crm.interaction"]
            .sudo()
            .search([("partner_id", "=", self.other.id)])
        )
        for model in MODELS:
            self.assertEqual(self.visible(model, self.telesale), self.mine)
            self.assertFalse(hidden.with_user(self.telesale)._filtered_access("read"))
        with self.assertRaises(AccessError):
            hidden.with_user(self.telesale).read(["content"])
        with self.assertRaises(AccessError):
            self.other.with_user(self.telesale)._log_interaction("call")

    def test_calls_of_unknown_numbers_are_seen_by_all_users_of_the_company(self):
        answer = self.Interaction.log_call("0862000009")
        call = self.Interaction.browse(answer["id"])
        self.assertTrue(call.with_user(self.manager).has_access("read"))

    def test_other_companies_see_nothing(self):
        other = self._make_shop("Other")
        stranger = self.manager.with_env(self.superuser_env).copy(
            {
                "login": "stranger_of_tests",
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
            }
        )
        for model in MODELS:
            seen = self.visible(model, stranger, allowed_company_ids=other.ids)
            self.assertFalse(seen)

    def test_portal_and_plain_employees_see_nothing(self):
        for groups in ("base.group_portal", "base.group_user"):
            user = make_user(self.superuser_env, f"{groups}_tests", groups)
            for model in MODELS:
                with self.assertRaises(AccessError):
                    self.visible(model, user)
            with self.assertRaises(AccessError):
                self.Interaction.with_user(user).log_call("0862000001")

    def test_references_to_messages_are_for_administrators(self):
        self.assertNotIn("message_id", self.Interaction.fields_get())

    def test_report_counts_what_is_valid(self):
        reached = self.reached.id
        self.mine._log_interaction("call", duration=120, result_id=reached)
        self.mine._log_interaction("call", duration=60, result_id=self.busy.id)
        wrong = self.mine._log_interaction("call", duration=600, result_id=reached)
        wrong._correct({"withdrawn": True})
        [(user, channel, count, minutes, average, share)] = self.env[
            "crm.interaction.report"
        ]._read_group(
            [("partner_id", "=", self.mine.id)],
            ["user_id", "channel"],
            ["__count", "minutes:sum", "average_minutes:avg", "reached:avg"],
        )
        self.assertEqual((user, channel, count), (self.telesale, "call", 3))
        self.assertEqual((minutes, average, share), (3, 1.5, 0.5))
