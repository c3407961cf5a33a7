from collections import defaultdict

from odoo import SUPERUSER_ID, api, models

from .crm_customer_ownership import IMPORTED

#: Customers whose names a message tells; of the others only how many they are.
NAMED = 10
#: Reasons of changes that nobody is told of: the people know, or it is too much.
UNTOLD = ("import", "merge")
_NOTED = "crm_customer.given"


class CrmCustomerOwnerNotice(models.AbstractModel):
    """Tells employees about the customers that they were given.

    Part of ``res.partner``. One message for each employee and transaction, however many
    customers; one for a whole hand-over. Nobody is told of what he did himself, nor of
    imports, nor at all where the shop has switched it off.
    """

    _name = "crm.customer.owner.notice"
    _description = "Notice to the New Owner of a Customer"

    def _message_auto_subscribe_notify(self, partner_ids, template):
        """Override of `mail`: it would send one message per customer."""
        others = self
        if template == "mail.message_user_assigned":
            others -= self.sudo()._owned_customers()
        return super(CrmCustomerOwnerNotice, others)._message_auto_subscribe_notify(
            partner_ids, template
        )

    @api.model
    def _note_given(self, changes):
        """Let new owners be told after the commit.

        :param changes: of owners, as ``crm.owner.log._record`` takes them. Those of a
            hand-over are told of at its end.
        """
        if not self._tells_owners():
            return
        precommit = self.env.cr.precommit
        for change in changes:
            taker_id = change["to_user_id"]
            if (
                not taker_id
                or taker_id == self.env.uid
                or change["reason"] in UNTOLD
                or change.get("transfer_id")
                or change.get("untold")
            ):
                continue
            if _NOTED not in precommit.data:
                precommit.data[_NOTED] = defaultdict(dict)
                precommit.add(self.browse()._tell_noted)
            precommit.data[_NOTED][taker_id][change["partner_id"]] = True

    @api.model
    def _tells_owners(self):
        """Whether changes made here and now are told of."""
        return (
            self.env.registry.ready
            and not self.env.context.get("mail_auto_subscribe_no_notify")
            and not self._is_marked(IMPORTED)
            and self.env.company.sudo().tells_owners
        )

    @api.model
    def _tell_noted(self):
        for taker_id, ids in self.env.cr.precommit.data.pop(_NOTED, {}).items():
            self._tell_later(taker_id, list(ids))

    @api.model
    def _tell_later(self, owner_id, ids):
        customers = self.browse(ids[:NAMED]).with_delay()
        customers._job_tell_owner(owner_id, len(ids))

    def _job_tell_owner(self, owner_id, count):
        """Job: tell an employee of new customers, of which these are the first.

        Whoever isn't his any more isn't mentioned.
        :param int count: how many there are.
        """
        owner = self.env["res.users"].sudo().browse(owner_id).exists()
        customers = self.sudo().exists()
        own = customers.filtered(lambda customer: customer.user_id == owner)
        count -= len(self) - len(own)
        if not (owner.active and own):
            return
        own = own.with_context(lang=owner.lang)
        one = own if count == 1 else own.browse()
        if one:
            subject = one.env._("Your new customer: %(name)s", name=one.display_name)
        else:
            subject = own.env._("%(count)s new customers for you", count=count)
        giver = self.env.uid != SUPERUSER_ID and self.env.user.sudo().name
        more = count - len(own)
        body = own.env["ir.qweb"]._render(
            "crm_customer.message_customers_given",
            {
                "customers": own,
                "intro": own.env._("%(giver)s has given you:", giver=giver)
                if giver
                else own.env._("You were given:"),
                "rest": more and own.env._("and %(count)s more", count=more),
            },
            minimal_qcontext=True,
        )
        one.message_notify(
            partner_ids=owner.partner_id.ids,
            subject=subject,
            body=own.env["mail.render.mixin"]._replace_local_links(body),
            email_layout_xmlid="mail.mail_notification_layout",
            model_description=own.env._("Customer"),
        )
