from odoo import api, models
from odoo.tools import split_every

#: Customers that one job computes anew: a second of work.
BATCH = 500
_TOUCHED = "crm_customer.touched"


class CrmCustomerRefresh(models.AbstractModel):
    """What follows from a customer's data and orders is computed anew after a change.

    Part of ``res.partner``. Whoever changes something that statistics or groups look at
    calls ``_touch``. The transaction only notes who was touched; a job that starts with
    its commit does the work, so that saving stays fast.
    """

    _name = "crm.customer.refresh"
    _description = "Derived Facts of a Customer"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._touch()
        return partners

    def write(self, vals):
        result = super().write(vals)
        self._touch()
        return result

    def _touch(self):
        """Let what follows from these contacts be computed anew after the commit.

        Contact persons count for the customer whose contacts they are. May be called
        any number of times: there is one job per ``BATCH`` customers and transaction.
        """
        customers = self.commercial_partner_id.filtered("is_customer")
        if not customers:
            return
        precommit = self.env.cr.precommit
        if _TOUCHED not in precommit.data:
            precommit.data[_TOUCHED] = set()
            precommit.add(self.sudo().browse()._enqueue_touched)
        precommit.data[_TOUCHED].update(customers.ids)

    @api.model
    def _enqueue_touched(self):
        touched = sorted(self.env.cr.precommit.data.pop(_TOUCHED, ()))
        for ids in split_every(BATCH, touched):
            self.browse(ids).with_delay()._job_refresh()

    def _job_refresh(self):
        """Compute what follows from these customers' data and orders, from the truth.

        May run twice, late and beside others for the same customers.
        """
        customers = self.exists()
        customers._refresh_statistics()
        customers._refresh_membership()

    def _refresh_statistics(self):
        """Hook: compute the statistics of these customers anew."""

    def _refresh_membership(self):
        """Hook: find the groups that these customers belong to anew."""
