import io
from base64 import b64decode, b64encode

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_customer.import_messages import sentence
from odoo.addons.crm_customer.tools.spreadsheet import open_upload
from odoo.addons.crm_customer.tools.spreadsheet_write import write_xlsx
from odoo.addons.crm_customer.tools.verdict import SpreadsheetError

from ..tools.printed_codes import LONGEST, SHORTEST, code_column, judge_codes

#: Rows that a file may have.
MOST_ROWS = 200_000


class CrmVoucherImport(models.TransientModel):
    """Codes that were printed elsewhere become vouchers.

    Good rows are kept, bad ones come back as a file with the reason.
    """

    _name = "crm.voucher.import"
    _description = "Import Printed Vouchers"

    program_id = fields.Many2one(
        "loyalty.program",
        required=True,
        domain=[("is_promotion", "=", True), ("program_type", "=", "coupons")],
    )
    expiration_date = fields.Date(string="Valid until", required=True)
    file = fields.Binary(required=True)
    file_name = fields.Char()
    batch_id = fields.Many2one("crm.voucher.batch", readonly=True)
    good_count = fields.Integer(string="Imported", readonly=True)
    bad_count = fields.Integer(string="Refused", readonly=True)
    bad_file = fields.Binary(string="Refused Rows", readonly=True)
    bad_file_name = fields.Char(readonly=True)

    def action_import(self):
        """Import the column whose heading says that it has the codes, once."""
        self.ensure_one()
        self.env["crm.voucher.batch"].check_access("create")
        if not self.batch_id:
            self._import_file()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Import Printed Vouchers"),
        }

    def _import_file(self):
        batch = self.env["crm.voucher.batch"].create(
            {
                "name": self.file_name,
                "program_id": self.program_id.id,
                "kind": "printed",
                "expiration_date": self.expiration_date,
            }
        )
        batch._check_before_issue()
        heading, cells = self._read_cells()
        good, bad = judge_codes(cells)
        rows = (
            self.env["loyalty.card"]
            .sudo()
            ._insert_codes(
                self.program_id.sudo(),
                [(code, None) for _number, code in good],
                expires_on=batch.expiration_date,
                batch=batch,
            )
        )
        batch.invalidate_recordset(["card_ids"], flush=False)
        new = {code for _card, _owner, code in rows}
        bad += [(number, code, "taken") for number, code in good if code not in new]
        batch.write(
            {"state": "done", "planned_count": len(new), "issued_count": len(new)}
        )
        self.write(
            {
                "batch_id": batch.id,
                "good_count": len(new),
                # The program may end earlier than was asked for.
                "expiration_date": batch.expiration_date,
            }
        )
        self._keep_bad(heading, sorted(bad))

    def _read_cells(self):
        """The heading of the codes, and pairs of a row's number and its code.

        :raise UserError: the file can't be read, or doesn't say where its codes are.
        """
        content = b64decode(self.with_context(bin_size=False).file)
        try:
            with open_upload(content, self.file_name or "", rows=MOST_ROWS) as table:
                column = self._column(table.headings)
                cells = [(row.number, row.values[column]) for row in table.rows()]
                return table.headings[column], cells
        except SpreadsheetError as error:
            raise UserError(sentence(self.env, error.code, error.params)) from error

    def _column(self, headings):
        """Where the codes are. A first row without heading would lose its code."""
        place = code_column(headings)
        if place is None:
            raise UserError(
                self.env._(
                    "No column of the file has the heading “Voucher code” or “Code”. "
                    "Write it above the codes, in the first row, and choose the file "
                    "again."
                )
            )
        return place

    def _keep_bad(self, heading, bad):
        if not bad:
            return
        reasons = {
            "empty": self.env._("There is no code."),
            "short": self.env._("A code has %s characters or more.", SHORTEST),
            "long": self.env._("A code has at most %s characters.", LONGEST),
            "changed": self.env._(
                "Excel took this code for a number or a date and changed it: format "
                "the column as text and type the code again."
            ),
            "broken": self.env._(
                "The formula of this cell has no result: type the code itself."
            ),
            "letters": self.env._(
                "A code has only letters without accents, digits and hyphens."
            ),
            "twice": self.env._("The code is twice in this file."),
            "taken": self.env._("This code exists already."),
        }
        output = io.BytesIO()
        write_xlsx(
            output,
            [heading, self.env._("Row"), self.env._("Reason")],
            [(code, str(number), reasons[word]) for number, code, word in bad],
        )
        self.write(
            {
                "bad_count": len(bad),
                "bad_file": b64encode(output.getvalue()),
                "bad_file_name": self.env._("refused codes.xlsx"),
            }
        )

    def action_open_batch(self):
        self.ensure_one()
        return self.batch_id.action_open_vouchers()
