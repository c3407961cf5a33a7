from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Customers that the form shows of those who match.
PREVIEW = 8


class CrmCustomerGroupEngine(models.AbstractModel):
    """Makes the members of groups what the definitions say, by one statement.

    Part of ``crm.customer.group``. Two kinds of jobs write members: of some customers
    in all groups (a customer or an order changed), and of a group with all customers
    (its definition or the calendar changed). What makes them exact side by side:

    - Both hold the groups' rows still (``FOR SHARE``). A definition is changed only
      when nobody is computing with it, and who has read a former one fails and is
      repeated. The job that follows the change therefore sees all that was written by
      the former definition.
    - Both write the revision of a customer before (or with) its membership, so that
      two jobs which saw different states of a customer can't both succeed. A rebuild
      does so for the customers whose membership it changes: where it finds nothing to
      change it can't do harm. Who is put into a group by hand, or out of it, is a fact
      of the customer like any other: it doesn't change the group's row.
    """

    _name = "crm.customer.group.engine"
    _description = "Computation of Customer Groups"

    # ------------------------------------------------------------------ definition

    def _customers(self):
        """Customers as the group's company sees them, on its calendar, all of them."""
        company = self.company_id
        return (
            self.env["res.partner"]
            .sudo()
            .with_company(company)
            .with_context(
                allowed_company_ids=company.ids,
                tz=company._shop_timezone(),
                active_test=True,
            )
        )

    def _today(self):
        """Today where the group's company is."""
        return fields.Date.context_today(self._customers())

    def _eligible_domain(self):
        """Who can be a member at all: active customers of this company, or of all."""
        return Domain("is_customer", "=", True) & Domain(
            "company_id", "in", [False, self.company_id.id]
        )

    def _rule_domain(self):
        """Who belongs to the group by its conditions and its domain, all of them.

        :return: nobody when there is neither.
        """
        today = self._today()
        parts = [condition._domain(today) for condition in self.condition_ids]
        further = self._further_domain()
        if not further.is_true():
            parts.append(further)
        return Domain.AND(parts) if parts else Domain.FALSE

    def _member_domain(self):
        """Who belongs to the group: for counting before it is saved."""
        belongs = self._rule_domain() | Domain("id", "in", self.fixed_partner_ids.ids)
        excluded = Domain("id", "not in", self.excluded_partner_ids.ids)
        return self._eligible_domain() & belongs & excluded

    def _count_matching(self, domain):
        """How many customers a domain has, and the ids of the newest, in one look."""
        query = self._customers()._search(domain)
        if query.is_empty():
            return 0, []
        customer = SQL.identifier(query.table, "id")
        newest = SQL(
            "(ARRAY_AGG(%s ORDER BY %s DESC))[:%s]", customer, customer, PREVIEW
        )
        [(count, ids)] = self.env.execute_query(query.select(SQL("COUNT(*)"), newest))
        return count, ids or []

    # --------------------------------------------------------------------- members

    def _lock_definitions(self):
        """Hold the definitions still until the transaction ends.

        A definition that was changed since the transaction began makes it fail, and
        the job is repeated.
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM crm_customer_group WHERE id IN %s"
                " ORDER BY id FOR SHARE",
                tuple(self.ids),
            ),
            log_exceptions=False,
        )

    def _write_members(self, cause, customers=None, *, revise=False):
        """Let those join and leave who must; nothing else is written.

        :param str cause: of the lines in the log.
        :param customers: only these; all when None.
        :param bool revise: write the revision of customers who join or leave.
        """
        if not self or (customers is not None and not customers):
            return
        Log = self.env["crm.customer.group.log"].sudo()
        by_orm = Log._is_listened_to()
        self.env.flush_all()
        changes = self.env.execute_query(
            self._members_statement(cause, customers, by_orm=by_orm, revise=revise)
        )
        self.env["crm.customer.group.member"].invalidate_model()
        if not changes:
            return
        self.env["res.partner"].invalidate_model(["customer_group_ids"])
        self.invalidate_recordset(["member_count", "member_ids", "log_ids"])
        if by_orm:
            Log._note(changes, cause)

    def _members_statement(self, cause, customers, *, by_orm, revise):
        """One statement: find who belongs, delete, insert, log.

        :param bool by_orm: the log is left to the ORM; the statement returns the
            changes, else only whether there are any.
        """
        ids = None if customers is None else tuple(customers.ids)
        only = SQL("") if ids is None else SQL("AND partner_id IN %s", ids)
        # What is there is read once, before anything is written: a plan that looked
        # into the table for each customer would see it grow. In the customers' order,
        # so that a million rows go to the ends of the indexes.
        return SQL(
            """
            WITH wanted AS (%(wanted)s),
                 former AS MATERIALIZED (
                     SELECT id, group_id, partner_id, origin
                       FROM crm_customer_group_member
                      WHERE group_id IN %(groups)s %(only)s),
                 differs AS MATERIALIZED (
                     SELECT former.id, group_id, partner_id, wanted.origin
                       FROM wanted
                       FULL JOIN former USING (group_id, partner_id)
                      WHERE wanted.origin IS DISTINCT FROM former.origin
                      ORDER BY partner_id),
                 gone AS (
                     DELETE FROM crm_customer_group_member
                      WHERE id = ANY (ARRAY(
                            SELECT id FROM differs WHERE origin IS NULL))),
                 moved AS (
                     UPDATE crm_customer_group_member AS m
                        SET origin = d.origin
                       FROM differs AS d
                      WHERE m.id = d.id AND d.origin IS NOT NULL),
                 come AS (
                     INSERT INTO crm_customer_group_member
                            (group_id, partner_id, origin, since)
                     SELECT group_id, partner_id, origin, %(now)s
                       FROM differs WHERE id IS NULL
                         ON CONFLICT DO NOTHING),
                 changed AS NOT MATERIALIZED (
                     SELECT group_id, partner_id,
                            CASE WHEN id IS NULL THEN 'joined' ELSE 'left' END AS change
                       FROM differs
                      WHERE id IS NULL OR origin IS NULL)
                 %(revise)s
                 %(log)s
            SELECT group_id, partner_id, change FROM changed %(heard)s
            """,
            wanted=self._wanted(ids),
            groups=tuple(self.ids),
            only=only,
            now=fields.Datetime.now(),
            revise=self._revise() if revise else SQL(""),
            log=SQL("") if by_orm else self._log(cause),
            heard=SQL("ORDER BY change DESC") if by_orm else SQL("LIMIT 1"),
        )

    def _wanted(self, ids):
        """Who belongs to these groups: (group_id, partner_id, origin).

        :param ids: of the customers that are asked about; all when None.
        """
        only = SQL("") if ids is None else SQL("AND p.id IN %s", ids)
        fixed = SQL(
            """
            SELECT f.group_id, p.id AS partner_id, 'fixed' AS origin
              FROM crm_customer_group_fixed_rel f
              JOIN crm_customer_group g ON g.id = f.group_id
              JOIN res_partner p ON p.id = f.partner_id
             WHERE f.group_id IN %(groups)s
               AND p.is_customer AND p.active
               AND (p.company_id IS NULL OR p.company_id = g.company_id)
               AND NOT EXISTS (SELECT FROM crm_customer_group_excluded_rel e
                                WHERE e.group_id = f.group_id
                                  AND e.partner_id = f.partner_id)
               %(only)s
            """,
            groups=tuple(self.ids),
            only=only,
        )
        rules = [group._rule_select(ids) for group in self]
        return SQL(" UNION ALL ").join([fixed, *filter(None, rules)])

    def _rule_select(self, ids):
        domain = self._rule_domain()
        if domain.is_false():
            return None
        domain &= self._eligible_domain()
        if ids is not None:
            domain &= Domain("id", "in", ids)
        query = self._customers()._search(domain)
        customer = SQL.identifier(query.table, "id")
        for table in (
            "crm_customer_group_fixed_rel",
            "crm_customer_group_excluded_rel",
        ):
            query.add_where(
                SQL(
                    "%s NOT IN (SELECT partner_id FROM %s WHERE group_id = %s)",
                    customer,
                    SQL.identifier(table),
                    self.id,
                )
            )
        return query.select(SQL("%s", self.id), customer, SQL("'rule'"))

    @api.model
    def _revise(self):
        """Part of the statement: customers who join or leave get a new revision."""
        return SQL(
            """
            , revised AS (
                INSERT INTO crm_customer_revision AS r (partner_id, number)
                SELECT DISTINCT partner_id, 1 FROM changed ORDER BY partner_id
                    ON CONFLICT (partner_id) DO UPDATE SET number = r.number + 1)
            """
        )

    def _log(self, cause):
        return SQL(
            """
            , logged AS (
                INSERT INTO crm_customer_group_log
                       (group_id, partner_id, change, cause, at)
                SELECT group_id, partner_id, change, %(cause)s, %(now)s
                  FROM changed)
            """,
            cause=cause,
            now=fields.Datetime.now(),
        )
