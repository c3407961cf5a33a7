from odoo import api, fields, models
from odoo.tools import SQL


class CrmCustomerGroupBuild(models.Model):
    """Where the computation of a group's members stands: one row for each group.

    Not on the group itself: jobs hold its row still while they use its definition, and
    must not make each other wait or fail.
    """

    _name = "crm.customer.group.build"
    _description = "Computation of a Customer Group"
    _rec_name = "group_id"

    group_id = fields.Many2one(
        "crm.customer.group", required=True, ondelete="cascade", readonly=True
    )
    state = fields.Selection(
        [("waiting", "Computing…"), ("done", "Up to Date"), ("failed", "Failed")],
        required=True,
        readonly=True,
    )
    computed_at = fields.Datetime(readonly=True)
    problem = fields.Text(readonly=True)

    _group_uniq = models.UniqueIndex("(group_id)")

    @api.model
    def _note(self, groups, state, problem=None):
        """Note where these groups stand, each in its one row."""
        if not groups:
            return
        self.env.flush_all()
        done = state == "done"
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_group_build AS build
                       (group_id, state, computed_at, problem, create_uid, create_date,
                        write_uid, write_date)
                SELECT id, %(state)s, %(computed)s, %(problem)s, %(uid)s, %(now)s,
                       %(uid)s, %(now)s
                  FROM unnest(%(groups)s) AS id
                    ON CONFLICT (group_id) DO UPDATE
                   SET state = EXCLUDED.state, problem = EXCLUDED.problem,
                       computed_at = COALESCE(EXCLUDED.computed_at, build.computed_at),
                       write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
                """,
                state=state,
                computed=fields.Datetime.now() if done else None,
                problem=problem,
                groups=groups.ids,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model()
        groups.invalidate_recordset(["build_ids", "state", "computed_at", "problem"])
