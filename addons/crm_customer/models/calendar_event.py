from odoo import models


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    # Every hour the timeline asks which meetings ended or were changed.
    _stop_idx = models.Index("(stop)")
    _write_date_idx = models.Index("(write_date)")
