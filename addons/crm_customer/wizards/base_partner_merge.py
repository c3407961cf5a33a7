from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        """Override of `base`: the contact that stays is the customer now.

        Phone and code are unique: those that go let loose of theirs first.
        """
        was_customer = any((src_partners + dst_partner).mapped("is_customer"))
        code = dst_partner.ref or src_partners.filtered("ref")[:1].ref
        owner = dst_partner.user_id or src_partners.user_id[:1]
        days = (src_partners + dst_partner).mapped("member_since")
        src_partners.write({"is_customer": False, "ref": False})
        src_partners.flush_recordset()
        dst_partner = dst_partner.with_context(crm_customer_owner_reason="merge")
        result = super()._update_values(src_partners, dst_partner)
        if was_customer and not dst_partner.parent_id:
            since = min(filter(None, days), default=False)
            dst_partner.write({"is_customer": True, "ref": code, "member_since": since})
            if owner != dst_partner.user_id:  # Odoo leaves out computed fields
                dst_partner.user_id = owner
        (src_partners + dst_partner)._touch()  # their orders have moved
        return result
