from odoo import api, models
from odoo.exceptions import UserError


class CrmCustomerGroupUses(models.AbstractModel):
    """What relies on a group keeps it from being deleted.

    Part of ``crm.customer.group``.
    """

    _name = "crm.customer.group.uses"
    _description = "Uses of a Customer Group"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        uses = self._used_by()
        if uses:
            raise UserError(
                self.env._(
                    "A group that is used can't be deleted. Archive it instead: its "
                    "members are kept as they are.\n%(uses)s",
                    uses="\n".join(
                        f"• {group.name}: {', '.join(sentences)}"
                        for group, sentences in uses.items()
                    ),
                )
            )

    def _use_in_words(self):
        """How it is called among the uses of what it looks for."""
        return self.env._("customer group %(name)s", name=self.name)

    def _used_by(self):
        """Where these groups are used, so that they can't be deleted.

        Addons add to it.
        :return: sentences for each group that is used.
        :rtype: dict
        """
        groups = self.sudo().with_context(active_test=False)
        conditions = groups.env["crm.owner.rule.condition"].search(
            [("group_ids", "in", groups.ids)]
        )
        actions = groups.env["ir.actions.server"].search(
            [("customer_group_id", "in", groups.ids)]
        )
        uses = {}
        for group in groups:
            rules = conditions.filtered(
                lambda line, group=group: group in line.group_ids
            )
            sentences = [
                *(
                    self.env._("price policy %(name)s", name=policy.name)
                    for policy in group.pricelist_ids
                ),
                *(rule._use_in_words() for rule in rules.rule_id),
                *(
                    self.env._("automated action %(name)s", name=action.name)
                    for action in actions
                    if action.customer_group_id == group
                ),
            ]
            if sentences:
                uses[group] = sentences
        return uses
