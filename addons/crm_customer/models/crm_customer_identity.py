from odoo import api, models

from ..tools import text


class CrmCustomerIdentity(models.AbstractModel):
    """What tells a customer from all others: its code.

    Part of ``res.partner``, which has the field and the unique index: it holds also
    when two people save at once.
    """

    _name = "crm.customer.identity"
    _description = "Code of a Customer"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(
            [self._without_blank_code(vals) for vals in vals_list]
        )
        partners._give_codes()
        return partners

    def write(self, vals):
        result = super().write(self._without_blank_code(vals))
        if vals.get("is_customer") or vals.get("parent_id") is False or "ref" in vals:
            self._give_codes()
        return result

    @api.model
    def _without_blank_code(self, vals):
        if "ref" not in vals:
            return vals
        return vals | {"ref": text.clean(vals["ref"] or "") or False}

    def _give_codes(self):
        """Give the next code to each customer that has none."""
        without = self.filtered(
            lambda p: p.is_customer and not p.parent_id and not p.ref
        )
        for partner, code in zip(without, self._next_codes(len(without)), strict=True):
            partner.ref = code

    @api.model
    def _next_codes(self, count):
        """Draw unused codes from the sequence ``crm.customer.code`` in one query.

        Codes that were given by hand or by an import are passed over.

        :param int count: how many codes are needed.
        :rtype: list[str]
        """
        codes = []
        while len(codes) < count:
            drawn = (
                self.env["ir.sequence"]
                .sudo()
                ._next_many("crm.customer.code", count - len(codes))
            )
            taken = (
                self.sudo()
                .with_context(active_test=False)
                .search_fetch([("ref", "in", drawn)], ["ref"])
            )
            codes += sorted(set(drawn) - set(taken.mapped("ref")))
        return codes

    # ------------------------------------------------------------------ messages

    @api.model
    def _taken_code_message(self, diag):
        """The sentence for a clash on the unique index of ``ref``.

        :param diag: psycopg2's diagnostics; its detail carries the value.
        """
        # Key (ref, COALESCE(company_id, 0))=(VIP, 1, 0) already exists.
        values = (diag.message_detail or "").partition(")=(")[2].rpartition(")")[0]
        code, _comma, company_id = values.rpartition(", ")
        domain = [
            ("ref", "=", code),
            ("parent_id", "=", False),
            ("company_id", "=", int(company_id or 0) or False),
        ]
        other = self.with_context(active_test=False).search(domain, limit=1)
        return self.env._(
            "The code %(code)s belongs to %(customer)s already. Choose another code, "
            "or leave it empty to get the next one.",
            code=code,
            customer=other.display_name if other else self.env._("another customer"),
        )
