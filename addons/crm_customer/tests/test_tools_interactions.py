from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..tools.interactions import message_channel, read_call
from ..tools.verdict import ValueRejected

NOW = datetime(2026, 11, 22, 3, 0, 0)
GOOD = {"direction": "in", "at": None, "duration": 0, "now": NOW}


@tagged("post_install", "-at_install")
class TestMessageChannel(BaseCase):
    #: message type, reaches people outside, says that an activity is done -> channel
    CASES = [
        ("comment", True, False, "email"),
        ("comment", False, False, "note"),
        ("email", False, False, "email"),
        ("email", True, False, "email"),
        ("auto_comment", True, False, "email"),
        ("notification", True, False, "email"),  # an order's confirmation
        ("notification", False, False, None),  # "Contact created", tracked fields
        ("notification", False, True, "activity"),
        ("sms", False, False, "sms"),
        ("email_outgoing", True, False, None),
        ("user_notification", True, False, None),
        ("out_of_office", True, False, None),
        ("something_new", False, False, None),
    ]

    def test_channel_follows_from_kind_and_audience(self):
        for kind, discussion, activity, channel in self.CASES:
            with self.subTest(kind=kind, discussion=discussion, activity=activity):
                found = message_channel(kind, discussion=discussion, activity=activity)
                self.assertEqual(found, channel)


@tagged("post_install", "-at_install")
class TestReadCall(BaseCase):
    def test_what_is_good_is_made_comparable(self):
        call = read_call(
            "0862 000.001",
            direction="out",
            at="2026-11-22T09:30:00.5+07:00",
            duration=65,
            now=NOW,
            external_id=" a-1 ",
            agent=None,
            note="Dòng 1\nDòng 2 ",
        )
        self.assertEqual(call.phone, "+84862000001")
        self.assertEqual(call.at, datetime(2026, 11, 22, 2, 30))
        self.assertEqual(call.texts, {"external_id": "a-1", "note": "Dòng 1\nDòng 2"})

    def test_moments(self):
        cases = {
            None: NOW,
            "": NOW,
            "2026-11-22 02:59:59": datetime(2026, 11, 22, 2, 59, 59),
            "2026-11-22T02:59:59Z": datetime(2026, 11, 22, 2, 59, 59),
            "2026-11-22T03:04:00": datetime(2026, 11, 22, 3, 4),  # clocks differ
        }
        for typed, expected in cases.items():
            with self.subTest(typed):
                self.assertEqual(
                    read_call(862000001, **GOOD | {"at": typed}).at, expected
                )

    def test_what_is_wrong_is_named(self):
        cases = [
            ({"direction": "inbound"}, "call_direction"),
            ({"direction": []}, "call_direction"),
            ({"duration": -1}, "call_duration"),
            ({"duration": 86_401}, "call_duration"),
            ({"duration": "60"}, "call_duration"),
            ({"duration": True}, "call_duration"),
            ({"duration": 1.5}, "call_duration"),
            ({"phone": "12"}, "phone_invalid"),
            ({"phone": ""}, "phone_invalid"),
            ({"phone": ["0862000001"]}, "phone_invalid"),
            ({"phone": "0" * 41}, "phone_invalid"),
            ({"at": "yesterday"}, "call_at"),
            ({"at": 1732240000}, "call_at"),
            ({"at": "2026-11-22T03:06:00"}, "call_at"),
            ({"at": "1999-12-31"}, "call_at"),
            ({"at": "0001-01-01T00:00:00+14:00"}, "call_at"),
            ({"external_id": "x" * 201}, "call_text"),
            ({"external_id": 7}, "call_text"),
            ({"note": "x" * 10_001}, "call_text"),
            ({"recording_url": "javascript:alert(1)"}, "call_recording"),
            ({"recording_url": "https:nowhere"}, "call_recording"),
        ]
        for wrong, code in cases:
            with self.subTest(wrong), self.assertRaises(ValueRejected) as caught:
                read_call(**{"phone": "0862000001"} | GOOD | wrong)
            self.assertEqual(caught.exception.code, code)
