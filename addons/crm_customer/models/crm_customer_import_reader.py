import csv
import io
import json
from base64 import b64encode
from contextlib import contextmanager
from datetime import date
from itertools import islice

from odoo import models
from odoo.tools import SQL

from ..tools import customer_row, headings, spreadsheet
from ..tools.spreadsheet_write import XLSX_CELL_LENGTH, write_xlsx
from ..tools.text import cell_text, clean_lines
from ..tools.verdict import SpreadsheetError

CHUNK_ROWS = 5000
_to_json = json.JSONEncoder(ensure_ascii=False).encode
COPIED = (
    *("import_id", "number", "state", "name", "code", "phone", "fingerprint"),
    *("cells", "vals", "problems", "notes"),
)
#: Lists whose missing names an import may create: column -> model.
GROWING = {
    "source": "utm.source",
    "tags": "res.partner.category",
    "position": "crm.contact.position",
}


class CrmCustomerImportReader(models.AbstractModel):
    """Turns a file into rows, and refused rows into a file, in bounded memory."""

    _name = "crm.customer.import.reader"
    _description = "Files of a Customer Import"

    def _read_columns(self, record):
        """Guess what the columns mean; a choice that the user made stays.

        :raise SpreadsheetError: when the file can't be read.
        """
        with record._local_file() as path, self._open(record, path) as table:
            record.sheet_names = ", ".join(table.sheets)
            record.sheet = table.sheet
            first = next(table.rows(), None)
            if [column.heading for column in record.column_ids] == table.headings:
                return
            keys = headings.match_headings(table.headings)
            record.column_ids.unlink()
            self.env["crm.customer.import.column"].create(
                [
                    {
                        "import_id": record.id,
                        "position": position,
                        "heading": heading,
                        "key": key,
                        "sample": _text(first.values[position]) if first else "",
                    }
                    for position, (heading, key) in enumerate(
                        zip(table.headings, keys, strict=True)
                    )
                ]
            )

    def _stage(self, record, *, limit=None, own_transactions=False):
        """Read the rows of the file, judge each by itself and store them.

        :param int limit: read no more than this many rows.
        :param bool own_transactions: commit each chunk on a cursor of its own, so that
            users see how far it is. A repeated call starts from the beginning, and
            Stop ends the reading.
        :raise SpreadsheetError: when the file turns out to be unreadable.
        """
        used = self._columns_used(record)
        with self._transaction(record, own_transactions) as there:
            if own_transactions and not there._is_turn("reading"):
                return
            there.env[self._name]._forget_rows(there)
        lookups = self._lookups(record, used)
        with record._local_file() as path, self._open(record, path) as table:
            rows = islice(table.rows(), limit)
            while chunk := list(islice(rows, CHUNK_ROWS)):
                judged, lookups = self._judge(record, used, chunk, lookups)
                with self._transaction(record, own_transactions) as there:
                    if own_transactions and not there._is_turn("reading"):
                        return  # stopped meanwhile
                    there.env[self._name]._store(there, chunk, judged)
        if own_transactions:
            self._analyse(record)

    def _analyse(self, record):
        with self._transaction(record, True) as there:
            # The planner knows nothing of the new rows yet and would join them by
            # comparing each with each. The JSON columns, the large ones, don't matter.
            there.env.cr.execute(
                """
                ANALYZE crm_customer_import_row
                    (import_id, number, state, code, phone, fingerprint, partner_id)
                """
            )

    @contextmanager
    def _transaction(self, record, own):
        """The import as seen by a transaction of its own, or by the current one."""
        if not own:
            yield record
            return
        with self.env.registry.cursor() as cr:
            yield record.with_env(record.env(cr=cr))

    def _columns_used(self, record):
        used = {
            column.key: column.position for column in record.column_ids if column.key
        }
        if not used.keys() & {"code", "name", "phone"}:
            raise SpreadsheetError("columns_unknown")
        return used

    def _forget_rows(self, record):
        """Remove the rows of an earlier reading."""
        self.env["crm.customer.import.row"].invalidate_model()
        record.invalidate_recordset(["row_ids"])
        self.env.cr.execute(
            SQL("DELETE FROM crm_customer_import_row WHERE import_id = %s", record.id)
        )

    def _store(self, record, chunk, judged):
        lines = io.StringIO()
        writer = csv.writer(lines)
        for (number, values), row in zip(chunk, judged, strict=True):
            writer.writerow(_line(record.id, number, values, row))
        lines.seek(0)
        columns = ", ".join(COPIED)
        self.env.cr.copy_expert(
            f"COPY crm_customer_import_row ({columns}) FROM STDIN WITH (FORMAT csv)",
            lines,
        )

    def _judge(self, record, used, chunk, lookups):
        """The verdicts on rows, each by itself, and the look-ups after them.

        In an import, beyond its preview, names that good rows need are created and
        these rows judged again; rows that are wrong anyway create none.
        """
        cells = [
            {key: values[position] for key, position in used.items()}
            for _number, values in chunk
        ]
        rows = [customer_row.read_row(of_row, lookups) for of_row in cells]
        if record.state != "reading":
            return rows, lookups
        needy = [
            index
            for index, row in enumerate(rows)
            if not row.problems and any(note["column"] in GROWING for note in row.notes)
        ]
        if needy:
            lookups = self._grow(record, used, [cells[index] for index in needy])
            for index in needy:
                rows[index] = customer_row.read_row(cells[index], lookups)
        return rows, lookups

    # --------------------------------------------------------------- refused rows

    def _rejected_xlsx(self, record):
        """A file of the refused rows: the same columns, then row number and reason.

        :return: base64 content, or False when no row was refused.
        """
        Row = self.env["crm.customer.import.row"]
        domain = record._rows_domain("rejected")
        if not Row.search_count(domain, limit=1):
            return False
        titles = [column.heading for column in record.column_ids]
        titles += [self.env._("Row"), self.env._("Reason")]
        output = io.BytesIO()
        write_xlsx(output, titles, self._rejected_rows(domain, len(record.column_ids)))
        return b64encode(output.getvalue())

    def _rejected_rows(self, domain, width):
        Row = self.env["crm.customer.import.row"]
        last = 0
        while rows := Row.search(
            [*domain, ("number", ">", last)], order="number", limit=CHUNK_ROWS
        ):
            for row in rows:
                cells = (row.cells + [""] * width)[:width]
                cells = [cell[:XLSX_CELL_LENGTH] for cell in cells]
                yield [*cells, str(row.number), row.reason or ""]
            last = rows[-1].number
            rows.invalidate_recordset()

    def _open(self, record, path):
        return spreadsheet.open_table(
            path, record.file_name or "", sheet=record.sheet or None
        )


def _line(import_id, number, values, row):
    """A row in the order of ``COPIED``, as PostgreSQL's CSV takes it (empty: NULL)."""
    return [
        import_id,
        number,
        "create",
        row.values.get("name"),
        row.code or None,
        row.phone or None,
        row.fingerprint or None,
        _to_json([_text(value) for value in values]),
        _to_json(row.values),
        _to_json(row.problems) if row.problems else None,
        _to_json(row.notes) if row.notes else None,
    ]


def _text(value):
    """A cell as text that an import reads again as the same value."""
    if isinstance(value, str):
        return clean_lines(value)
    if isinstance(value, spreadsheet.CellError):
        return value.params.get("error", "")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return clean_lines(cell_text(value))
