from odoo import api, fields, models
from odoo.fields import Domain


class CrmOwnerAbsence(models.Model):
    """Days on which somebody gets no customers by turn."""

    _name = "crm.owner.absence"
    _description = "Absence"
    _order = "date_from desc, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users",
        string="Employee",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("share", "=", False)],
    )
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_until = fields.Date(
        string="Until", help="The last day of absence; empty: until further notice."
    )
    note = fields.Char()

    _dates_ok = models.Constraint(
        "CHECK(date_until >= date_from)",
        "The last day of an absence can't lie before its first day.",
    )

    @api.model
    def _absent_users(self, day):
        """Who is absent on a day.

        :param datetime.date day:
        """
        return self.search(
            Domain("date_from", "<=", day)
            & (Domain("date_until", "=", False) | Domain("date_until", ">=", day))
        ).user_id
