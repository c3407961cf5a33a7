from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

from odoo.addons.queue_job.delay import group

#: Up to this many customers change hands at once; more do in jobs.
AT_ONCE = 1000
BATCH = 500


class CrmOwnerTransfer(models.Model):
    """Gives many customers to somebody else: a selection, or all of one employee.

    It remembers what it moved, so that it can be undone.
    """

    _name = "crm.owner.transfer"
    _description = "Hand-over of Customers"
    _inherit = [
        "crm.owner.transfer.jobs",
        "crm.owner.transfer.notice",
        "crm.owner.transfer.work",
    ]
    _order = "id desc"
    _check_company_auto = True

    kind = fields.Selection(
        [("hand_over", "Hand-over"), ("bulk", "Change of owner")],
        default="hand_over",
        required=True,
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    from_user_id = fields.Many2one(
        "res.users",
        string="From Employee",
        domain=[("share", "=", False), ("active", "in", [True, False])],
        context={"active_test": False},
    )
    domain = fields.Char(default="[]", required=True)
    assign_to = fields.Selection(
        [
            ("user", "A person"),
            ("team", "A team, evenly"),
            ("rules", "Whoever the owner rules say"),
        ],
        string="Give to",
        default="user",
        required=True,
    )
    to_user_id = fields.Many2one(
        "res.users",
        string="Employee",
        domain=[("share", "=", False)],
        check_company=True,
    )
    team_id = fields.Many2one("crm.team", check_company=True)
    with_customers = fields.Boolean(string="Customers", default=True)
    customer_count = fields.Integer(compute="_compute_customer_count")
    state = fields.Selection(
        [
            ("draft", "New"),
            ("running", "Running"),
            ("failed", "Stopped"),
            ("done", "Done"),
            ("undone", "Undone"),
        ],
        default="draft",
        required=True,
        readonly=True,
        index=True,
    )
    problem = fields.Text(readonly=True)
    started_by_id = fields.Many2one("res.users", readonly=True)
    started_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    total = fields.Integer(string="Customers to Move", readonly=True)
    log_ids = fields.One2many("crm.owner.log", "transfer_id")
    moved_count = fields.Integer(
        string="Customers Moved", compute="_compute_moved_count"
    )

    # ------------------------------------------------------------------ computes

    @api.depends("kind", "from_user_id", "to_user_id", "team_id", "assign_to")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for transfer in self:
            giver = transfer.from_user_id.name
            taker = transfer.to_user_id.name or transfer.team_id.name
            people = " → ".join(name for name in (giver, taker) if name)
            kind = kinds.get(transfer.kind) or ""
            transfer.display_name = f"{kind} {people}".strip()

    @api.depends("kind", "from_user_id", "domain", "company_id")
    def _compute_customer_count(self):
        for transfer in self:
            domain = transfer._customer_domain()
            transfer.customer_count = self.env["res.partner"].search_count(domain)

    def _compute_moved_count(self):
        counts = dict(
            self.env["crm.owner.log"]._read_group(
                [("transfer_id", "in", self.ids), ("reason", "!=", "undo")],
                ["transfer_id"],
                ["__count"],
            )
        )
        for transfer in self:
            transfer.moved_count = counts.get(transfer, 0)

    def _customer_domain(self):
        customers = Domain("is_customer", "=", True) & Domain("parent_id", "=", False)
        if self.kind == "bulk":
            return customers & Domain(literal_eval(self.domain))
        return (
            customers
            & Domain("active", "in", (True, False))
            & Domain("user_id", "=", self.from_user_id.id or -1)
            & Domain("company_id", "in", (False, self.company_id.id))
        )

    # -------------------------------------------------------------------- actions

    def action_start(self):
        """Move everything, at once when it is little, in jobs when it is much.

        :raise UserError: when it isn't clear from whom or to whom.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("draft", "failed"):
            raise UserError(self.env._("This was started already."))
        people = self._takers()
        done = Domain("owner_log_ids", "any", [("transfer_id", "=", self.id)])
        customers = self.env["res.partner"].with_context(active_test=False)
        if self.with_customers or self.kind == "bulk":
            customers = customers.search(self._customer_domain() & ~done, order="id")
        customers.check_access("write")
        self.write(
            {
                "state": "running",
                "problem": False,
                "total": len(customers) + self.moved_count,
                "started_by_id": self.env.uid,
                "started_at": fields.Datetime.now(),
            }
        )
        if len(customers) + self._work_count() <= AT_ONCE:
            self._job_work(people)
            self._job_move(customers.ids, people)
            self._job_finish()
        else:
            steps = [self.delayable()._job_work(people)]
            steps += [
                self.delayable()._job_move(list(ids), people, number * BATCH)
                for number, ids in enumerate(split_every(BATCH, customers.ids))
            ]
            group(*steps).on_done(self.delayable()._job_finish()).delay()
        return self._after_start()

    def _after_start(self):
        if self.state == "running":  # shows the progress
            return {
                "type": "ir.actions.act_window",
                "res_model": self._name,
                "res_id": self.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        message = self.env._("%(count)s customers have moved.", count=self.moved_count)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"}
                if self.kind == "hand_over"
                else {"type": "ir.actions.act_window_close"},
            },
        }

    def _takers(self):
        """Ids of those who get something, in the order in which it is dealt out."""
        if self.kind == "hand_over" and not self.from_user_id:
            raise UserError(self.env._("Choose whose customers are handed over."))
        if self.assign_to == "rules":
            self._check_not_in_team()
            return []
        if self.assign_to == "user":
            people = self.to_user_id.filtered("active").ids
            if not people:
                raise UserError(self.env._("Choose the person who gets the customers."))
        else:
            members = self.env["crm.owner.turn"].sudo()._present_members(self.team_id)
            people = [
                user_id
                for user_id, companies in members[self.team_id.id]
                if self.company_id.id in companies
                and (self.kind == "bulk" or user_id != self.from_user_id.id)
            ]
            if not people:
                raise UserError(
                    self.env._(
                        "Nobody else of this team is there today: choose another team, "
                        "or a person."
                    )
                )
        if self.kind == "hand_over" and people == self.from_user_id.ids:
            raise UserError(
                self.env._("Choose somebody else: these customers are theirs already.")
            )
        return people

    def _check_not_in_team(self):
        """Rules leave a customer with a member of their team."""
        teams = self.env["crm.owner.rule"].search([("assign_to", "=", "team")]).team_id
        if self.from_user_id.active and self.from_user_id in (
            teams.crm_team_member_ids.user_id
        ):
            raise UserError(
                self.env._(
                    "The owner rules would give customers to %(name)s again: take "
                    "%(name)s out of the team first, or choose another way.",
                    name=self.from_user_id.name,
                )
            )

    def action_undo(self):
        """Give everything back that nobody has moved on since, in jobs when it is much.

        :raise UserError: while it runs, or when there is nothing to undo.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("done", "failed"):
            raise UserError(self.env._("Only what is done can be undone."))
        self.write({"state": "running", "problem": False})
        ids = sorted(self.log_ids.sudo().partner_id.ids)
        work = sum(len(pairs) for pairs in (self.moved_work or {}).values())
        if len(ids) + work <= AT_ONCE:
            self._job_undo_work()
            self._job_undo(ids)
            self._job_undone()
        else:
            steps = [self.delayable()._job_undo_work()]
            steps += [
                self.delayable()._job_undo(list(some))
                for some in split_every(BATCH, ids)
            ]
            group(*steps).on_done(self.delayable()._job_undone()).delay()

    def action_view_log(self):
        """Open the changes of owner that this hand-over made."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.crm_owner_log_action"
        )
        return action | {"domain": [("transfer_id", "=", self.id)], "context": {}}

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if self.filtered(lambda transfer: transfer.state != "draft"):
            raise UserError(
                self.env._("What was started is kept: it says who gave whom what.")
            )
