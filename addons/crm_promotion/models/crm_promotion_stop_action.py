from odoo import api, models


class CrmPromotionStopAction(models.AbstractModel):
    """The action "stop promotion" of automation rules. Part of ``ir.actions.server``.

    Stops the promotion that is chosen, or the records themselves, or what they belong
    to as their ``program_id``: a voucher, a use.
    """

    _name = "crm.promotion.stop.action"
    _description = "Action to Stop a Promotion"

    @api.depends("state")
    def _compute_promotion_stop(self):
        for action in self:
            if action.state != "promotion_stop":
                action.promotion_program_id = False
                action.promotion_stop_reason = False

    @api.model
    def _warning_depends(self):
        return [
            *super()._warning_depends(),
            "promotion_program_id",
            "promotion_stop_reason",
        ]

    def _get_warning_messages(self):
        warnings = super()._get_warning_messages()
        if self.state != "promotion_stop":
            return warnings
        if not self.promotion_stop_reason:
            warnings.append(self.env._("Say why the promotion is stopped."))
        if not self.promotion_program_id and not self._leads_to_promotions():
            warnings.append(
                self.env._(
                    "%(model)s has no promotion. Choose the one to stop.",
                    model=self.model_id.name,
                )
            )
        return warnings

    def _leads_to_promotions(self):
        name = self.model_id.model
        if not name or name == "loyalty.program":
            return True
        field = self.env[name]._fields.get("program_id")
        return bool(field and field.comodel_name == "loyalty.program")

    def _run_action_promotion_stop_multi(self, eval_context=None):
        context = eval_context or {}
        records = context.get("records") or context.get("record")
        programs = self.promotion_program_id
        if not programs and records:
            ours = records._name == "loyalty.program"
            programs = records if ours else records.program_id
        programs.filtered("is_promotion").stop_promotions(self.promotion_stop_reason)
