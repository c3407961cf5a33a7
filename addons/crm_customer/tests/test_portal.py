import json
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command, Datetime
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import make_user
from .rights_table import RIGHTS

#: What Odoo's portal shows a customer about himself comes from Odoo's own fields.
OWN_ADDRESS = {"name", "phone", "email", "street", "country_id"}


@tagged("post_install", "-at_install")
class TestPortal(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = make_user(
            cls.env, "portal_buyer", "base.group_portal", password="portal_buyer"
        )
        cls.other = cls.env["res.partner"].create(
            {"name": "Khách Kín Đáo", "phone": "0862000102"}
        )
        cls.own_models = [
            name for name in RIGHTS if cls.env[name]._original_module == "crm_customer"
        ]

    def rpc(self, model, method, args=(), **kwargs):
        return self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {
                        "model": model,
                        "method": method,
                        "args": args,
                        "kwargs": kwargs,
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        ).json()

    def test_models_of_the_shop_are_closed(self):
        for name in self.own_models:
            Model = self.env[name].with_user(self.buyer)
            with self.subTest(name), self.assertRaises(AccessError):
                Model.search([])

    def test_buyer_finds_himself_only(self):
        Partner = self.env["res.partner"].with_user(self.buyer)
        self.assertEqual(Partner.search([]), self.buyer.partner_id)
        self.assertFalse(Partner.name_search("Khách Kín Đáo"))
        self.assertFalse(Partner.search([("phone", "=", "0862000102")]))
        with self.assertRaises(AccessError):
            self.other.with_user(self.buyer).read(["name"])

    def test_what_the_shop_notes_about_him_stays_with_the_shop(self):
        partner = self.buyer.partner_id.with_user(self.buyer)
        fields = partner.fields_get()
        shop = self.env["res.partner"]._modules_of_the_shop()
        ours = {
            name
            for name, field in self.env["res.partner"]._fields.items()
            if shop.intersection(field._modules[:1])
        } - self.env["res.partner"]._fields_for_everybody()
        self.assertGreaterEqual(
            ours, {"source_id", "is_customer", "member_since", "customer_owner_id"}
        )
        self.assertFalse(ours & fields.keys())
        self.assertLessEqual(OWN_ADDRESS, fields.keys())
        with self.assertRaises(AccessError):
            partner.read(["source_id"])
        with self.assertRaises(AccessError):
            partner.search([("source_id", "=", 1)])

    def test_fields_of_later_addons_are_closed_unless_they_open_them(self):
        later = self.env["ir.module.module"].create(
            {
                "name": "crm_later_of_tests",
                "state": "installed",
                "dependencies_id": [Command.create({"name": "crm_customer"})],
            }
        )
        field = self.env["res.partner"]._fields["barcode"]
        self.patch(field, "_modules", (later.name,))
        self.registry.clear_cache("stable")
        self.addCleanup(self.registry.clear_cache, "stable")
        partner = self.buyer.partner_id.with_user(self.buyer)
        with self.assertRaises(AccessError):
            partner.read(["barcode"])
        opened = {"barcode"}
        Partner = type(self.env["res.partner"])
        self.patch(Partner, "_fields_for_everybody", lambda self: opened)
        self.assertEqual(partner.read(["barcode"])[0]["barcode"], False)

    def test_employee_reads_these_fields(self):
        clerk = make_user(self.env, "clerk_of_tests", "base.group_user")
        self.assertIn("source_id", self.other.with_user(clerk).fields_get())

    def test_back_office_is_closed_over_http(self):
        self.authenticate("portal_buyer", "portal_buyer")
        for path in ("retail-customers", "customer-imports", "retail-settings"):
            with self.subTest(path):
                response = self.url_open(f"/odoo/{path}", allow_redirects=False)
                self.assertEqual(response.status_code, 303)
        page = self.url_open("/my/account")
        self.assertEqual(page.status_code, 200)

    def test_calls_over_http_are_refused(self):
        self.authenticate("portal_buyer", "portal_buyer")
        calls = [
            *((name, "search_read", [[]]) for name in self.own_models),
            ("res.partner", "read", [self.other.ids, ["name"]]),
            ("res.partner", "read", [self.buyer.partner_id.ids, ["source_id"]]),
            ("res.partner", "action_export_customers", [self.other.ids]),
            ("res.partner", "write", [self.buyer.partner_id.ids, {"ref": "VIP"}]),
        ]
        for model, method, args in calls:
            with self.subTest(f"{model}.{method}"), mute_logger("odoo.http"):
                answer = self.rpc(model, method, args)
                self.assertIn("AccessError", str(answer.get("error")), answer)
        seen = self.rpc("res.partner", "search_read", [[], ["name"]])["result"]
        self.assertEqual([row["id"] for row in seen], self.buyer.partner_id.ids)

    def test_key_of_a_buyer_opens_nothing(self):
        """``/json/2`` and an API key that portal users can make for themselves."""
        self.env["ir.config_parameter"].set_param("portal.allow_api_keys", "True")
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.buyer)
            ._generate("rpc", "test", Datetime.now() + timedelta(days=1))
        )
        headers = {"Authorization": f"bearer {key}"}
        for model in (*self.own_models, "res.partner"):
            with self.subTest(model), mute_logger("odoo.http"):
                body = {"domain": [["id", ">", 0]], "fields": ["display_name"]}
                response = self.url_open(
                    f"/json/2/{model}/search_read", json=body, headers=headers
                )
                if model == "res.partner":
                    found = [row["id"] for row in response.json()]
                    self.assertEqual(found, self.buyer.partner_id.ids)
                else:
                    self.assertEqual(response.status_code, 403)
