from odoo import api, fields, models
from odoo.tools import SQL

from ..models.crm_customer_stat import FIGURES, columns, differs

#: Customers that are listed; there may be more.
SHOWN = 500


class CrmCustomerStatCheck(models.TransientModel):
    """A recount of all statistics, and the customers whose figures differ from it.

    Differences that stay after some seconds are defects: somebody has changed orders
    behind Odoo's back, or jobs don't run.
    """

    _name = "crm.customer.stat.check"
    _description = "Check of Customer Statistics"

    checked_count = fields.Integer(string="Rows Checked", readonly=True)
    difference_count = fields.Integer(string="Differences", readonly=True)
    line_ids = fields.One2many("crm.customer.stat.check.line", "check_id")

    @api.model
    def action_check(self):
        """Recount everything in one statement and show what differs."""
        self.check_access("create")
        check = self.create({})
        check._compare()
        return check._open()

    def action_repair(self):
        """Start what is done every night: all figures, and then the groups.

        In a job, because it takes its time, and because the lines show only some of
        the customers.
        """
        self.check_access("write")
        self.env["crm.customer.stat"].sudo()._cron_refresh()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "All statistics are being counted anew, then the members of all "
                    "groups. Check again in some minutes."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _open(self):
        return {
            "name": self.env._("Check of Customer Statistics"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _compare(self):
        self.env.flush_all()
        compared = SQL(
            """
            WITH counted AS MATERIALIZED (%(counted)s),
            stored AS (
                SELECT partner_id, company_id, %(figures)s FROM crm_customer_stat
            )
            SELECT partner_id, company_id, %(differs)s AS wrong,
                   %(stored)s, %(counted_figures)s
              FROM stored FULL JOIN counted USING (partner_id, company_id)
             WHERE company_id = ANY (%(companies)s)
            """,
            counted=self.env["crm.customer.stat"]._counted(),
            figures=columns(),
            differs=differs("stored", "counted"),
            stored=_renamed("stored"),
            counted_figures=_renamed("counted"),
            companies=self.env.companies.ids,
        )
        names = [f"{side}_{name}" for name in FIGURES for side in ("stored", "counted")]
        line_columns = SQL(", ").join(SQL.identifier(name) for name in names)
        [[checked, different]] = self.env.execute_query(
            SQL(
                """
                WITH compared AS MATERIALIZED (%(compared)s),
                listed AS (
                    INSERT INTO crm_customer_stat_check_line
                           (check_id, partner_id, company_id, create_uid, %(columns)s)
                    SELECT %(check)s, partner_id, company_id, %(user)s, %(columns)s
                      FROM compared WHERE wrong
                     ORDER BY partner_id LIMIT %(shown)s
                )
                SELECT COUNT(*), COUNT(*) FILTER (WHERE wrong) FROM compared
                """,
                compared=compared,
                columns=line_columns,
                check=self.id,
                user=self.env.uid,
                shown=SHOWN,
            )
        )
        self.write({"checked_count": checked, "difference_count": different})
        self.invalidate_recordset()


def _renamed(side):
    """The figures of one side, each under the name of the line's column."""
    return SQL(", ").join(
        SQL("%s AS %s", SQL.identifier(side, name), SQL.identifier(f"{side}_{name}"))
        for name in FIGURES
    )
