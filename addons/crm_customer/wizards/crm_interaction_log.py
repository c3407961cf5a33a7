from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Channel -> the activity that is planned when a result asks to come back to it.
_AGAIN = {
    "call": "mail.mail_activity_data_call",
    "meeting": "mail.mail_activity_data_meeting",
    "chat": "mail.mail_activity_data_todo",
}
_CORRECTABLE = ("partner_id", "direction", "at", "result_id", "content")


class CrmInteractionLog(models.TransientModel):
    """Asks what came of a call, a meeting or a chat; one click on a result logs it.

    Corrects one, too.
    """

    _name = "crm.interaction.log"
    _description = "Log an Interaction"

    partner_id = fields.Many2one("res.partner", string="Customer", required=True)
    phone = fields.Char(related="partner_id.phone")
    channel = fields.Char(default="call", required=True)
    direction = fields.Selection(
        [("out", "The Shop"), ("in", "The Customer")],
        string="Begun by",
        required=True,
        default="out",
    )
    at = fields.Datetime(string="Time", required=True, default=fields.Datetime.now)
    minutes = fields.Float(
        string="Length", help="Minutes and seconds: 2:30 is two and a half minutes."
    )
    result_id = fields.Many2one(
        "crm.interaction.result", domain="[('channel', '=', channel)]"
    )
    asks_date = fields.Boolean(related="result_id.call_back")
    call_back_on = fields.Date(
        string="Next Time",
        default=lambda self: fields.Date.context_today(self) + timedelta(days=1),
    )
    content = fields.Text(string="Note")
    corrects_id = fields.Many2one("crm.interaction", readonly=True)

    @api.constrains("channel", "corrects_id")
    def _check_channel(self):
        """By hand is logged what has no document of its own."""
        if any(log.channel not in _AGAIN and not log.corrects_id for log in self):
            raise ValidationError(
                self.env._("Only calls, meetings and chats are logged by hand.")
            )

    @api.model
    def default_get(self, fields):
        """Override of `base`: a correction begins with what was logged."""
        defaults = super().default_get(fields)
        wrong = self.env["crm.interaction"].browse(defaults.get("corrects_id"))
        if wrong:
            wrong.check_access("read")
            values = {name: wrong[name] for name in _CORRECTABLE}
            for name in ("partner_id", "result_id"):
                values[name] = values[name].id
            defaults |= values | {
                "channel": wrong.channel,
                "direction": wrong.direction or "out",
                "minutes": wrong.duration / 60,
            }
        return defaults

    def action_log(self):
        """Log what happened, or the correction, and plan what was agreed."""
        self.ensure_one()
        if self.at > fields.Datetime.now() + timedelta(minutes=5):
            raise ValidationError(
                self.env._("The time lies in the future. Correct it.")
            )
        if self.minutes < 0:
            raise ValidationError(self.env._("The length can't be negative."))
        vals = {
            "direction": self.channel != "meeting" and self.direction,
            "at": self.at,
            "duration": round(self.minutes * 60),
            "result_id": self.result_id.id,
            "content": self.content,
        }
        if self.corrects_id:
            self.partner_id.check_access("read")
            customer = self.partner_id.commercial_partner_id
            self.corrects_id._correct(vals | {"partner_id": customer.id})
        else:
            self.partner_id._log_interaction(self.channel, **vals)
        if self.asks_date and not self.corrects_id:
            self._plan_next()
        return {"type": "ir.actions.act_window_close"}

    def _plan_next(self):
        again = {
            "call": self.env._("Call back"),
            "meeting": self.env._("Meet again"),
            "chat": self.env._("Write again"),
        }
        self.partner_id.activity_schedule(
            _AGAIN[self.channel],
            date_deadline=self.call_back_on,
            summary=again[self.channel],
            note=self.content,
            user_id=self.env.uid,
        )

    def action_withdraw(self):
        """Say that the call never happened: it leaves timeline and reports."""
        self.ensure_one()
        self.corrects_id._correct({"withdrawn": True})
        return {"type": "ir.actions.act_window_close"}
