import io
import json
from base64 import b64decode, b64encode
from hashlib import sha256

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.crm_customer.import_messages import sentence
from odoo.addons.crm_customer.tools.spreadsheet import open_upload
from odoo.addons.crm_customer.tools.spreadsheet_write import (
    XLSX_CELL_LENGTH,
    write_xlsx,
)
from odoo.addons.crm_customer.tools.text import cell_text
from odoo.addons.crm_customer.tools.verdict import SpreadsheetError

from ..tools.adjustments import is_complete, match_columns, read_wish

MOST_ROWS = 50_000


class CrmLoyaltyAdjustmentStage(models.AbstractModel):
    """From a choice or a file to judged rows. Part of ``crm.loyalty.adjustment``."""

    _name = "crm.loyalty.adjustment.stage"
    _description = "Rows of a Bulk Adjustment"

    def _stage_rows(self):
        """Write the rows anew and judge them: a few statements for any number."""
        self._forget_rows()
        self.env.flush_all()
        if self.source == "file":
            self._stage_file()
            self._find_customers()
            self._refuse_repeated()
        else:
            self._stage_customers()
        self._refuse_short()
        self.env["crm.loyalty.adjustment.row"].invalidate_model()
        self.invalidate_recordset()
        self._write_rejected_file()

    def _forget_rows(self):
        self.env.cr.execute(
            SQL(
                "DELETE FROM crm_loyalty_adjustment_row WHERE adjustment_id = %s",
                self.id,
            )
        )
        self.env["crm.loyalty.adjustment.row"].invalidate_model()
        self.invalidate_recordset()

    def _stage_customers(self):
        if self.source == "group":
            if not self.group_id:
                raise UserError(self.env._("Choose the customer group."))
            members = [("customer_group_ids", "in", self.group_id.ids)]
            chosen = self.env["res.partner"].search(members)
        else:
            chosen = self.partner_ids
        companies = (False, *self._customer_company_ids())
        owners = chosen.commercial_partner_id.filtered(
            lambda owner: owner.is_customer and owner.company_id.id in companies
        )
        if not owners:
            raise UserError(self.env._("Choose at least one customer."))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_loyalty_adjustment_row
                    (adjustment_id, number, partner_id, code, points, reason, state)
                SELECT %s, ROW_NUMBER() OVER (ORDER BY id), id, ref, %s, %s, 'ready'
                  FROM res_partner WHERE id = ANY(%s)
                """,
                self.id,
                self.points,
                self.reason.strip(),
                owners.ids,
            )
        )

    def _stage_file(self):
        if not self.file:
            raise UserError(self.env._("Choose an Excel (.xlsx) or CSV file first."))
        content = b64decode(self.with_context(bin_size=False).file)
        try:
            titles, rows = self._read_file(content)
        except SpreadsheetError as refusal:
            text = sentence(self.env, refusal.code, refusal.params)
            raise UserError(text) from refusal
        self.headings = titles
        said = json.dumps([row[3:7] for row in rows]).encode()
        self.file_hash = sha256(said).hexdigest()
        self.flush_recordset()
        self.env.cr.execute_values(
            """
            INSERT INTO crm_loyalty_adjustment_row
                (adjustment_id, number, cells, code, phone, points, reason, state,
                 problem)
            VALUES %s
            """,
            rows,
            page_size=1000,
        )

    def _read_file(self, content):
        """:return: the headings, and the rows as they are inserted."""
        region = self.company_id.country_id.code or "VN"
        with open_upload(content, self.file_name or "", rows=MOST_ROWS) as table:
            columns = match_columns(table.headings)
            if not is_complete(columns):
                raise UserError(
                    self.env._(
                        "The file needs a column “Customer code” or “Phone”, and "
                        "a column “Points”."
                    )
                )
            rows = [
                self._row_of(number, values, read_wish(values, columns, region))
                for number, values in table.rows()
            ]
            return table.headings, rows

    def _row_of(self, number, values, wish):
        reason = wish.reason or (self.reason or "").strip()
        problem = wish.problem or ("" if reason else "reason")
        cells = [cell_text(getattr(value, "code", value)) for value in values]
        return (
            self.id,
            number,
            json.dumps(cells, ensure_ascii=False),
            wish.code or None,
            wish.phone or None,
            wish.points,
            reason or None,
            "rejected" if problem else "ready",
            problem or None,
        )

    def _customer_company_ids(self):
        """Whose customers a company may serve: its own, and those of the chain."""
        return self.company_id.sudo().parent_ids.ids

    def _find_customers(self):
        """By code, else by phone; customers of other companies are nobody's here."""
        for column, found in (("code", SQL("p.ref")), ("phone", _PHONE)):
            self.env.cr.execute(
                SQL(
                    """
                    WITH known AS (
                        SELECT r.id, MIN(owner.id) AS partner,
                               COUNT(DISTINCT owner.id) AS number
                          FROM crm_loyalty_adjustment_row r
                          JOIN res_partner p ON %(found)s = r.%(column)s
                          JOIN res_partner owner ON owner.id = p.commercial_partner_id
                         WHERE r.adjustment_id = %(owner)s AND r.state = 'ready'
                           AND r.partner_id IS NULL AND p.active
                           AND (%(column_name)s = 'code' OR r.code IS NULL)
                           AND owner.is_customer
                           AND (owner.company_id IS NULL
                                OR owner.company_id = ANY (%(companies)s))
                         GROUP BY r.id
                    )
                    UPDATE crm_loyalty_adjustment_row AS r
                       SET partner_id = CASE WHEN known.number = 1
                                             THEN known.partner END,
                           problem = CASE WHEN known.number > 1 THEN 'several' END,
                           state = CASE WHEN known.number > 1 THEN 'rejected'
                                        ELSE r.state END
                      FROM known WHERE known.id = r.id
                    """,
                    found=found,
                    column=SQL.identifier(column),
                    column_name=column,
                    owner=self.id,
                    companies=self._customer_company_ids(),
                )
            )
        self._refuse(SQL("r.partner_id IS NULL"), "unknown")

    def _refuse_repeated(self):
        """Of several rows for one customer the first one counts."""
        self._refuse(
            SQL(
                """
                EXISTS (SELECT FROM crm_loyalty_adjustment_row s
                         WHERE s.adjustment_id = r.adjustment_id AND s.state = 'ready'
                           AND s.partner_id = r.partner_id AND s.number < r.number)
                """
            ),
            "repeated",
        )

    def _refuse_short(self):
        """Taking more than can be used would leave a debt that nobody wanted."""
        Row = self.env["crm.loyalty.adjustment.row"]
        Row.invalidate_model()
        taking = Row.search(
            [
                ("adjustment_id", "=", self.id),
                ("state", "=", "ready"),
                ("points", "<", 0),
            ]
        )
        if taking:
            short = self._rows_short(taking)
            self._refuse(SQL("r.id = ANY(%s)", short.ids), "short")

    def _rows_short(self, rows):
        """Those that would take more points than the customer can use."""
        Card = self.env["loyalty.card"]
        accounts = Card._find_accounts(self.program_id, rows.partner_id)
        usable = Card.union(*accounts.values())._read_usable_lots()
        return rows.filtered(
            lambda row: (
                usable.get(accounts.get(row.partner_id, Card).id, (0,))[0] < -row.points
            )
        )

    def _refuse(self, condition, problem):
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_loyalty_adjustment_row AS r
                   SET state = 'rejected', problem = %s
                 WHERE r.adjustment_id = %s AND r.state = 'ready' AND %s
                """,
                problem,
                self.id,
                condition,
            )
        )

    def _rejected_xlsx(self):
        """The refused rows with the same columns, their number and the reason."""
        rows = self.env[self._rows_model].search(self._rows_domain("rejected"))
        if not rows or self.source != "file":
            return False
        titles = [*self.headings, self.env._("Row"), self.env._("Reason")]
        width, output = len(self.headings), io.BytesIO()
        write_xlsx(output, titles, (_refused_line(row, width) for row in rows))
        return b64encode(output.getvalue())


def _refused_line(row, width):
    cells = (row.cells + [""] * width)[:width]
    # A cell of a CSV file may be longer than one of Excel.
    cells = [cell[:XLSX_CELL_LENGTH] for cell in cells]
    return [*cells, str(row.number), row.remark or ""]


_PHONE = SQL("p.phone_sanitized")
