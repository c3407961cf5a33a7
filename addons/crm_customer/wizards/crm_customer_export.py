import tempfile
from ast import literal_eval
from base64 import b64encode
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.queue_job.job import identity_exact

from ..tools import headings
from ..tools.spreadsheet_write import write_csv, write_xlsx
from ..tools.text import join_names

#: Up to this many customers the file comes at once; more are written by a job.
AT_ONCE = 5000
CHUNK = 2000
#: Days in which a file that a job has written can be fetched.
KEPT_DAYS = 7
#: Column key -> how a customer is written; the rest are plain text fields.
TEXT_FIELDS = {
    "code": "ref",
    "name": "name",
    "phone": "phone",
    "email": "email",
    "street": "street",
    "company_name": "company_name",
    "vat": "vat",
    "website": "website",
}
NAMED_FIELDS = {
    "source": "source_id",
    "position": "position_id",
    "country": "country_id",
}
DATE_FIELDS = {"birthdate": "birthdate", "member_since": "member_since"}


class CrmCustomerExport(models.TransientModel):
    """Writes customers into a file that the import takes back unchanged."""

    _name = "crm.customer.export"
    _description = "Customer Export"

    file_type = fields.Selection(
        [("xlsx", "Excel (.xlsx)"), ("csv", "CSV")], default="xlsx", required=True
    )
    domain = fields.Char(default="[]", required=True)
    customer_count = fields.Integer(compute="_compute_customer_count")
    file = fields.Binary(attachment=True, readonly=True)
    file_name = fields.Char(readonly=True)

    def _compute_customer_count(self):
        for export in self:
            export.customer_count = self.env["res.partner"].search_count(
                export._domain()
            )

    def _domain(self):
        return Domain(literal_eval(self.domain)) & Domain("is_customer", "=", True)

    def action_export(self):
        """Write the file at once, or in the background when it is large.

        :raise AccessError: without the right to export.
        """
        self.ensure_one()
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(
                self.env._("You don't have the right to export customers.")
            )
        if self.customer_count > AT_ONCE:
            self.with_delay(
                description=self.env._("Export of customers"),
                identity_key=identity_exact,
            )._job_export()
            return self._notification()
        self._write_file()
        return self._download()

    def _download(self):
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.file_name}"
            "?download=true",
            "target": "download",
        }

    def _notification(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The file is being written. You get a message with a link when it "
                    "is ready."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _job_export(self):
        """Job: write the file and send its user a link."""
        self._write_file()
        # Of no record, which will be gone soon: only its creator can read it.
        attachment = self.env["ir.attachment"].create(
            {"name": self.file_name, "datas": self.file, "res_model": self._name}
        )
        self.env.user.partner_id.message_notify(
            partner_ids=self.env.user.partner_id.ids,
            subject=self.env._("Your export of customers"),
            body=self.env._(
                "%(count)s customers. Fetch the file within %(days)s days.",
                count=self.customer_count,
                days=KEPT_DAYS,
            ),
            attachment_ids=attachment.ids,
        )

    @api.autovacuum
    def _gc_files(self):
        """Files with all customers don't lie about for ever."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        old = [
            ("res_model", "=", self._name),
            ("res_field", "=", False),
            ("create_date", "<", limit),
        ]
        self.env["ir.attachment"].sudo().search(old).unlink()

    def _write_file(self):
        vietnamese = (self.env.lang or "").startswith("vi")
        columns = [column for column in headings.COLUMNS if column.key != "district"]
        titles = [
            column.vietnamese if vietnamese else column.heading for column in columns
        ]
        write = write_xlsx if self.file_type == "xlsx" else write_csv
        keys = [column.key for column in columns]
        with tempfile.TemporaryFile() as output:
            write(output, titles, self._rows(keys))
            output.seek(0)
            name = self.env._("Customers")
            today = fields.Date.context_today(self)
            self.write(
                {
                    "file": b64encode(output.read()),
                    "file_name": f"{name} {today:%Y-%m-%d}.{self.file_type}",
                }
            )

    def _rows(self, keys):
        """The customers as rows of text, page by page of bounded memory."""
        Partner = self.env["res.partner"].with_context(active_test=False)
        domain, last = self._domain(), 0
        if not any(
            condition.field_expr == "active" for condition in domain.iter_conditions()
        ):
            domain &= Domain("active", "=", True)
        while customers := Partner.search(
            domain & Domain("id", ">", last), order="id", limit=CHUNK
        ):
            for customer in customers:
                yield [self._cell(customer, key) for key in keys]
            last = customers[-1].id
            customers.invalidate_recordset()

    def _cell(self, customer, key):
        if key in TEXT_FIELDS:
            return customer[TEXT_FIELDS[key]] or ""
        if key in NAMED_FIELDS:
            return customer[NAMED_FIELDS[key]].name or ""
        if key in DATE_FIELDS:
            day = customer[DATE_FIELDS[key]]
            return day.strftime("%d/%m/%Y") if day else ""
        return getattr(self, f"_cell_{key}")(customer)

    def _cell_gender(self, customer):
        labels = dict(customer._fields["gender"]._description_selection(self.env))
        return labels.get(customer.gender, "")

    def _cell_is_company(self, customer):
        return self.env._("Company") if customer.is_company else self.env._("Person")

    def _cell_ward(self, customer):
        if self._is_foreign(customer):
            return customer.street2 or ""
        return customer.city_id.name or customer.city or ""

    def _cell_province(self, customer):
        if self._is_foreign(customer):
            return customer.city or ""
        return customer.state_id.name or ""

    def _is_foreign(self, customer):
        """As the import judges: it puts foreign addresses into other fields."""
        home = self.env.company.country_id or self.env.ref("base.vn")
        return bool(customer.country_id) and customer.country_id != home

    def _cell_tags(self, customer):
        return join_names(customer.category_id.mapped("name"))

    def _cell_owner(self, customer):
        return customer.user_id.sudo().login or ""  # perhaps of another company

    def _cell_note(self, customer):
        return self.env["crm.customer.import.writer"]._note(customer.comment)
