from odoo import api, models


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `mail`: what is said to a customer is on its timeline."""
        messages = super().create(vals_list)
        self.env["crm.interaction"]._log_messages(messages)
        return messages

    def write(self, vals):
        """Override of `mail`: "Delete" in the chatter only empties a message."""
        result = super().write(vals)
        if "body" in vals and (emptied := self.sudo()._filter_empty()):
            self.env["crm.interaction"].sudo().search(
                [("message_id", "in", emptied.ids)]
            ).unlink()
        return result
