from odoo import models
from odoo.tools import SQL


class CrmVoucherMail(models.AbstractModel):
    """The messages themselves. Part of ``loyalty.card``."""

    _name = "crm.voucher.mail"
    _description = "Message with a Voucher"

    def _job_send_vouchers(self):
        """Job: send these vouchers, each once, to customers with an address."""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE loyalty_card SET sent_at = NOW() AT TIME ZONE 'UTC'
                 WHERE id = ANY(%s) AND sent_at IS NULL AND voucher_state = 'issued'
                RETURNING id
                """,
                self.filtered("partner_id.email").ids,
            )
        )
        cards = self.browse([row[0] for row in rows])
        cards.invalidate_recordset(["sent_at"])
        for template, some in cards.grouped(
            lambda card: card._get_default_template()
        ).items():
            template.sudo().send_mail_batch(
                some.ids, email_layout_xmlid="mail.mail_notification_light"
            )

    def _get_default_template(self):
        """Override of `loyalty`: what the program says, else the message of ours."""
        if not self.voucher_state:
            return super()._get_default_template()
        plans = self.sudo().program_id.communication_plan_ids
        own = plans.filtered(lambda plan: plan.trigger == "create").mail_template_id
        return own[:1] or self.env.ref("crm_promotion.mail_template_voucher")
