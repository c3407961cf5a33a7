from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import owner_rules


class CrmOwnerTransferWork(models.AbstractModel):
    """The open work of a leaving employee: opportunities, quotations, activities.

    Moved as superuser: managers of customers needn't see the pipeline of others, but
    whoever takes somebody's customers takes what goes with them.
    """

    _name = "crm.owner.transfer.work"
    _description = "Open Work in a Hand-over"

    with_opportunities = fields.Boolean(string="Open Opportunities", default=True)
    with_quotations = fields.Boolean(string="Quotations", default=True)
    with_activities = fields.Boolean(string="Planned Activities", default=True)
    opportunity_count = fields.Integer(compute="_compute_work_counts")
    quotation_count = fields.Integer(compute="_compute_work_counts")
    activity_count = fields.Integer(compute="_compute_work_counts")
    #: Model -> pairs of record and who got it.
    moved_work = fields.Json(readonly=True, copy=False)

    @api.depends("from_user_id", "company_id", "kind")
    def _compute_work_counts(self):
        for transfer in self:
            for model, domain in transfer._work_domains().items():
                name = {"crm.lead": "opportunity", "sale.order": "quotation"}.get(
                    model, "activity"
                )
                transfer[f"{name}_count"] = (
                    self.env[model].sudo().search_count(domain)
                    if transfer.kind == "hand_over" and transfer.from_user_id
                    else 0
                )

    def _work_domains(self):
        """Model -> domain of what is open."""
        theirs = Domain("user_id", "=", self.from_user_id.id or -1)
        here = Domain("company_id", "in", (False, self.company_id.id))
        return {
            "crm.lead": theirs & here & Domain("won_status", "=", "pending"),
            "sale.order": theirs & here & Domain("state", "in", ("draft", "sent")),
            "mail.activity": theirs
            & Domain("res_model", "in", ("res.partner", "crm.lead", "sale.order")),
        }

    def _ticked_work(self):
        """Model -> records to move."""
        ticked = {
            "crm.lead": self.with_opportunities,
            "sale.order": self.with_quotations,
            "mail.activity": self.with_activities,
        }
        if self.kind != "hand_over" or self.assign_to == "rules":
            return {}
        return {
            model: self.env[model].sudo().search(domain, order="id")
            for model, domain in self._work_domains().items()
            if ticked[model]
        }

    def _work_count(self):
        return sum(len(records) for records in self._ticked_work().values())

    def _move_work(self, people):
        moved = self.moved_work or {}
        for model, records in self._ticked_work().items():
            takers = owner_rules.spread(len(records), people)
            pairs = list(zip(records.ids, takers, strict=True))
            self._write_work(model, pairs)
            moved.setdefault(model, []).extend(pairs)
        self.moved_work = moved

    def _undo_work(self):
        for model, pairs in (self.moved_work or {}).items():
            records = self.env[model].sudo().browse(id_ for id_, _taker in pairs)
            taker_of = dict(pairs)
            still = records.exists().filtered(
                lambda record, taker_of=taker_of: (
                    record.user_id.id == taker_of[record.id]
                )
            )
            self._write_work(
                model, [(record.id, self.from_user_id.id) for record in still]
            )
        self.moved_work = {}

    def _write_work(self, model, pairs):
        """Write who gets what, in one write per person and without e-mails."""
        by_taker = defaultdict(list)
        for record_id, taker_id in pairs:
            by_taker[taker_id].append(record_id)
        quiet = (
            self.env[model]
            .sudo()
            .with_context(
                mail_auto_subscribe_no_notify=True, mail_activity_quick_update=True
            )
        )
        for taker_id, ids in by_taker.items():
            quiet.browse(ids).write({"user_id": taker_id})
