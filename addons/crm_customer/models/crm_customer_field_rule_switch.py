from odoo import api, fields, models

from .crm_customer_refresh import looking_again


class CrmCustomerFieldRuleSwitch(models.AbstractModel):
    """What happens when a rule is switched. Part of ``crm.customer.field.rule``."""

    _name = "crm.customer.field.rule.switch"
    _description = "Switching of Customer Field Rules"

    indexing = fields.Boolean(
        string="Being Prepared",
        readonly=True,
        help="Existing customers are still compared. New ones are checked against each "
        "other already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._switched(rules.filtered("active").filtered("check_duplicate"))
        return rules

    def write(self, vals):
        before = self._in_force()
        result = super().write(vals)
        self.flush_recordset()  # whoever saves a customer reads it by SQL
        if vals.keys() & {"active", "check_duplicate", "field_id", "company_id"}:
            moved = vals.keys() & {"field_id", "company_id"}
            off = self if moved else before - self._in_force()
            self.env["crm.customer.key"]._drop(off)
            self._switched(self._in_force() - (self.browse() if moved else before))
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _in_force(self):
        return self.filtered(lambda rule: rule.active and rule.check_duplicate)

    def _switched(self, on):
        """Let customers hold their values of the rules that were switched on.

        In a small shop at once. Whoever saves a customer waits until this transaction
        ends, so in a large one only the jobs do it, which commit slice by slice.

        Also in a small one, once more after the commit: customers that others were
        just saving then aren't seen by this transaction, but by the job.
        """
        self.env.registry.clear_cache()
        if on:
            keys = self.env["crm.customer.key"]
            if self.env["crm.customer.group"]._is_small():
                keys._index(on, again=True)
            else:
                keys._drop(on)
                on.sudo().indexing = True
            on.sudo().with_delay()._job_index()

    def _job_index(self, after=0):
        """Job: let customers hold what they don't hold yet. May run twice.

        :param int after: the id of the last customer that is done; another job
            continues after a slice.
        """
        with looking_again(self.env):
            rules = self.exists()._in_force()
            last = rules and self.env["crm.customer.key"]._index_slice(rules, after)
            if last:
                rules.with_delay()._job_index(last)
            done = self.exists() - rules if last else self.exists()
            done.filtered("indexing").indexing = False
