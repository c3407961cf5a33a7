"""Field rules in an import: judged for all rows before anything is written."""

from odoo.tests import tagged

from .common import ImportCase, read_xlsx

HEADINGS = ("Mã khách hàng", "Tên khách hàng", "Điện thoại", "Email")
PHONE = "0862000001"


@tagged("post_install", "-at_install")
class TestImportRules(ImportCase):
    def run_rows(self, rows, headings=HEADINGS, **vals):
        return self.start_import(rows, headings, **vals)

    def test_missing_value_refuses_the_row_with_its_reason(self):
        self.rule("email").required = True
        self.rule("vat").required = True  # of companies only
        record = self.run_rows(
            [["", "A", PHONE, ""], ["", "B", "0862000002", "b@example.com"]]
        )
        self.assertEqual(
            self.codes(record), [("rejected", "value_missing"), ("created", None)]
        )
        rejected = read_xlsx(record.rejected_file)
        self.assertIn("Email", " ".join(rejected[1]))
        self.assertFalse(
            self.Partner.search([("phone_sanitized", "=", "+84862000001")])
        )

    def test_required_columns_are_marked(self):
        self.rule("email").required = True
        record = self.preview([["", "A", PHONE, ""]], HEADINGS)
        self.assertEqual(
            record.column_ids.filtered("is_required").mapped("key"), ["name", "email"]
        )
        self.assertEqual(self.codes(record), [("rejected", "value_missing")])

    def test_required_field_without_column_refuses_all_before_writing(self):
        self.rule("website").required = True
        record = self.staged([["", f"K{n}", "", ""] for n in range(10)], HEADINGS)
        self.assertEqual(set(self.codes(record)), {("rejected", "value_missing")})

    def test_update_of_an_older_customer_needs_no_value(self):
        customer = self.make_customer("A", PHONE)
        self.rule("email").required = True
        record = self.run_rows([["", "A mới", PHONE, ""]])
        self.assertEqual(self.states(record), ["updated"])
        self.assertEqual(customer.name, "A mới")

    def test_value_of_another_customer_refuses_the_row(self):
        self.rule("email").check_duplicate = True
        holder = self.make_customer("A", email="a@example.com")
        record = self.run_rows([["", "B", PHONE, "A@example.com"]])
        self.assertEqual(self.codes(record), [("rejected", "value_taken")])
        self.assertIn(holder.ref, record.row_ids.reason)

    def test_same_value_twice_in_the_file_refuses_the_second_row(self):
        self.rule("email").check_duplicate = True
        record = self.run_rows(
            [
                ["", "A", PHONE, "a@example.com"],
                ["", "B", "0862000002", "A@Example.com"],
                ["", "C", "0862000003", ""],
                ["", "D", "0862000004", ""],
            ]
        )
        self.assertEqual(
            self.codes(record),
            [
                ("created", None),
                ("rejected", "repeated_value"),
                ("created", None),
                ("created", None),
            ],
        )
        self.assertIn("row 2", record.row_ids.sorted("number")[1].reason.lower())

    def test_own_value_is_no_duplicate(self):
        self.rule("email").check_duplicate = True
        self.make_customer("A", PHONE, email="a@example.com")
        record = self.run_rows([["", "A mới", PHONE, "a@example.com"]])
        self.assertEqual(self.states(record), ["updated"])

    def test_tolerated_duplicate_can_be_updated(self):
        self.make_customer("A", email="a@example.com")
        second = self.make_customer("B", PHONE, email="a@example.com")
        self.rule("email").check_duplicate = True
        record = self.run_rows([["", "B mới", PHONE, "a@example.com"]])
        self.assertEqual(self.states(record), ["updated"])
        self.assertEqual(second.name, "B mới")

    def test_equal_phones_are_imported_when_their_rule_is_off(self):
        self.make_customer("A", PHONE)
        self.rule("phone").check_duplicate = False
        rows = [["", "B", PHONE, ""], ["", "C", PHONE, ""]]
        record = self.run_rows(rows)
        self.assertEqual(self.states(record), ["created", "created"])
        self.assertEqual(record.row_ids.partner_id.mapped("phone"), [PHONE, PHONE])
        again = self.run_rows(rows)  # known by their content now
        self.assertEqual(self.states(again), ["unchanged", "unchanged"])

    def test_rules_cost_the_same_for_any_number_of_rows(self):
        self.rule("email").write({"check_duplicate": True, "required": True})
        counts = []
        for many in (5, 60):
            record = self.staged(
                [
                    ["", f"K{n}", f"0862{many:03}{n:03}", f"k{many}-{n}@example.com"]
                    for n in range(many)
                ],
                HEADINGS,
            )
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE crm_customer_import_row SET state = 'new' WHERE import_id = %s",
                [record.id],
            )
            before = self.env.cr.sql_log_count
            self.env["crm.customer.import.checker"]._check(record)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
