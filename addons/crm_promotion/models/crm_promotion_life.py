from datetime import timedelta
from itertools import count

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.life import state_of
from ..tools.moment import local

STATES = [
    ("draft", "Draft"),
    ("running", "Running"),
    ("stopped", "Stopped"),
    ("ended", "Ended"),
]


class CrmPromotionLife(models.AbstractModel):
    """Draft, running, stopped, ended. Part of ``loyalty.program``."""

    _name = "crm.promotion.life"
    _description = "Life of a Promotion"

    promotion_state = fields.Selection(
        STATES,
        string="Status",
        compute="_compute_promotion_state",
        store=True,
        index="btree_not_null",
        copy=False,
    )
    started_on = fields.Date(readonly=True, copy=False)
    stopped_on = fields.Date(
        readonly=True,
        copy=False,
        help="The first day on which orders get it no more.",
    )
    stop_reason = fields.Char(string="Reason to Stop", readonly=True, copy=False)

    @api.depends("is_promotion", "started_on", "stopped_on", "date_to")
    def _compute_promotion_state(self):
        states = self.filtered("is_promotion")._states_today()
        for program in self:
            program.promotion_state = states.get(program)

    def _states_today(self):
        """Promotion -> where it is in its life."""
        days = self._promotion_days()
        return {
            program: state_of(
                days[program.company_id],
                started=bool(program.started_on),
                stopped_on=program.stopped_on or None,
                date_to=program.date_to or None,
            )
            for program in self
        }

    def _promotion_days(self):
        """Company of these promotions -> the day of the shops that they are for.

        Of shops in several zones the earliest one: a promotion isn't over until it is
        over everywhere. What an order gets is up to the day of its own shop.
        """
        now = fields.Datetime.now()
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        days = {
            company: local(now, company._shop_timezone()).date()
            for company in companies.search([])
        }
        return {
            owner: min(
                day
                for company, day in days.items()
                if company.parent_path.startswith(owner.sudo().parent_path or "")
            )
            for owner in (*self.company_id, self.env["res.company"])
        }

    def _promotion_today(self):
        """The day of the shops that this promotion is for."""
        self.ensure_one()
        return self._promotion_days()[self.company_id]

    @api.model
    def _cron_promotion_state(self):
        """Days end: hourly, as they do so at different hours around the world."""
        # It is tomorrow somewhere already, but nowhere later than that.
        tomorrow = fields.Datetime.now().date() + timedelta(days=1)
        programs = self.search(
            [
                ("is_promotion", "=", True),
                ("promotion_state", "=", "running"),
                "|",
                ("date_to", "<", tomorrow),
                ("stopped_on", "<=", tomorrow),
            ]
        )
        states = programs._states_today()
        due = programs.filtered(lambda p: p.promotion_state != states[p])
        if due:
            self.env.add_to_compute(self._fields["promotion_state"], due)
            due._recompute_recordset(["promotion_state"])
            self.env.registry.clear_cache()

    @api.model
    def _running_domain(self):
        """Promotions that orders may get."""
        return Domain("is_promotion", "=", True) & Domain(
            "promotion_state", "=", "running"
        )

    def _prepare_condition_terms(self, units):
        """Override of the conditions: the day before it is stopped is the last one."""
        terms = super()._prepare_condition_terms(units)
        if self.stopped_on:
            before = self.stopped_on - timedelta(days=1)
            terms["last_day"] = min(before, terms["last_day"] or before)
        return terms

    # What people do.

    def action_start_promotion(self):
        """Let orders get these promotions from their first day on."""
        self.check_access("write")
        drafts = self.filtered(lambda program: program.promotion_state == "draft")
        days = drafts._promotion_days()
        for program in drafts:
            if problem := program._start_problem(days[program.company_id]):
                raise UserError(problem)
        for program in drafts:
            program.started_on = days[program.company_id]
        drafts._log_change("started")

    def _start_problem(self, today):
        """What is missing before it can run, in one sentence."""
        if self.date_to < today:
            return self.env._(
                "The last day of “%(name)s” is over. Choose a later one.",
                name=self.display_name,
            )
        return None

    def action_open_stop(self):
        """Ask when and why to stop these."""
        self.check_access("write")
        return {
            "name": self.env._("Stop the Promotion"),
            "type": "ir.actions.act_window",
            "res_model": "crm.promotion.stop",
            "view_mode": "form",
            "target": "new",
            "context": {"default_program_ids": self.ids},
        }

    def stop_promotions(self, reason, day=None):
        """Orders get these no more; quotations drop them when they are updated.

        :param day: the first day without them, today when none is given.
        """
        self.check_access("write")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why the promotion is stopped."))
        running = self.filtered(lambda program: program.promotion_state == "running")
        days = running._promotion_days()
        for program in running:
            today = days[program.company_id]
            first = max(fields.Date.to_date(day) or today, today)
            program.write({"stopped_on": first, "stop_reason": reason})
        running._log_change("stopped", reason)
        return True

    def action_resume_promotion(self):
        """Let orders get these again."""
        self.check_access("write")
        stopped = self.filtered("stopped_on")
        days = stopped._promotion_days()
        for program in stopped:
            if program.date_to and program.date_to < days[program.company_id]:
                raise UserError(
                    self.env._(
                        "The last day of “%(name)s” is over. Choose a later one.",
                        name=program.display_name,
                    )
                )
        stopped.write({"stopped_on": False, "stop_reason": False})
        stopped._log_change("resumed")

    def action_copy_promotion(self):
        """A draft like this one, as long, from today on."""
        self.ensure_one()
        copy = self.copy()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": copy.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def copy_data(self, default=None):
        """Override of `base`: from today on, with a code and a name of its own."""
        vals_list = super().copy_data(default)
        days = self._promotion_days()
        for program, vals in zip(self, vals_list, strict=True):
            if not program.is_promotion:
                continue
            if program.promo_code:
                vals |= {"rule_ids": [], "promo_code": program._next_promo_code()}
            if program.date_from and program.date_to and not default:
                today = days[program.company_id]
                vals["date_from"] = today
                vals["date_to"] = today + (program.date_to - program.date_from)
            if not (default or {}).get("name"):
                vals["name"] = self.env._("%s (copy)", program.name)
        return vals_list

    def _next_promo_code(self):
        """The code with the next number that nothing else is called by."""
        like = [("code", "=like", f"{self.promo_code}-%")]
        taken = set()
        for model in ("loyalty.rule", "loyalty.card"):
            found = self.env[model].sudo().with_context(active_test=False)
            taken.update(found.search(like).mapped("code"))
        numbers = (f"{self.promo_code}-{number}" for number in count(2))
        return next(code for code in numbers if code not in taken)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        uses = self.env["crm.promotion.use"].sudo()
        used = uses.search([("program_id", "in", self.ids)], limit=1).program_id
        if used:
            raise UserError(
                self.env._(
                    "Orders used “%(name)s”, so it can't be deleted. Archive it "
                    "instead.",
                    name=used.display_name,
                )
            )
