from ast import literal_eval

from lxml import etree

from odoo.tests import tagged
from odoo.tools import SQL

from .common import CustomerCase, make_user


@tagged("post_install", "-at_install")
class TestCustomerSearch(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.duc, cls.hoa, cls.company_sao = cls.Partner.create(
            [
                {
                    "name": "Nguyễn Văn Đức",
                    "phone": "0862 000 001",
                    "ref": "TESTS-0042",
                    "email": "duc.nguyen@tests.example.com",
                    "street": "12 ngõ Kiểm Thử",
                },
                {
                    "name": "Trần Thị Hoa",
                    "phone": "+84 862.000.002",
                    "ref": "OTHER-0043",
                },
                {
                    "name": "Công ty Sao Kiểm Thử",
                    "phone": "024 3825 7863",
                    "ref": "OTHER-0044",
                },
            ]
        )
        cls.env.flush_all()

    def found(self, text, field="customer_search"):
        ours = self.duc + self.hoa + self.company_sao
        return self.Partner.search([("id", "in", ours.ids), (field, "ilike", text)])

    def test_finds_what_is_typed(self):
        for text, expected in (
            ("Nguyễn Văn Đức", self.duc),
            ("nguyen van duc", self.duc),
            ("NGUYEN VAN DUC", self.duc),
            ("đức nguyễn", self.duc),
            ("duc  nguyen", self.duc),
            ("  uyen  ", self.duc),
            ("tran hoa", self.hoa),
            ("Hoa Đức", self.Partner),
            ("0862000001", self.duc),
            ("0862 000 001", self.duc),
            ("0862.000.001", self.duc),
            ("84862000001", self.duc),
            ("+84 862 000 001", self.duc),
            ("0084862000001", self.duc),
            ("862000", self.duc + self.hoa),
            ("000002", self.hoa),
            ("02438257863", self.company_sao),
            ("TESTS-0042", self.duc),
            ("tests-00", self.duc),
            ("duc.nguyen@tests", self.duc),
            ("ngo kiem thu", self.duc),
            ("kiem thu", self.duc + self.company_sao),
            ("duc 12", self.duc),
            ("không có ai", self.Partner),
        ):
            with self.subTest(text):
                self.assertEqual(self.found(text), expected)

    def test_short_words_are_searched_as_they_stand(self):
        mai = self.make_customer("Lê Vy An")
        for text, expected in (("vy an", mai), ("an vy", self.Partner)):
            with self.subTest(text):
                found = self.Partner.search(
                    [("id", "=", mai.id), ("customer_search", "ilike", text)]
                )
                self.assertEqual(found, expected)

    def test_facet_of_phones_takes_any_notation(self):
        for text in ("0862 000 001", "0862.000.001", "84862000001", "+84 862 000 001"):
            with self.subTest(text):
                self.assertEqual(self.found(text, "phone_mobile_search"), self.duc)

    def test_filters_find_their_customers(self):
        view = self.Partner.get_view(
            self.env.ref("crm_customer.res_partner_view_search").id, "search"
        )
        arch = etree.fromstring(view["arch"])
        self.duc.write({"gender": "male", "member_since": "2020-05-01"})
        self.hoa.write({"gender": "female", "member_since": "2021-05-01"})
        self.company_sao.is_company = True
        for name, expected in (
            ("male", self.duc),
            ("female", self.hoa),
            ("other_gender", self.Partner),
            ("unknown_gender", self.Partner),
            ("company", self.company_sao),
            ("new", self.company_sao),
            ("duplicates", self.Partner),
        ):
            [node] = arch.xpath(f"//filter[@name='{name}']")
            with self.subTest(name):
                self.assertEqual(
                    self.filtered(literal_eval(node.get("domain"))), expected
                )
        limits = arch.xpath("//field[@name='member_since']")
        found = [
            self.filtered([("member_since", node.get("operator"), "2020-12-31")])
            for node in limits
        ]
        self.assertEqual(found, [self.hoa + self.company_sao, self.duc])

    def filtered(self, domain):
        ours = self.duc + self.hoa + self.company_sao
        return self.Partner.search([("id", "in", ours.ids), *domain], order="id")

    def test_decomposed_accents_are_found(self):
        self.assertEqual(self.found("Nguye\u0302\u0303n Va\u0306n"), self.duc)

    def test_contact_below_is_found_by_its_company(self):
        contact = self.make_customer("Lê Thị Mai", parent_id=self.company_sao.id)
        self.env.flush_all()
        found = self.Partner.search([("customer_search", "ilike", "mai sao kiem thu")])
        self.assertEqual(found, contact)

    def test_signs_of_the_search_language_are_plain_text(self):
        for text in ("100%", "a_b", "\\", '"'):
            with self.subTest(text):
                self.assertFalse(self.found(text))

    def test_choosing_a_customer_finds_name_and_phone(self):
        for text, expected in (
            ("nguyen van", self.duc),
            ("0862 000 002", self.hoa),
            ("84862000002", self.hoa),
            ("TESTS-0042", self.duc),
        ):
            with self.subTest(text):
                ids = [
                    partner_id
                    for partner_id, _name in self.Partner.name_search(
                        text, [("id", "in", (self.duc + self.hoa).ids)]
                    )
                ]
                self.assertEqual(ids, expected.ids)

    def offered(self, *partners, user=None):
        """What is shown where one of these is chosen."""
        domain = [("id", "in", self.Partner.concat(*partners).ids)]
        found = (
            self.Partner.with_user(user or self.telesale)
            .sudo(bool(user))
            .web_name_search("", {"display_name": {}}, domain)
        )
        return [row["__formatted_display_name"] for row in found]

    def test_choosing_a_customer_shows_code_and_phone(self):
        duc = "Nguyễn Văn Đức \t --TESTS-0042 · 0862 000 001--"
        self.assertEqual(self.offered(self.duc), [duc])
        self.assertEqual(self.duc.display_name, "Nguyễn Văn Đức")
        contact = self.make_customer(
            "Chị Lan", "0862 000 003", parent_id=self.company_sao.id
        )
        self.assertEqual(self.offered(contact), ["Công ty Sao Kiểm Thử \t --Chị Lan--"])
        portal = make_user(self.superuser_env, "portal_of_tests", "base.group_portal")
        self.assertEqual(self.offered(self.duc, user=portal), ["Nguyễn Văn Đức"])

    def test_choosing_among_many_customers_takes_no_query_each(self):
        def queries(*partners):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.offered(*partners)
            return self.env.cr.sql_log_count - before

        queries(self.duc)  # what is remembered
        one = queries(self.duc)
        self.assertEqual(queries(self.duc, self.hoa, self.company_sao), one)

    def test_invoices_do_not_follow_a_phone(self):
        depends = self.registry.field_depends[self.Partner._fields["display_name"]]
        self.assertFalse({"phone", "ref"} & set(depends))


@tagged("post_install", "-at_install")
class TestPlans(CustomerCase):
    """How PostgreSQL would search among some thousand contacts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute(
            """
            INSERT INTO res_partner
                   (name, complete_name, ref, email, street, phone_sanitized,
                    is_customer, active, type, autopost_bills)
            SELECT n, n, n, n, n, '+84' || i, TRUE, TRUE, 'contact', 'ask'
              FROM generate_series(200000001, 200004000) AS i, md5(i::text) AS n
            """
        )
        cls.env.cr.execute("ANALYZE res_partner")
        cls.env.cr.execute("SET LOCAL enable_seqscan = off")

    def plan(self, domain):
        query = self.Partner.sudo()._search(domain)
        rows = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        return "\n".join(line for (line,) in rows)

    def test_words_are_searched_by_indexes(self):
        plan = self.plan([("customer_search", "ilike", "nguyen")])
        self.assertNotIn("Seq Scan", plan)
        for column in ("name", "ref", "email", "street"):
            with self.subTest(column):
                self.assertIn(f"on res_partner_{column}_trigram", plan)

    def test_phones_are_searched_by_index(self):
        plan = self.plan([("customer_search", "ilike", "0862000001")])
        self.assertNotIn("Seq Scan", plan)
        self.assertIn("on res_partner__phone_sanitized_index", plan)

    def test_choosing_a_customer_is_a_search_by_indexes(self):
        plan = self.plan([("display_name", "ilike", "0862000001")])
        self.assertNotIn("Seq Scan", plan)
        self.assertIn("on res_partner__phone_sanitized_index", plan)

    def test_unique_keys_are_looked_up_by_index(self):
        plan = self.env.execute_query(
            SQL(
                "EXPLAIN SELECT id FROM res_partner"
                " WHERE ref = 'X' AND parent_id IS NULL"
            )
        )
        self.assertNotIn("Seq Scan", str(plan))
