from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from odoo.addons.queue_job.job import identity_exact

from ..sql import among
from .crm_customer_refresh import looking_again

#: Columns that are counted, in the order of ``_counted``.
FIGURES = (
    "order_count",
    "amount_total",
    "first_order_date",
    "last_order_date",
    "average_basket",
    "return_count",
    "return_amount",
    "debt",
)


class CrmCustomerStat(models.Model):
    """What a customer has bought from a company, given back, and owes.

    - Orders: confirmed sales orders, by ``date_order``; amounts with taxes in the
      company's currency at the rate of the order.
    - Returns: posted credit notes, as positive amounts.
    - Debt: what is open on receivable accounts in posted entries, as Odoo's "Total
      Receivable" of one company; negative when the company owes the customer.

    Contact persons and delivery addresses count for the customer they belong to. There
    is a row only where there is something to count. Rows are written by one statement,
    never by hand, and only those that change.
    """

    _name = "crm.customer.stat"
    _inherit = ["crm.customer.stat.automation"]
    _description = "Customer Statistics"
    _customer_field = "partner_id"
    _log_access = False
    _order = "last_order_date DESC, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    order_count = fields.Integer(
        string="Orders", readonly=True, help="Number of confirmed orders."
    )
    amount_total = fields.Monetary(
        string="Amount Bought",
        readonly=True,
        help="Of confirmed orders, with taxes, in the company's currency at the rate "
        "of the order. Returns are not deducted.",
    )
    first_order_date = fields.Datetime(string="First Purchase", readonly=True)
    last_order_date = fields.Datetime(string="Last Purchase", readonly=True)
    average_basket = fields.Monetary(
        readonly=True, aggregator="avg", help="Amount bought, divided by the orders."
    )
    return_count = fields.Integer(
        string="Returns", readonly=True, help="Number of posted credit notes."
    )
    return_amount = fields.Monetary(
        string="Amount Returned", readonly=True, help="Of posted credit notes."
    )
    debt = fields.Monetary(
        readonly=True,
        help="What the customer has still to pay of posted invoices. Negative when "
        "the shop owes the customer.",
    )
    owner_id = fields.Many2one(related="partner_id.user_id", string="Owner")
    source_id = fields.Many2one(related="partner_id.source_id")
    state_id = fields.Many2one(related="partner_id.state_id", string="Province")
    gender = fields.Selection(related="partner_id.gender")
    member_since = fields.Date(related="partner_id.member_since")

    # Not a unique index: the merging of contacts knows constraints only.
    _partner_company_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id)", "A customer has one row for each company."
    )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Override of `base`: an average basket is that of the orders of a group."""
        if aggregate_spec == "average_basket:avg":
            return average_of(
                self._field_to_sql(self._table, "amount_total", query),
                self._field_to_sql(self._table, "order_count", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    def action_open_customer(self):
        """Open the customer whose figures these are."""
        self.ensure_one()
        return self.partner_id._get_records_action()

    # ------------------------------------------------------------------- counting

    @api.model
    def _cron_refresh(self):
        """Every night all figures are counted anew, in case a change was missed.

        After them all groups, which look at figures and at the calendar: the night
        begins shortly after midnight, so that who has a birthday is found early.
        """
        everything = self.env(user=SUPERUSER_ID, context={})[self._name]
        everything.with_delay(identity_key=identity_exact)._job_refresh_all()

    @api.model
    def _job_refresh_all(self):
        """Count the figures of all customers anew, then the members of groups."""
        with looking_again(self.env):
            rows = self._refresh()
        self.env["crm.customer.group"]._rebuild_all()
        return rows

    @api.model
    def _refresh(self, customer_ids=None):
        """Bring the rows up to date in one statement.

        Rows that are right stay untouched, in the database too: they are compared
        before they are written (``ON CONFLICT … WHERE`` would lock each of them and use
        up a number of the sequence).

        :param customer_ids: main contacts; all when None. Claim some with
            ``crm.customer.revision`` first. When all are refreshed, those whose rows
            change are claimed by this statement: that is enough, because whoever has
            computed one of them from a later state has claimed it, too.
        :return: number of rows that were written or removed.
        """
        if customer_ids is not None and self._is_listened_to():
            heard = self.sudo()._refresh_heard(customer_ids, FIGURES)
            if heard is not None:
                return heard
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH counted AS MATERIALIZED (%(counted)s),
                stored AS (SELECT * FROM crm_customer_stat WHERE %(among)s),
                changed AS MATERIALIZED (
                    SELECT counted.*
                      FROM counted
                      LEFT JOIN stored USING (partner_id, company_id)
                     WHERE stored.id IS NULL OR %(differs)s
                ),
                gone AS MATERIALIZED (
                    SELECT stored.id, partner_id
                      FROM stored
                      LEFT JOIN counted USING (partner_id, company_id)
                     WHERE counted.order_count IS NULL
                ),
                claimed AS (
                    INSERT INTO crm_customer_revision AS r (partner_id, number)
                    SELECT partner_id, 1
                      FROM (SELECT partner_id FROM changed
                            UNION SELECT partner_id FROM gone) AS touched
                     WHERE %(claim)s
                     ORDER BY partner_id
                        ON CONFLICT (partner_id) DO UPDATE SET number = r.number + 1
                ),
                removed AS (
                    DELETE FROM crm_customer_stat
                     WHERE id IN (SELECT id FROM gone)
                    RETURNING id
                ),
                written AS (
                    INSERT INTO crm_customer_stat AS s
                           (partner_id, company_id, %(figures)s)
                    SELECT partner_id, company_id, %(figures)s
                      FROM changed
                     ORDER BY partner_id, company_id
                        ON CONFLICT (partner_id, company_id)
                        DO UPDATE SET (%(figures)s) = ROW(%(excluded)s)
                    RETURNING id
                )
                SELECT (SELECT COUNT(*) FROM written) + (SELECT COUNT(*) FROM removed)
                """,
                counted=self._counted(customer_ids),
                among=among("partner_id", customer_ids),
                differs=differs("stored", "counted"),
                claim=customer_ids is None,
                figures=columns(),
                excluded=columns("excluded"),
            ),
            log_exceptions=False,  # meeting another job is no error: it is repeated
        )
        [(count,)] = self.env.cr.fetchall()
        self.invalidate_model()
        return count

    @api.model
    def _counted(self, customer_ids=None):
        """The rows as they have to be: counted from orders and accounts.

        :param customer_ids: main contacts; all when None.
        """
        return SQL(
            """
            WITH coin AS NOT MATERIALIZED (
                SELECT company.id AS company_id, currency.rounding
                  FROM res_company AS company
                  JOIN res_currency AS currency ON currency.id = company.currency_id
            ),
            bought AS (
                SELECT p.commercial_partner_id AS customer_id, o.company_id,
                       COUNT(*) AS orders,
                       SUM(CASE WHEN o.currency_rate NOT IN (0, 1)
                                THEN ROUND(o.amount_total / o.currency_rate
                                           / coin.rounding) * coin.rounding
                                ELSE o.amount_total END) AS amount,
                       MIN(o.date_order) AS first_date,
                       MAX(o.date_order) AS last_date
                  FROM sale_order AS o
                  JOIN res_partner AS p ON p.id = o.partner_id
                  JOIN coin ON coin.company_id = o.company_id
                 WHERE o.state = 'sale' AND %(among)s
                 GROUP BY 1, 2
            ),
            returned AS (
                SELECT p.commercial_partner_id AS customer_id, m.company_id,
                       COUNT(*) AS notes, -SUM(m.amount_total_signed) AS amount
                  FROM account_move AS m
                  JOIN res_partner AS p ON p.id = m.partner_id
                 WHERE m.move_type = 'out_refund' AND m.state = 'posted' AND %(among)s
                 GROUP BY 1, 2
            ),
            owed AS (
                SELECT p.commercial_partner_id AS customer_id, l.company_id,
                       SUM(l.amount_residual) AS amount
                  FROM account_move_line AS l
                  JOIN res_partner AS p ON p.id = l.partner_id
                  JOIN account_account AS a ON a.id = l.account_id
                 WHERE l.parent_state = 'posted'
                   AND l.reconciled IS NOT TRUE
                   AND a.account_type = 'asset_receivable'
                   AND %(among)s
                 GROUP BY 1, 2
                HAVING SUM(l.amount_residual) <> 0
            )
            SELECT customer_id AS partner_id,
                   company_id,
                   COALESCE(bought.orders, 0)::int AS order_count,
                   COALESCE(bought.amount, 0) AS amount_total,
                   bought.first_date AS first_order_date,
                   bought.last_date AS last_order_date,
                   COALESCE(ROUND(bought.amount / bought.orders / coin.rounding)
                            * coin.rounding, 0) AS average_basket,
                   COALESCE(returned.notes, 0)::int AS return_count,
                   COALESCE(returned.amount, 0) AS return_amount,
                   COALESCE(owed.amount, 0) AS debt
              FROM bought
              FULL JOIN returned USING (customer_id, company_id)
              FULL JOIN owed USING (customer_id, company_id)
              JOIN coin USING (company_id)
              JOIN (SELECT id AS customer_id FROM res_partner WHERE is_customer)
                   AS customers USING (customer_id)
            """,
            among=among("p.commercial_partner_id", customer_ids),
        )


def columns(table=None):
    """The names of the figures, with commas between."""
    prefix = (table,) if table else ()
    return SQL(", ").join(SQL.identifier(*prefix, name) for name in FIGURES)


def differs(left, right):
    """Whether two rows have other figures."""
    return SQL("(%s) IS DISTINCT FROM (%s)", columns(left), columns(right))


def average_of(amount, count):
    """The average of a group: that of its orders, not of its customers."""
    return SQL("SUM(%s) / NULLIF(SUM(%s), 0)", amount, count)
