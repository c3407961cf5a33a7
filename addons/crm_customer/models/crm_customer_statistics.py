from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .crm_customer_stat import FIGURES, average_of

USERS = "crm_customer.crm_customer_group_user"
PREFIX = "customer_"


def figure(field_class, name, string, **attributes):
    """A field of the customer that shows a figure of ``crm.customer.stat``."""
    return field_class(
        string=string,
        compute="_compute_customer_statistics",
        search=lambda self, operator, value: self._search_customer_statistic(
            f"{PREFIX}{name}", operator, value
        ),
        groups=USERS,
        **attributes,
    )


def money(name, string, **attributes):
    attributes["currency_field"] = "customer_currency_id"
    return figure(fields.Monetary, name, string, **attributes)


class CrmCustomerStatistics(models.AbstractModel):
    """What customers have bought, given back and owe: figures for the current company.

    Part of ``res.partner``. The fields aren't stored on the contact: they are read
    from ``crm.customer.stat``, in SQL too, so that lists are searched, sorted, grouped
    and summed by them as by any other field. Who has never bought counts as zero.
    Contact persons have no figures of their own.
    """

    _name = "crm.customer.statistics"
    _description = "Statistics on the Customer"

    customer_currency_id = fields.Many2one(
        "res.currency",
        string="Currency of Statistics",
        compute="_compute_customer_currency_id",
        groups=USERS,
    )
    customer_order_count = figure(
        fields.Integer, "order_count", "Orders", help="Number of confirmed orders."
    )
    customer_amount_total = money(
        "amount_total",
        "Amount Bought",
        help="Of confirmed orders, with taxes. Returns are not deducted.",
    )
    customer_first_order_date = figure(
        fields.Datetime, "first_order_date", "First Purchase"
    )
    customer_last_order_date = figure(
        fields.Datetime, "last_order_date", "Last Purchase"
    )
    customer_average_basket = money(
        "average_basket",
        "Average Basket",
        aggregator="avg",
        help="Amount bought, divided by the orders.",
    )
    customer_return_count = figure(
        fields.Integer, "return_count", "Returns", help="Number of posted credit notes."
    )
    customer_return_amount = money(
        "return_amount", "Amount Returned", help="Of posted credit notes."
    )
    customer_debt = money(
        "debt",
        "Debt",
        help="What the customer has still to pay of posted invoices. Negative when "
        "the shop owes the customer.",
    )

    customer_company_ids = fields.Many2many(
        "res.company",
        string="Companies of the Customer",
        compute="_compute_customer_company_ids",
        search="_search_customer_company_ids",
        groups=USERS,
        help="Where one may sell to the customer: its company, or all.",
    )

    @api.depends("company_id")
    @api.depends_context("allowed_company_ids")
    def _compute_customer_company_ids(self):
        for partner in self:
            partner.customer_company_ids = partner.company_id or self.env.companies

    @api.model
    def _search_customer_company_ids(self, operator, value):
        """A shared customer belongs to each company."""
        if operator != "in":
            return NotImplemented
        return Domain("company_id", "in", [*value, False])

    @api.depends_context("company")
    def _compute_customer_currency_id(self):
        self.customer_currency_id = self.env.company.currency_id

    @api.depends_context("company")
    def _compute_customer_statistics(self):
        rows = self.env["crm.customer.stat"].sudo()
        rows = rows.search_fetch(
            [
                ("partner_id", "in", self.ids),
                ("company_id", "=", self.env.company.id),
            ],
            ["partner_id", *FIGURES],
        )
        row_of = {row.partner_id.id: row for row in rows}
        for partner in self:
            row = row_of.get(partner._origin.id)
            for name in FIGURES:
                partner[PREFIX + name] = row[name] if row else False

    # ------------------------------------------------------------------ refreshing

    def _refresh_statistics(self):
        """Override of `crm.customer.refresh`."""
        self.env["crm.customer.stat"].sudo()._refresh(self.ids)
        self.invalidate_model([PREFIX + name for name in FIGURES])
        return super()._refresh_statistics()

    # -------------------------------------------------- searching, sorting, grouping

    @api.model
    def _search_customer_statistic(self, fname, operator, value):
        """Compare as any column; a number that isn't there is zero."""
        field = self._fields[fname]
        if operator not in ("in", "<", "<=", ">", ">="):
            return NotImplemented

        def to_sql(model, alias, query):
            return field.condition_to_sql(fname, operator, value, model, alias, query)

        return Domain.custom(to_sql=to_sql)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Override of `base`: figures come from the row of the current company."""
        name = field_expr.removeprefix(PREFIX)
        if name == field_expr or name not in (*FIGURES, "currency_id") or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        field = self._fields[field_expr]
        self._check_field_access(field, "read")
        company = self.env.company
        if name == "currency_id":
            return SQL("%s::int", company.currency_id.id)
        stat = query.make_alias(alias, "customer_stat")
        query.add_join(
            "LEFT JOIN",
            stat,
            "crm_customer_stat",
            SQL(
                "%s = %s AND %s = %s",
                SQL.identifier(stat, "partner_id"),
                SQL.identifier(alias, "id"),
                SQL.identifier(stat, "company_id"),
                company.id,
            ),
        )
        column = SQL.identifier(stat, name)
        if field.type == "datetime":
            return column
        return SQL("COALESCE(%s, 0)", column)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Override of `base`: who has never bought isn't the latest buyer."""
        if field_name in (f"{PREFIX}first_order_date", f"{PREFIX}last_order_date"):
            nulls = SQL("NULLS LAST") if direction.code == "DESC" else nulls
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def _read_group_select(self, aggregate_spec, query):
        """Override of `base`: an average basket is that of the orders of a group."""
        if aggregate_spec == f"{PREFIX}average_basket:avg":
            return average_of(
                self._field_to_sql(self._table, f"{PREFIX}amount_total", query),
                self._field_to_sql(self._table, f"{PREFIX}order_count", query),
            )
        return super()._read_group_select(aggregate_spec, query)
