from contextlib import contextmanager

from psycopg2 import OperationalError
from psycopg2.errorcodes import FOREIGN_KEY_VIOLATION
from psycopg2.errors import ForeignKeyViolation

from odoo import SUPERUSER_ID, api, models
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY
from odoo.tools import split_every

from odoo.addons.queue_job.exception import RetryableJobError

#: Customers that one job computes anew: a second of work.
BATCH = 500
#: Jobs for a handful of customers overtake those of a mass import.
AT_ONCE, LATER = 5, 20
#: Seconds until a job that met another one for the same customer runs again.
PAUSE = 1
#: An owner rule writes: what follows is no reason to ask rules again, else two of them
#: could pass a customer to and fro for ever. An object, so that no other program can
#: ask for it with its context.
BY_RULE = {"crm_customer_by_rule": object()}
#: A customer was changed, or deleted, by somebody else.
MET_ANOTHER = {*PG_CONCURRENCY_ERRORS_TO_RETRY, FOREIGN_KEY_VIOLATION}
_TOUCHED = "crm_customer.touched"
#: Beginnings of names of fields that nothing is computed from.
UNSEEN = ("activity_", "avatar_", "image_", "message_", "signup_", "website_message_")
#: Fields that decide whose facts a contact's orders count for.
BELONGING = frozenset(("company_type", "is_company", "is_customer", "parent_id"))


class CrmCustomerRefresh(models.AbstractModel):
    """What follows from a customer's data and orders is computed anew after a change.

    Part of ``res.partner``. Whoever changes something that statistics or groups look at
    calls ``_touch``. The transaction only notes who was touched; a job that starts with
    its commit does the work, so that saving stays fast.

    The result is right whatever runs beside: the job begins after the commit that asked
    for it, so it sees that change, and ``crm.customer.revision`` makes sure that of two
    jobs for a customer the later one to commit has seen all that the other one saw.
    """

    _name = "crm.customer.refresh"
    _description = "Derived Facts of a Customer"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._touch()
        return partners

    def write(self, vals):
        if not BELONGING.isdisjoint(vals):
            self._touch_all()  # those that these contacts belonged to
            result = super().write(vals)
            self._touch_all()
            return result
        result = super().write(vals)
        if self._says_something(vals):
            self._touch()
        return result

    @api.model
    def _says_something(self, names):
        """Whether writing these fields tells something new about a customer.

        Odoo writes others by itself: an attachment of a message, a token.
        """
        return not all(name.startswith(UNSEEN) for name in names)

    def _touch(self):
        """Let what follows from these contacts be computed anew after the commit.

        Contact persons count for the customer whose contacts they are. May be called
        any number of times: there is one job per ``BATCH`` customers and transaction
        (or savepoint).
        """
        self.sudo().commercial_partner_id.filtered("is_customer")._note_touched()

    def _touch_all(self):
        """As ``_touch``, but also for contacts that are (or were) no customers."""
        self.sudo().commercial_partner_id._note_touched()

    def _note_touched(self):
        if not self:
            return
        precommit = self.env.cr.precommit
        if _TOUCHED not in precommit.data:
            precommit.data[_TOUCHED] = {}
            precommit.add(self._nobody()._enqueue_touched)
        touched = precommit.data[_TOUCHED]
        by_rule = self.env.context.items() >= BY_RULE.items()
        for id_ in self.ids:
            touched[id_] = by_rule and touched.get(id_, True)

    @api.model
    def _nobody(self):
        """Contacts as nobody in particular sees them: what follows from facts is the
        same whoever noted them, in whatever language and with archived ones or not.
        """
        return self.env(user=SUPERUSER_ID, context={})[self._name]

    @api.model
    def _enqueue_touched(self):
        touched = self.env.cr.precommit.data.pop(_TOUCHED, {})
        priority = AT_ONCE if len(touched) < BATCH else LATER
        by_others = sorted(id_ for id_, by_rule in touched.items() if not by_rule)
        for ids in split_every(BATCH, by_others):
            self.browse(ids).with_delay(priority=priority)._job_refresh()
        for ids in split_every(BATCH, sorted(touched.keys() - set(by_others))):
            customers = self.browse(ids).with_delay(priority=priority)
            customers._job_refresh(ask_rules=False)

    def _job_refresh(self, ask_rules=True):
        """Job: compute what follows from these customers, from the truth.

        May run twice, late and beside others for the same customers. Not to be
        overridden, ``_follow`` is: nothing may happen outside the guard.
        :param bool ask_rules: whether owner rules are asked about what follows.
        :raise RetryableJobError: another job has computed one of these customers; this
            one has to look again.
        """
        with looking_again(self.env):
            self._follow(ask_rules)

    def _follow(self, ask_rules=True):
        """Hook: all that follows from these contacts' data and orders.

        Some may not exist any more.
        :param bool ask_rules: whether owner rules are asked about what follows.
        """
        ids = self.env["crm.customer.revision"].sudo()._count_up(self.ids)
        customers = self.browse(ids)
        customers._refresh_statistics()
        customers._refresh_membership()

    def _refresh_statistics(self):
        """Hook: compute the statistics of these contacts anew.

        They exist; some may be archived, or be no customers any more.
        """

    def _refresh_membership(self):
        """Hook: find the groups that these contacts belong to anew.

        They exist; some may be archived, or be no customers any more.
        """


@contextmanager
def looking_again(env):
    """Let a job that met another transaction run again, however often, and soon.

    All is flushed inside. What queue_job meets after the job's method, it repeats only
    five times, after five seconds each, and then gives up for good.
    :raise RetryableJobError: a customer was changed or deleted by somebody else.
    """
    try:
        yield
        env.flush_all()
    except (OperationalError, ForeignKeyViolation) as error:
        if error.pgcode not in MET_ANOTHER:
            raise
        raise RetryableJobError(
            "Another transaction has changed the same customers.",
            seconds=PAUSE,
            ignore_retry=True,
        ) from error
