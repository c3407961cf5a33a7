from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, ConcurrencyError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import MANAGER, USER, make_user
from .test_interactions import InteractionCase

PHONE = "0862000001"


@tagged("post_install", "-at_install")
class TestLogCall(InteractionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._make_shop("Other")

    def log(self, phone=PHONE, user=None, **kwargs):
        model = self.Interaction.with_user(user or self.telesale)
        answer = model.log_call(phone, **kwargs)
        return self.Interaction.sudo().browse(answer["id"]), answer

    def test_call_is_on_the_timeline_of_who_has_the_number(self):
        customer = self.make_customer(phone=PHONE)
        for notation in ("0862 000 001", "+84862000001", "84.862.000.001", 862000001):
            with self.subTest(notation):
                call, answer = self.log(notation)
                self.assertEqual(call.partner_id, customer)
                self.assertEqual(answer["partner_id"], customer.id)
        call, _answer = self.log(
            at="2026-01-02T09:30:00+07:00",
            direction="out",
            duration=75,
            result="NO_answer",
            note="Không nghe máy",
            recording_url="https://tongdai.example.com/1.mp3",
        )
        self.assertEqual(str(call.at), "2026-01-02 02:30:00")
        self.assertEqual(call.result_id.code, "no_answer")
        self.assertEqual((call.duration, call.user_id), (75, self.telesale))
        self.assertEqual(call.company_id, self.company)

    def test_number_of_a_contact_person_counts_for_the_customer(self):
        firm = self.make_customer("Công ty", is_company=True)
        self.make_customer("Chị Hoa", PHONE, parent_id=firm.id)
        self.assertEqual(self.log()[0].partner_id, firm)

    def test_number_of_another_company_is_unknown(self):
        self.make_customer(phone=PHONE).sudo().company_id = self.other
        self.assertFalse(self.log()[0].partner_id)

    def test_repeated_request_changes_nothing(self):
        self.make_customer(phone=PHONE)
        first, answer = self.log(external_id="a-1", source="pbx", duration=10)
        self.assertTrue(answer["created"])
        again, answer = self.log(external_id="a-1", source="pbx", duration=99)
        self.assertEqual(again, first)
        self.assertEqual((answer["created"], first.duration), (False, 10))
        self.assertNotEqual(self.log(external_id="a-1", source="other")[0], first)
        self.assertNotEqual(self.log(external_id="a-1")[0], first)
        self.assertNotEqual(self.log()[0], self.log()[0])

    def test_request_that_lost_the_race_is_to_be_repeated(self):
        self.log(external_id="a-1")
        blind = patch.object(
            type(self.Interaction),
            "search",
            lambda self, *args, **kwargs: self.browse(),
        )
        with blind, self.assertRaises(ConcurrencyError):
            self.log(external_id="a-1")

    def test_call_of_an_unknown_number_joins_its_customer_later(self):
        call, answer = self.log()
        self.assertIs(answer["partner_id"], False)
        self.assertEqual(call.with_user(self.telesale).phone, "+84862000001")
        context = call.with_user(self.telesale).action_create_customer()["context"]
        with trap_jobs() as trap:
            customer = self.Partner.with_context(**context).create({"name": "Khách lạ"})
            self.env.flush_all()
            self.env.cr.precommit.run()
            with self.enter_registry_test_mode():
                trap.perform_enqueued_jobs()
        self.assertEqual(self.timeline(customer).ids, call.ids)

    def test_call_that_nobody_saw_joins_within_the_hour(self):
        call, _answer = self.log()
        firm = self.make_customer("Công ty", is_company=True)
        self.make_customer("Chị Hoa", PHONE, parent_id=firm.id)
        self.assertFalse(call.partner_id)
        self.Interaction.sudo()._cron_catch_up()
        self.assertEqual(call.partner_id, firm)

    def test_unknown_call_of_another_company_does_not_join(self):
        call, _answer = self.log()
        customer = self.make_customer(phone=PHONE)
        customer.sudo().company_id = self.other
        self.env.flush_all()
        customer._adopt_calls()
        self.assertFalse(call.partner_id)

    def test_agent_is_named_by_login_or_email_by_managers_only(self):
        self.assertEqual(
            self.log(agent=self.telesale.login.upper())[0].user_id, self.telesale
        )
        self.manager.sudo().email = "quan.ly@example.com"
        with self.assertRaises(AccessError):
            self.log(agent="quan.ly@example.com")
        call, _answer = self.log(user=self.manager, agent=self.telesale.login)
        self.assertEqual(call.user_id, self.telesale)
        with self.assertRaisesRegex(ValidationError, "nobody"):
            self.log(agent="nobody")

    def test_switchboard_logs_calls_of_all_employees(self):
        groups = "crm_customer.crm_customer_group_switchboard"
        pbx = self._make_employee("pbx", groups, self.company)
        call, _answer = self.log(user=pbx, agent=self.telesale.login)
        self.assertEqual(call.user_id, self.telesale)

    def test_other_channels_find_the_customer_by_id_code_or_phone(self):
        customer = self.make_customer(phone=PHONE, ref="K-1")
        contact = self.make_customer("Chị Hoa", parent_id=customer.id)
        for who in (
            {"partner_id": contact.id},
            {"code": "K-1"},
            {"phone": "0862 000 001"},
        ):
            known = who | {"external_id": f"z-{next(iter(who))}", "source": "zalo"}
            with self.subTest(who):
                answer = self.Interaction.log_interaction("chat", note="Chào", **known)
                self.assertEqual(answer["partner_id"], customer.id)
                again = self.Interaction.log_interaction("chat", note="Khác", **known)
                self.assertEqual(again, answer | {"created": False})
                chat = self.Interaction.browse(answer["id"])
                self.assertEqual((chat.channel, chat.content), ("chat", "Chào"))
                self.assertEqual(chat.phone, "+84862000001")
        self.assertEqual(len(self.timeline(customer)), 3)

    def test_other_channels_refuse_with_one_sentence(self):
        customer = self.make_customer(ref="K-1")
        foreign = self.Partner.sudo().create(
            {"name": "A", "ref": "K-2", "company_id": self.other.id}
        )
        cases = [
            ("order", {"code": "K-1"}, "order.*meeting"),
            (["sms"], {"code": "K-1"}, "sms"),
            ("sms", {}, "partner_id, code and phone"),
            ("sms", {"code": "K-1", "phone": PHONE}, "partner_id, code and phone"),
            ("sms", {"code": "K-2"}, "K-2"),
            ("sms", {"code": ["K-1"]}, "K-1"),
            ("sms", {"partner_id": foreign.id}, str(foreign.id)),
            ("sms", {"partner_id": "x"}, "x"),
            ("sms", {"code": "K-1", "result": "asleep"}, "asleep"),
            ("sms", {"code": "K-1", "at": "tomorrow"}, "ISO 8601"),
        ]
        for channel, vals, words in cases:
            with (
                self.subTest(vals, channel=channel),
                self.assertRaisesRegex(ValidationError, words),
            ):
                self.Interaction.log_interaction(channel, **vals)
        self.assertFalse(self.timeline(customer))

    def test_portal_logs_nothing(self):
        customer = self.make_customer()
        portal = make_user(self.superuser_env, "kh_of_tests", "base.group_portal")
        with self.assertRaises(AccessError):
            self.Interaction.with_user(portal).log_interaction(
                "sms", partner_id=customer.id
            )

    def test_wrong_values_are_named(self):
        cases = [
            ({"phone": "12"}, "12"),
            ({"direction": "up"}, "in or out"),
            ({"duration": -1}, "86400"),
            ({"at": "tomorrow"}, "ISO 8601"),
            ({"result": "asleep"}, "no_answer"),
            ({"note": "x" * 10_001}, "10000"),
            ({"recording_url": "ftp://x/y"}, "http"),
        ]
        for wrong, words in cases:
            with (
                self.subTest(wrong),
                self.assertRaisesRegex(ValidationError, words),
            ):
                self.log(**wrong)

    def test_number_of_queries(self):
        self.make_customer(phone=PHONE)
        self.log(external_id="warm", source="pbx", result="busy")
        self.env.flush_all()
        with self.assertQueryCount(6):
            self.log(external_id="a-1", source="pbx", result="busy")


@tagged("post_install", "-at_install")
class TestLogCallByHttp(HttpCase):
    """As a switchboard does it: JSON and an API key."""

    def call(self, groups, *, body=None, login="tongdai_of_tests"):
        user = self.env["res.users"].search([("login", "=", login)])
        user = user or make_user(self.env, login, groups, lang="en_US")
        keys = self.env(user=user)["res.users.apikeys"].sudo()
        key = keys._generate("rpc", "switchboard", datetime.now() + timedelta(days=1))
        body = {"phone": PHONE, "external_id": "a-1"} | (body or {})
        with mute_logger("odoo.http"):
            return self.url_open(
                "/json/2/crm.interaction/log_call",
                json=body,
                headers={"Authorization": f"bearer {key}"},
            )

    def test_switchboard_logs_a_call_and_may_repeat_itself(self):
        first = self.call(MANAGER)
        self.assertEqual(first.status_code, 200)
        answer = first.json()
        self.assertEqual(answer["created"], True)
        self.assertEqual(self.call(MANAGER).json(), answer | {"created": False})

    def test_wrong_value_is_answered_with_one_sentence(self):
        response = self.call(USER, body={"phone": "12"})
        self.assertEqual(response.status_code, 422)
        self.assertEqual(response.json()["message"], "“12” isn't a phone number.")

    def test_unknown_argument_is_refused(self):
        self.assertEqual(self.call(USER, body={"colour": "red"}).status_code, 422)

    def test_others_are_refused(self):
        self.assertEqual(self.call("base.group_user").status_code, 403)
        stranger = self.url_open(
            "/json/2/crm.interaction/log_call", json={"phone": PHONE}
        )
        self.assertEqual(stranger.status_code, 401)

    def test_portal_is_refused(self):
        self.assertEqual(self.call("base.group_portal").status_code, 403)
