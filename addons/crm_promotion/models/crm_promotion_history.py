from odoo import fields, models

#: Set while the program tells what becomes of its levels.
TOLD = "crm_promotion_told"


class CrmPromotionHistory(models.AbstractModel):
    """What was done to a promotion, by whom. Part of ``loyalty.program``."""

    _name = "crm.promotion.history"
    _description = "History of a Promotion"

    promotion_change_ids = fields.One2many(
        "crm.promotion.change", "program_id", string="History", readonly=True
    )

    def write(self, vals):
        """Override of `loyalty`: changes of what runs are kept, with who made them."""
        running = self.filtered(lambda program: program.promotion_state == "running")
        names = running._told_fields(vals)
        before = running._tell(names)
        told = self
        if "reward_ids" in names:
            told = self.with_context(**{TOLD: True})
        result = super(CrmPromotionHistory, told).write(vals)
        running._log_differences(before, names)
        return result

    def _told_fields(self, vals):
        """Fields whose change is told; what has words of its own isn't."""
        own = {"promotion_state", "started_on", "stopped_on", "stop_reason"}
        return [
            name
            for name in vals
            if name not in own and self._fields[name].string and self
        ]

    def _tell(self, names):
        """Program id -> field -> its value in words."""
        return {
            program.id: {name: program._tell_value(name) for name in names}
            for program in self
        }

    def _tell_value(self, name):
        field, value = self._fields[name], self[name]
        if name == "reward_ids":
            return "; ".join(_tell_level(level) for level in value.sorted("id"))
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "monetary":
            return self.currency_id.format(value)
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        return str(value) if value or value == 0 and value is not False else ""

    def _log_differences(self, before, names):
        rows = []
        for program in self:
            after = program._tell(names)[program.id]
            rows += [
                {
                    "program_id": program.id,
                    "kind": "changed",
                    "field_name": name,
                    "old_value": before[program.id][name],
                    "new_value": after[name],
                }
                for name in names
                if before[program.id][name] != after[name]
            ]
        self.env["crm.promotion.change"].sudo().create(rows)

    def _log_change(self, kind, reason=None):
        self.env["crm.promotion.change"].sudo().create(
            [
                {"program_id": program.id, "kind": kind, "reason": reason}
                for program in self
            ]
        )


def _tell_level(level):
    threshold = level.min_amount or level.min_quantity
    return (
        f"{level.description} (≥ {threshold:,.0f})"
        if threshold
        else (level.description or "")
    )
