from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CustomerCase


class InteractionCase(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Interaction = cls.env["crm.interaction"]
        cls.reached = cls.env.ref("crm_customer.crm_interaction_result_reached")
        cls.busy = cls.env.ref("crm_customer.crm_interaction_result_busy")

    def timeline(self, customer, env=None):
        return (env or self.env)["crm.interaction"].search(
            [("partner_id", "=", customer.id), ("valid", "=", True)]
        )

    def dialog(self, customer, **vals):
        return self.env["crm.interaction.log"].create(
            {"partner_id": customer.id, **vals}
        )


@tagged("post_install", "-at_install")
class TestLogging(InteractionCase):
    def test_dialog_logs_a_call_with_one_result(self):
        customer = self.make_customer(phone="0862000001")
        action = customer.action_log_call()
        dialog = (
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        )
        dialog.result_id = self.reached
        dialog.action_log()
        self.assertRecordValues(
            self.timeline(customer),
            [
                {
                    "channel": "call",
                    "direction": "out",
                    "user_id": self.telesale.id,
                    "result_id": self.reached.id,
                    "company_id": self.company.id,
                    "phone": "+84862000001",
                }
            ],
        )

    def test_meeting_and_chat_are_logged_by_one_result_each(self):
        customer = self.make_customer(phone="0862000001")
        cases = (("meeting", "met", False), ("chat", "answered", "out"))
        for channel, code, direction in cases:
            with self.subTest(channel):
                action = getattr(customer, f"action_log_{channel}")()
                Log = self.env[action["res_model"]].with_context(**action["context"])
                result = self.env.ref(f"crm_customer.crm_interaction_result_{code}")
                self.assertEqual(result.channel, channel)
                Log.create({"result_id": result.id}).action_log()
                entry = self.timeline(customer).filtered(
                    lambda entry, channel=channel: entry.channel == channel
                )
                self.assertEqual(
                    (entry.direction, entry.result_id), (direction, result)
                )
        self.assertTrue(customer.last_interaction_date)

    def test_next_meeting_and_message_are_planned(self):
        customer = self.make_customer()
        for channel, code, category in (
            ("meeting", "meet_again", "meeting"),
            ("chat", "write_again", "default"),
        ):
            with self.subTest(channel):
                result = self.env.ref(f"crm_customer.crm_interaction_result_{code}")
                self.dialog(customer, channel=channel, result_id=result.id).action_log()
                self.assertEqual(customer.activity_ids.activity_category, category)
                customer.activity_ids.unlink()

    def test_what_has_a_document_is_not_logged_by_hand(self):
        with self.assertRaises(ValidationError):
            self.dialog(self.make_customer(), channel="order")

    def test_call_back_plans_a_call(self):
        customer = self.make_customer()
        day = fields.Date.context_today(customer) + timedelta(days=3)
        result = self.env.ref("crm_customer.crm_interaction_result_call_back")
        self.dialog(
            customer, result_id=result.id, call_back_on=day, content="Sau 17 giờ"
        ).action_log()
        activity = customer.activity_ids
        self.assertEqual(activity.date_deadline, day)
        self.assertEqual(activity.user_id, self.telesale)
        self.assertIn("17 giờ", activity.note)

    def test_call_of_the_future_is_refused(self):
        dialog = self.dialog(self.make_customer())
        dialog.at = fields.Datetime.now() + timedelta(hours=1)
        with self.assertRaisesRegex(ValidationError, "future"):
            dialog.action_log()

    def test_contact_person_counts_for_the_customer(self):
        firm = self.make_customer("Công ty Hoa Mai", is_company=True)
        person = self.make_customer("Chị Hoa", parent_id=firm.id)
        person._log_interaction("chat", direction="in", summary="Hỏi giá sỉ")
        self.assertEqual(self.timeline(firm).title, "Hỏi giá sỉ")
        self.assertEqual((firm + person).mapped("interaction_count"), [1, 1])

    def test_many_customers_are_logged_at_once(self):
        few = self.Partner.create([{"name": f"A{n}"} for n in range(5)])
        many = self.Partner.create([{"name": f"B{n}"} for n in range(50)])
        few._log_interaction("note", content="warm up")
        with self.assertQueryCount(1):
            many._log_interaction("note", content="x")
            self.env.flush_all()

    def test_newest_comes_first(self):
        customer = self.make_customer()
        for hour in (2, 1, 3):
            customer._log_interaction("call", at=f"2026-01-01 0{hour}:00:00")
        hours = [entry.at.hour for entry in self.timeline(customer)]
        self.assertEqual(hours, [3, 2, 1])

    def test_merged_customers_have_one_timeline(self):
        kept, gone = self.make_customer("A"), self.make_customer("B")
        for customer in (kept, gone):
            customer._log_interaction("call")
        wizard = self.superuser_env["base.partner.merge.automatic.wizard"]
        wizard._merge((kept + gone).ids, kept.with_env(self.superuser_env))
        self.env.invalidate_all()
        self.assertEqual(len(self.timeline(kept)), 2)

    def test_used_result_can_not_be_deleted(self):
        self.make_customer()._log_interaction("call", result_id=self.busy.id)
        with self.assertRaisesRegex(UserError, "Busy"):
            self.busy.with_user(self.manager).unlink()


@tagged("post_install", "-at_install")
class TestCorrection(InteractionCase):
    def correct(self, interaction, user=None, **vals):
        Log = self.env["crm.interaction.log"].with_user(user or self.telesale)
        context = interaction.with_user(Log.env.user).action_correct()["context"]
        dialog = Log.with_context(**context).create({})
        dialog.write(vals)
        return dialog

    def test_correction_is_a_new_row_and_takes_over(self):
        customer = self.make_customer()
        wrong = customer._log_interaction(
            "call", duration=90, result_id=self.busy.id, content="Sai"
        )
        self.correct(wrong, result_id=self.reached.id, content="Đúng").action_log()
        right = self.timeline(customer)
        self.assertEqual(right.corrects_id, wrong)
        self.assertEqual((right.duration, right.content), (90, "Đúng"))
        self.assertEqual((wrong.content, wrong.valid), ("Sai", False))
        self.assertEqual(customer.interaction_count, 1)

    def test_call_moves_to_the_customer_who_was_meant(self):
        wrong_one, right_one = self.make_customer("A"), self.make_customer("B")
        call = wrong_one._log_interaction("call")
        self.correct(call, partner_id=right_one.id).action_log()
        self.assertFalse(self.timeline(wrong_one))
        self.assertTrue(self.timeline(right_one))

    def test_withdrawn_call_is_gone_but_kept(self):
        customer = self.make_customer()
        call = customer._log_interaction("call")
        self.correct(call).action_withdraw()
        self.assertFalse(self.timeline(customer))
        self.assertFalse(customer.last_interaction_date)
        self.assertEqual(
            self.Interaction.search_count([("partner_id", "=", customer.id)]), 2
        )
        report = self.env["crm.interaction.report"]
        self.assertFalse(report.search([("partner_id", "=", customer.id)]))

    def test_only_author_and_manager_correct_and_only_the_newest(self):
        customer = self.make_customer()
        call = customer._log_interaction("call")
        other = self.telesale.with_env(self.superuser_env).copy(
            {"login": "other_telesale_of_tests"}
        )
        with self.assertRaises(AccessError):
            call.with_user(other)._correct({"content": "x"})
        corrected = call.with_user(self.manager)._correct({"content": "x"})
        self.assertEqual(corrected.user_id, self.telesale)
        with self.assertRaises(AccessError):
            call._correct({"content": "y"})

    def test_second_correction_of_a_row_hits_the_index(self):
        call = self.make_customer()._log_interaction("call")
        vals = {"partner_id": call.partner_id.id, "corrects_id": call.id}
        with self.assertClash():
            self.Interaction.sudo().create([vals, vals])

    def test_rows_are_never_changed_nor_deleted(self):
        call = self.make_customer()._log_interaction("call")
        for user in (self.telesale, self.manager):
            with self.assertRaises(AccessError):
                call.with_user(user).write({"content": "x"})
            with self.assertRaises(AccessError):
                call.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.Interaction.with_user(user).create({"channel": "call"})


@tagged("post_install", "-at_install")
class TestLastContact(InteractionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.all = cls.Partner.create(
            [{"name": name} for name in ("Fresh", "Stale", "Never", "Buyer")]
        )
        cls.fresh, cls.stale, cls.never, cls.buyer = cls.all
        cls.fresh._log_interaction("sms", at=cls.now - timedelta(days=2))
        cls.fresh._log_interaction("call", at=cls.now - timedelta(days=60))
        cls.stale._log_interaction("call", at=cls.now - timedelta(days=40))
        cls.buyer._log_interaction("order", at=cls.now)

    def found(self, *domain):
        return self.Partner.search([("id", "in", self.all.ids), *domain])

    def test_date_is_of_the_last_conversation(self):
        days = [
            (self.now.date() - partner.last_interaction_date.date()).days
            for partner in self.fresh + self.stale
        ]
        self.assertEqual(days, [2, 40])
        self.assertFalse(self.never.last_interaction_date)
        self.assertFalse(self.buyer.last_interaction_date)

    def test_dates_of_a_page_take_one_query(self):
        self.env.invalidate_all()
        self.all.mapped("commercial_partner_id")
        with self.assertQueryCount(1):
            self.all.mapped("last_interaction_date")

    def test_search(self):
        field = "last_interaction_date"
        cases = [
            ([(field, ">=", "today -30d")], self.fresh),
            ([(field, "<", "today -30d")], self.stale),
            (["!", (field, ">=", "today -30d")], self.all - self.fresh),
            ([(field, "=", False)], self.never + self.buyer),
            ([(field, "!=", False)], self.fresh + self.stale),
        ]
        for domain, expected in cases:
            with self.subTest(domain):
                self.assertEqual(self.found(*domain), expected.sorted())

    def test_calls_of_another_company_are_none(self):
        other = self._make_shop("Other")
        self.never.sudo()._log_interaction("call", company_id=other.id)
        self.assertFalse(self.never.last_interaction_date)
        self.assertNotIn(self.never, self.found(("last_interaction_date", "!=", False)))
