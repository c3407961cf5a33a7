from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_interaction import CHANNELS


class CrmInteractionResult(models.Model):
    """What came of an interaction: reached, busy, call back …

    The shop keeps its own list. One that was used can be archived, not deleted.
    """

    _name = "crm.interaction.result"
    _description = "Result of an Interaction"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="By this word a switchboard names the result."
    )
    channel = fields.Selection(CHANNELS, required=True, default="call")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    reached = fields.Boolean(
        help="The customer was spoken to. Reports show the share of such calls."
    )
    call_back = fields.Boolean(
        string="Ask When to Call Back",
        help="Logging this result asks for a date and plans a call for it.",
    )

    _code_uniq = models.UniqueIndex(
        "(channel, lower(code))", "Another result of this channel has that code."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = (
            self.env["crm.interaction"]
            .sudo()
            ._read_group([("result_id", "in", self.ids)], ["result_id"])
        )
        if used:
            raise UserError(
                self.env._(
                    "These results were used: %(names)s. Archive them instead.",
                    names=", ".join(result.display_name for (result,) in used),
                )
            )
