from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _next_many(self, code, count):
        """Draw several numbers of a sequence at once.

        :param str code: code of the sequence.
        :param int count: how many numbers.
        :return: the numbers as the sequence writes them, rising.
        :rtype: list[str]
        """
        sequence = self.search(
            [("code", "=", code), ("company_id", "in", [self.env.company.id, False])],
            order="company_id",
            limit=1,
        )
        if not sequence:
            raise UserError(
                self.env._(
                    "The sequence of customer codes (%(code)s) is missing or archived. "
                    "Ask an administrator to restore it.",
                    code=code,
                )
            )
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence.next_by_id() for _number in range(count)]
        name = f"ir_sequence_{sequence.id:03d}"
        rows = self.env.execute_query(
            SQL("SELECT nextval(%s) FROM generate_series(1, %s)", name, count)
        )
        prefix, suffix = sequence._get_prefix_suffix()
        return [f"{prefix}{number:0{sequence.padding}d}{suffix}" for (number,) in rows]
