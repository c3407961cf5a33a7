from odoo import api, fields, models

from ..models.crm_customer_ownership import MERGED

MERGED_AT_ONCE = 3  # Odoo's own limit


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    group_by_phone_sanitized = fields.Boolean("Phone")

    @api.model
    def _start_with(self, groups):
        """Open the screen with groups of contacts, to be merged one after the other.

        :param groups: lists of ids; Odoo merges three contacts at once, so the rest of
            a larger group is for another time.
        :return: an action.
        """
        wizard = self.create(
            {
                "state": "selection",
                "number_group": len(groups),
                "line_ids": [
                    fields.Command.create(
                        {"min_id": ids[0], "aggr_ids": str(ids[:MERGED_AT_ONCE])}
                    )
                    for ids in groups
                ],
            }
        )
        return wizard._action_next_screen() | {"name": self.env._("Merge Customers")}

    def _generate_query(self, fields, maximum_group=100):
        """Override of `base`: contacts that lack a value don't have the same one."""
        query = super()._generate_query(fields, maximum_group)
        partner = self.env["res.partner"]._fields
        filled = " AND ".join(
            f"{name} <> ''" for name in fields if partner[name].type == "char"
        )
        if not filled:
            return query
        select, grouping, rest = query.partition(" GROUP BY ")
        condition = "AND" if " WHERE " in select else "WHERE"
        return f"{select} {condition} {filled}{grouping}{rest}"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Override of `base`: customers that a rule calls duplicates, managers merge.

        Odoo lets only administrators merge contacts with different e-mail addresses.
        """
        if extra_checks and self._may_merge(partner_ids):
            extra_checks = False
        return super()._merge(partner_ids, dst_partner, extra_checks=extra_checks)

    @api.model
    def _may_merge(self, partner_ids):
        """Whether the user is a manager, and all are one customer by some rule.

        Nobody who logs in is among them: who merges a portal user with somebody else
        could read what belongs to another one.
        """
        if not self.env.user.has_group("crm_customer.crm_customer_group_manager"):
            return False
        customers = self.env["res.partner"].browse(partner_ids).exists()
        if not customers.has_access("write"):
            return False
        people = customers.sudo().with_context(active_test=False)
        if people.user_ids or not all(people.mapped("is_customer")):
            return False
        shared = (
            self.env["crm.customer.key"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", customers.ids),
                    ("rule_id.company_id", "in", self.env.companies.ids),
                ],
                ["rule_id", "value"],
                having=[("__count", "=", len(customers))],
            )
        )
        return bool(shared)

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Override of `base`: contacts that go hold nothing any more."""
        self.env["crm.customer.key"].sudo()._release(src_partners.ids)
        self.env["crm.interaction"]._drop_met_twice(src_partners + dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _update_values(self, src_partners, dst_partner):
        """Override of `base`: the contact that stays is the customer now.

        The code is unique: those that go let loose of theirs first.
        """
        was_customer = any((src_partners + dst_partner).mapped("is_customer"))
        code = dst_partner.ref or src_partners.filtered("ref")[:1].ref
        owner = dst_partner.user_id or src_partners.user_id[:1]
        days = (src_partners + dst_partner).mapped("member_since")
        src_partners.write({"is_customer": False, "ref": False})
        src_partners.flush_recordset()
        dst_partner = dst_partner.with_context(**MERGED)
        result = super()._update_values(src_partners, dst_partner)
        if was_customer and not dst_partner.parent_id:
            since = min(filter(None, days), default=False)
            dst_partner.write({"is_customer": True, "ref": code, "member_since": since})
            if owner != dst_partner.user_id:  # Odoo leaves out computed fields
                dst_partner.user_id = owner
        (src_partners + dst_partner)._touch()  # their orders have moved
        return result
