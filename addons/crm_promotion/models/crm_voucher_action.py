from odoo import api, fields, models


class CrmVoucherAction(models.AbstractModel):
    """ "Issue voucher" as a type of action. Part of ``ir.actions.server``.

    It runs on customers and on what has a ``partner_id``: an order, an invoice, the
    line that says that a customer joined a group, another voucher.
    """

    _name = "crm.voucher.action"
    _description = "Action: Issue Voucher"

    voucher_once = fields.Boolean(
        string="One Voucher per Record",
        default=True,
        help="However often the action runs, a record brings one voucher.",
    )

    def _name_depends(self):
        return [*super()._name_depends(), "voucher_program_id"]

    def _generate_action_name(self):
        self.ensure_one()
        if self.state == "voucher_issue" and self.voucher_program_id:
            kind = dict(self._fields["state"]._description_selection(self.env))
            return f"{kind[self.state]}: {self.voucher_program_id.name}"
        return super()._generate_action_name()

    @api.depends("state")
    def _compute_available_model_ids(self):
        """Override of `base`: models that lead to a customer."""
        of_vouchers = self.filtered(lambda action: action.state == "voucher_issue")
        result = super(
            CrmVoucherAction, self - of_vouchers
        )._compute_available_model_ids()
        if of_vouchers:
            of_vouchers.available_model_ids = self._models_with_customers()
        return result

    @api.depends("state")
    def _compute_voucher_program_id(self):
        """Settings of another type of action are forgotten, as Odoo's own are."""
        self.filtered(
            lambda action: action.state != "voucher_issue"
        ).voucher_program_id = False

    @api.model
    def _warning_depends(self):
        return [*super()._warning_depends(), "voucher_program_id"]

    def _get_warning_messages(self):
        warnings = super()._get_warning_messages()
        if self.state == "voucher_issue" and not self.voucher_program_id:
            warnings.append(self.env._("Choose the voucher program."))
        return warnings

    def _run_action_voucher_issue_multi(self, eval_context=None):
        """A voucher for each customer whom the records are, or belong to."""
        program = self.voucher_program_id.sudo()
        if not self.voucher_once:
            for customers in self._customers_of(eval_context):
                program._issue_vouchers(customers)
            return
        context = eval_context or {}
        owners = {}
        for record in context.get("records") or context.get("record") or ():
            partner = record if record._name == "res.partner" else record.partner_id
            owner = partner.commercial_partner_id
            if owner.is_customer:
                owners[f"action:{self.id}:{record._name}:{record.id}"] = owner.id
        if owners:
            program._issue_by_cause(owners)
