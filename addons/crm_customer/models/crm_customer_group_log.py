import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY
from odoo.tools import SQL, split_every

_logger = logging.getLogger(__name__)

#: Lines that are created at once.
BATCH = 1000


class CrmCustomerGroupLog(models.Model):
    """A customer joined or left a group: a fact that is never changed.

    Automation rules ("a customer joins VIP: …") are rules on the creation of these.
    """

    _name = "crm.customer.group.log"
    _description = "Customer Joins or Leaves a Group"
    _customer_field = "partner_id"
    _order = "id desc"
    _rec_name = "partner_id"
    _log_access = False  # as its members; "at" and "cause" say when and why

    group_id = fields.Many2one(
        "crm.customer.group", required=True, ondelete="cascade", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
        readonly=True,
    )
    change = fields.Selection(
        [("joined", "Joined"), ("left", "Left")], required=True, readonly=True
    )
    cause = fields.Selection(
        [
            ("customer", "The customer or its orders changed"),
            ("calendar", "The calendar went on"),
            ("group", "The group was changed"),
        ],
        required=True,
        readonly=True,
    )
    at = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )

    _partner_idx = models.Index("(partner_id, id)")
    _group_idx = models.Index("(group_id, id)")

    def _is_listened_to(self):
        """Whether something happens when a line is created: an automation rule does.

        Then lines are created by the ORM in batches, else by the statement that
        changes the members. Addons that override ``create`` say so here.
        """
        return hasattr(type(self).create, "origin")

    @api.model
    def _note(self, changes, cause):
        """Create lines, and let automation rules do what follows from them.

        :param changes: tuples of group_id, partner_id and change.
        """
        for batch in split_every(BATCH, changes, list):
            self._create_heard(
                [
                    {
                        "group_id": group_id,
                        "partner_id": partner_id,
                        "change": change,
                        "cause": cause,
                    }
                    for group_id, partner_id, change in batch
                ]
            )

    def _create_heard(self, vals_list):
        """Create lines; those whose automation fails are written without it.

        A rule's mistake must not decide who belongs to a group, nor keep the other
        customers from what the rule does for them.
        """
        try:
            with self.env.cr.savepoint():
                self.create(vals_list)
        except Exception as error:
            if getattr(error, "pgcode", None) in PG_CONCURRENCY_ERRORS_TO_RETRY:
                raise  # the whole transaction is repeated
            if len(vals_list) > 1:
                for vals in vals_list:
                    self._create_heard([vals])
                return
            _logger.warning(
                "The automation failed that follows from %s", *vals_list, exc_info=True
            )
            self._create_unheard(*vals_list)

    def _create_unheard(self, vals):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_group_log
                       (group_id, partner_id, change, cause, at)
                VALUES (%(group_id)s, %(partner_id)s, %(change)s, %(cause)s, %(now)s)
                """,
                **vals,
                now=fields.Datetime.now(),
            )
        )
