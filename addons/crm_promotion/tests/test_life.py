"""A promotion's life: draft, running, stopped, ended; copies and history."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common_uses import UseCase


@tagged("post_install", "-at_install")
class TestLife(UseCase):
    def test_draft_is_started_when_it_is_whole(self):
        draft = self.make_promotion("Nháp", start=False)
        self.assertEqual(draft.promotion_state, "draft")
        draft.write({"date_from": "2020-01-01", "date_to": "2020-02-01"})
        with self.assertRaisesRegex(UserError, "later one"):
            draft.action_start_promotion()
        draft.date_to = self._today()
        draft.action_start_promotion()
        self.assertEqual(draft.promotion_state, "running")

    def test_odoos_programs_have_no_state(self):
        self.assertFalse(self.program.promotion_state)

    def test_days_end_a_program_by_night(self):
        Program = self.admin_env["loyalty.program"]
        self.promo.date_to = "2026-12-31"
        with freeze_time("2026-12-31 16:59:00"):
            Program._cron_promotion_state()
            self.assertEqual(self.promo.promotion_state, "running")
        with freeze_time("2026-12-31 17:01:00"):
            Program._cron_promotion_state()
            self.assertEqual(self.promo.promotion_state, "ended")
            ended = Program.search([("promotion_state", "=", "ended")])
            self.assertIn(self.promo, ended)
            self.promo.date_to = "2027-01-01"
            self.assertEqual(self.promo.promotion_state, "running")

    def test_cron_calls_it(self):
        cron = self.superuser_env.ref("crm_promotion.ir_cron_promotion_state")
        self.promo.flush_recordset()
        self.env.cr.execute(
            "UPDATE loyalty_program SET date_to = '2020-02-01' WHERE id = %s",
            [self.promo.id],
        )
        self.promo.invalidate_recordset()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(self.promo.promotion_state, "ended")

    def test_cron_looks_at_what_can_have_changed_only(self):
        Program = self.admin_env["loyalty.program"]
        ended = self.make_promotion("Đã hết")
        ended.date_to = "2020-02-01"
        stopped = self.make_promotion("Đã ngừng")
        stopped.stop_promotions("Hết quà")
        due = self.make_promotion("Sắp ngừng")
        due.stop_promotions("Hết quà", self._today() + timedelta(days=1))
        seen = []
        states_today = type(Program)._states_today

        def note(programs):
            seen.extend(programs.ids)
            return states_today(programs)

        self.env.flush_all()
        self.patch(type(Program), "_states_today", note)
        Program._cron_promotion_state()
        self.assertFalse({ended.id, stopped.id, self.promo.id} & set(seen))
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            Program._cron_promotion_state()
        self.assertEqual(due.promotion_state, "stopped")

    def stop(self, programs, reason="Hết quà", day=None):
        action = programs.action_open_stop()
        Wizard = self.env["crm.promotion.stop"].with_user(self.promotion_manager)
        with Form(Wizard.with_context(**action["context"])) as form:
            form.reason = reason
            if day:
                form.stop_on = day
        form.record.action_stop()

    def test_stop_and_resume(self):
        self.stop(self.promo)
        self.assertEqual(self.promo.promotion_state, "stopped")
        self.assertEqual(
            (self.promo.stopped_on, self.promo.stop_reason), (self._today(), "Hết quà")
        )
        self.promo.action_resume_promotion()
        self.assertEqual(self.promo.promotion_state, "running")
        self.assertFalse(self.promo.stop_reason)
        with self.assertRaisesRegex(UserError, "why"):
            self.promo.stop_promotions(" ")

    def test_stop_from_a_day_on(self):
        tomorrow = self._today() + timedelta(days=1)
        self.stop(self.promo, day=tomorrow)
        self.assertEqual(self.promo.promotion_state, "running")
        with freeze_time(f"{tomorrow} 05:00:00"):
            self.admin_env["loyalty.program"]._cron_promotion_state()
            self.assertEqual(self.promo.promotion_state, "stopped")

    def test_many_are_stopped_at_once(self):
        others = self.make_promotion("Hai") | self.make_promotion("Ba")
        draft = self.make_promotion("Nháp", start=False)
        self.stop(others | draft)
        self.assertEqual(set(others.mapped("promotion_state")), {"stopped"})
        self.assertEqual(draft.promotion_state, "draft")

    def test_copy_is_a_whole_draft(self):
        self.promo.write(
            {
                "max_uses": 7,
                "date_from": self._today() - timedelta(days=9),
                "date_to": self._today(),
            }
        )
        self.promoted()
        action = self.promo.action_copy_promotion()
        copy = self.promo.browse(action["res_id"])
        self.assertEqual(copy.promotion_state, "draft")
        self.assertTrue(copy.is_promotion)
        self.assertEqual((copy.applies_on, copy.trigger), ("current", "auto"))
        self.assertEqual(copy.reward_ids.discount, 10)
        self.assertEqual((copy.max_uses, copy.use_count), (7, 0))
        self.assertEqual(
            (copy.date_from, copy.date_to),
            (self._today(), self._today() + timedelta(days=9)),
        )
        self.assertFalse(copy.promotion_change_ids)
        copy.action_start_promotion()
        self.assertEqual(copy.promotion_state, "running")

    def test_coded_program_is_copied_again_and_again(self):
        promo = self.make_promotion("Tết", promo_code="TET")
        codes = [promo.copy().promo_code for _each in range(3)]
        self.assertEqual(codes, ["TET-2", "TET-3", "TET-4"])

    def test_history_knows_levels_that_were_written_directly(self):
        level = self.promo.reward_ids
        level.min_amount = 5
        level.write({"discount": 30})
        self.promo.write({"reward_ids": [Command.update(level.id, {"discount": 40})]})
        rows = self.promo.promotion_change_ids.sorted("id")[1:]
        self.assertEqual(rows.mapped("field_name"), ["reward_ids"] * 3)
        self.assertIn("40", rows[-1].new_value)

    def test_used_program_is_not_deleted(self):
        order = self.promoted()
        order._action_cancel()
        self.promo.action_archive()
        with self.assertRaisesRegex(UserError, "Archive"):
            self.promo.unlink()
        draft = self.make_promotion("Nháp", start=False)
        draft.action_archive()
        draft.unlink()

    def test_history_of_a_running_program(self):
        kinds = self.promo.promotion_change_ids.mapped("kind")
        self.assertEqual(kinds, ["started"])
        self.promo.write({"budget": 500_000, "name": "Khai trương"})
        self.promo.write({"budget": 500_000})
        self.promo.write(
            {"reward_ids": [Command.create({"benefit_type": "amount", "discount": 20})]}
        )
        self.stop(self.promo)
        rows = self.promo.promotion_change_ids.sorted("id")
        told = [(row.kind, row.field_name, row.reason) for row in rows]
        self.assertEqual(
            told,
            [
                ("started", False, False),
                ("changed", "budget", False),
                ("changed", "name", False),
                ("changed", "reward_ids", False),
                ("stopped", False, "Hết quà"),
            ],
        )
        self.assertIn("500", rows[1].new_value)
        self.assertEqual(rows[1].label, "Budget")
        self.assertEqual(rows[2].old_value, "Giảm giá khai trương")
        self.assertEqual(rows[1].create_uid, self.promotion_manager)
        with self.assertRaisesRegex(UserError, "changed"):
            rows[:1].sudo().reason = "x"
        with self.assertRaisesRegex(UserError, "deleted"):
            rows[:1].sudo().unlink()

    def test_draft_has_no_history(self):
        draft = self.make_promotion("Nháp", start=False)
        draft.budget = 100_000
        self.assertFalse(draft.promotion_change_ids)

    def test_users_see_and_managers_act(self):
        promo = self.promo.with_user(self.seller)
        self.assertEqual(promo.promotion_state, "running")
        for act in (
            promo.action_start_promotion,
            promo.action_resume_promotion,
            promo.action_open_stop,
            promo.action_copy_promotion,
            lambda: promo.stop_promotions("Thử"),
            lambda: promo.write({"max_uses": 1}),
        ):
            with self.assertRaises(AccessError):
                act()
