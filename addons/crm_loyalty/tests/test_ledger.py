"""The door: idempotency, verify, parameters."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestLedger(LoyaltyCase):
    def test_same_key_is_posted_once(self):
        first = self.give(10, kind="earn", key="birthday:1:2026")
        self.assertEqual(self.give(10, kind="earn", key="birthday:1:2026"), first)
        self.assertEqual(self.balance(), 10)

    def test_negative_adjustment_takes_lots_in_turn(self):
        self.give(10)
        self.give(20)
        self.give(-15)
        lots = self.card().history_ids.filtered(lambda line: line.lot_id == line)
        self.assertEqual(lots.sorted("id").mapped("remaining"), [0, 15])
        self.assertProved()

    def test_verify_names_what_differs(self):
        self.give(10)
        self.give(20)
        card = self.card()
        self.env.cr.execute(
            "UPDATE loyalty_card SET points = 31 WHERE id = %s", (card.id,)
        )
        lot = card.history_ids.sorted("id")[0]
        self.env.cr.execute(
            "UPDATE loyalty_history SET remaining = 9 WHERE id = %s", (lot.id,)
        )
        self.env.invalidate_all()
        wrong = {(row[1], row[2], row[3]) for row in card.sudo()._verify_points()}
        self.assertEqual(wrong, {("balance", 30, 31), ("lot", 10, 9)})
        self.env.cr.execute(
            """
            UPDATE loyalty_card SET points_counted = 5, points_debt = 7 WHERE id = %s;
            UPDATE loyalty_history SET event_id = NULL
             WHERE card_id = %s AND points = 20
            """,
            (card.id, card.id),
        )
        wrong = {row[1:] for row in card.sudo()._verify_points()}
        self.assertEqual(
            wrong,
            {
                *(("balance", 30, 31), ("lot", 10, 9), ("counted", 0, 5)),
                *(("debt", 0, 7), ("stray", None, 20)),
            },
        )
        with mute_logger("odoo.addons.crm_loyalty.models.crm_loyalty_expiry"):
            self.env["loyalty.card"].sudo()._cron_verify_points()

    def test_verify_reads_each_line_once_in_one_statement(self):
        self.give(10)
        twin = self.env["res.partner"].create({"name": "Trần Thị Bích 2"})
        self.give(20, twin)
        card = self.card(twin).sudo()
        lot = card.history_ids
        self.settle()
        with self.assertQueryCount(1):
            self.assertFalse(card._verify_points())
        # A lot of another account, and one that isn't there.
        for wrong_lot in (self.card().sudo().history_ids.id, 2**31 - 1):
            self.env.cr.execute(
                "UPDATE loyalty_history SET lot_id = %s, remaining = NULL"
                " WHERE id = %s",
                (wrong_lot, lot.id),
            )
            self.assertEqual(card._verify_points(), [(card.id, "stray", None, 20)])

    def test_one_program_per_company_made_when_absent(self):
        Program = self.admin_env["loyalty.program"]
        self.assertEqual(Program._provide_points_program(self.company), self.program)
        self.assertEqual(
            (self.program.applies_on, self.program.trigger, self.program.is_nominative),
            ("future", "auto", True),
        )
        self.assertEqual(len(self.program.reward_ids), 1)
        with self.assertClash():
            self.program.copy({"keep_ledger": True, "company_id": self.company.id})

    def test_worth_of_a_point_is_the_discount(self):
        self.program.point_value = 250
        self.give(10)
        self.assertEqual(self.order(1, points=10).amount_total, 97_500)

    def test_ledger_can_not_be_switched_with_cards(self):
        self.give(10)
        with self.assertRaises(UserError):
            self.program.keep_ledger = False
        with self.assertRaises(ValidationError):
            self.program.applies_on = "both"

    def test_posting_takes_few_queries(self):
        self.give(100)
        self.give(100)
        card = self.card().with_env(self.admin_env)
        card.program_id.read(["validity"])
        self.env.flush_all()
        with self.assertQueryCount(8):
            card._post_points(-150, description="x")
        self.assertProved()

    def test_stock_programs_stay_as_they_are(self):
        program = self.admin_env["loyalty.program"].create(
            {
                "name": "Thẻ cũ",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "company_id": self.company.id,
                "rule_ids": [
                    (0, 0, {"reward_point_mode": "money", "reward_point_amount": 0.01})
                ],
                "reward_ids": [(0, 0, {"discount": 5, "required_points": 200})],
            }
        )
        order = self.order(1)
        card = self.env["loyalty.card"].search([("program_id", "=", program.id)])
        self.assertEqual((card.points, card.is_account), (1000, False))
        line = card.history_ids
        self.assertEqual((line.issued, line.kind), (1000, False))
        order.with_env(self.admin_env)._action_cancel()
        self.assertFalse(line.exists())
        self.assertEqual(card.points, 0)
