from odoo import api, models
from odoo.tools import SQL

from ..key_queries import wanted

#: Contacts that one job compares, a second of work: others may wait for what it writes.
SLICE = 20_000


class CrmCustomerKeyKeeping(models.AbstractModel):
    """Who holds which value, kept by a few statements for any number of customers.

    Part of `crm.customer.key`.
    """

    _name = "crm.customer.key.keeping"
    _description = "Keeping of Unique Values"

    @api.model
    def _hold(self, partner_ids, names, *, new=False):
        """Let contacts hold the values that they have now, and no others.

        Two statements for any number of contacts, two more when values were given up.
        The caller has flushed the contacts.

        :param list partner_ids: contacts, which needn't be customers.
        :param set names: fields that may have changed.
        :param bool new: the contacts hold nothing yet.
        :return: values that others hold already and the rules of the customer's company
            (of the current one, if all companies share it) refuse: (rule, contact that
            has it, value, contact that wants it), as ids.
        :rtype: list[tuple[int, int, str, int]]
        """
        rule_ids = self._rules_in_force(names)
        if not (rule_ids and partner_ids):
            return []
        to_hold = wanted(
            SQL("SELECT * FROM res_partner WHERE id = ANY(%s)", list(partner_ids)),
            names,
            SQL("r.id = ANY(%s)", rule_ids),
            self.env.company.id,
        )
        if not new:
            self._give_up(
                SQL(
                    """
                    k.partner_id = ANY(%s) AND k.rule_id = ANY(%s) AND NOT EXISTS (
                        SELECT 1 FROM (%s) AS w
                         WHERE w.rule_id = k.rule_id AND w.partner_id = k.partner_id
                           AND w.value = k.value)
                    """,
                    list(partner_ids),
                    rule_ids,
                    to_hold,
                )
            )
        # If a transaction beside this one has just taken a value, PostgreSQL refuses
        # the statement as not serializable, and Odoo repeats the whole transaction,
        # which sees the other customer then.
        self.env.cr.execute(
            SQL(
                """
                WITH wanted AS (%s),
                missing AS (
                    SELECT w.* FROM wanted w
                     WHERE NOT EXISTS (
                        SELECT 1 FROM crm_customer_key k
                         WHERE k.rule_id = w.rule_id AND k.partner_id = w.partner_id)
                ), made AS (
                    INSERT INTO crm_customer_key (rule_id, partner_id, value, tolerated)
                    SELECT rule_id, partner_id, value, FALSE FROM missing
                     ORDER BY rule_id, value, partner_id
                    ON CONFLICT DO NOTHING
                    RETURNING rule_id, partner_id)
                SELECT rule_id, value, partner_id, is_shared
                  FROM missing m
                 WHERE NOT EXISTS (
                    SELECT 1 FROM made
                     WHERE made.rule_id = m.rule_id
                       AND made.partner_id = m.partner_id)
                 ORDER BY rule_id, partner_id
                """,
                to_hold,
            ),
            log_exceptions=False,
        )
        taken = self.env.cr.fetchall()
        self._tolerate([row[:3] for row in taken if row[3]])
        refused = [row[:3] for row in taken if not row[3]]
        holders = self._holders([(rule, value) for rule, value, _partner in refused])
        return [
            (rule, holders[rule, value], value, partner)
            for rule, value, partner in refused
        ]

    @api.model
    def _tolerate(self, taken):
        """Let customers share values with others where another company has the rule.

        It wasn't asked, so the customer is left to be merged there.

        :param taken: tuples of rule, value, contact.
        """
        if taken:
            rules, values, partners = (
                list(column) for column in zip(*taken, strict=True)
            )
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO crm_customer_key (rule_id, value, partner_id, tolerated)
                    SELECT *, TRUE FROM unnest(%s::int[], %s::text[], %s::int[])
                    """,
                    rules,
                    values,
                    partners,
                )
            )

    @api.model
    def _release(self, partner_ids):
        """Let contacts that disappear hold nothing."""
        self._give_up(SQL("k.partner_id = ANY(%s)", list(partner_ids)))

    @api.model
    def _index_slice(self, rules, after):
        """Let the next customers hold their values of some rules.

        :param int after: the id of the last customer before them.
        :return: the id of the last one of them; None after the last of all.
        """
        [(last,)] = self.env.execute_query(
            SQL(
                """
                SELECT MAX(id) FROM (
                    SELECT id FROM res_partner WHERE id > %s ORDER BY id LIMIT %s) AS p
                """,
                after,
                SLICE,
            )
        )
        if last:
            self._index(rules, among=SQL("id > %s AND id <= %s", after, last))
        return last

    @api.model
    def _index(self, rules, *, again=False, among=None):
        """Let all customers hold their values of some rules.

        Of those that share a value the oldest one holds it, the others are tolerated.

        :param bool again: forget what they held until now.
        :param SQL among: condition on the contacts; all when None.
        """
        if not rules:
            return
        rules.flush_recordset()
        self.env["res.partner"].flush_model()
        if again:
            self._drop(rules)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_key (rule_id, partner_id, value, tolerated)
                SELECT w.rule_id, w.partner_id, w.value,
                       ROW_NUMBER() OVER (PARTITION BY w.rule_id, w.value
                                          ORDER BY w.partner_id) > 1
                       OR EXISTS (SELECT 1 FROM crm_customer_key k
                                   WHERE k.rule_id = w.rule_id AND k.value = w.value)
                  FROM (%s) AS w
                 WHERE NOT EXISTS (
                    SELECT 1 FROM crm_customer_key k
                     WHERE k.rule_id = w.rule_id AND k.partner_id = w.partner_id)
                ON CONFLICT DO NOTHING
                """,
                wanted(
                    SQL("SELECT * FROM res_partner WHERE %s", among or SQL("TRUE")),
                    set(rules.mapped("field_name")),
                    SQL("r.id = ANY(%s)", rules.ids),
                    self.env.company.id,
                ),
            )
        )
        self.invalidate_model()

    @api.model
    def _drop(self, rules):
        """Forget what customers hold of some rules."""
        self.env.cr.execute(
            SQL("DELETE FROM crm_customer_key WHERE rule_id = ANY(%s)", rules.ids)
        )
        self.invalidate_model()

    @api.model
    def _rules_in_force(self, names):
        """Ids of the rules that check some fields, for a transaction that saves.

        They stay as they are until it ends: who switches a rule waits for those who
        save, and who has started before the switch starts again. Else a customer that
        is saved at that moment would escape the rule.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT id, active AND check_duplicate
                  FROM crm_customer_field_rule
                 WHERE field_name = ANY(%s)
                 ORDER BY id FOR SHARE
                """,
                sorted(names),
            ),
            log_exceptions=False,
        )
        return [rule for rule, in_force in self.env.cr.fetchall() if in_force]

    @api.model
    def _give_up(self, condition):
        """Delete keys; the next customer that shares such a value holds it then."""
        given_up = self.env.execute_query(
            SQL(
                "DELETE FROM crm_customer_key k WHERE %s RETURNING rule_id, value, "
                "tolerated",
                condition,
            )
        )
        free = [(rule, value) for rule, value, tolerated in given_up if not tolerated]
        if free:
            rules, values = (list(column) for column in zip(*free, strict=True))
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE crm_customer_key SET tolerated = FALSE
                     WHERE id IN (
                        SELECT DISTINCT ON (k.rule_id, k.value) k.id
                          FROM crm_customer_key k
                          JOIN unnest(%s::int[], %s::text[]) AS free(rule_id, value)
                            ON k.rule_id = free.rule_id AND k.value = free.value
                         WHERE k.tolerated
                         ORDER BY k.rule_id, k.value, k.partner_id)
                    """,
                    rules,
                    values,
                )
            )
        if given_up:
            self.invalidate_model()

    @api.model
    def _holders(self, asked):
        """(rule, value) -> contact that holds it, for some of them."""
        if not asked:
            return {}
        rules, values = (list(column) for column in zip(*asked, strict=True))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT k.rule_id, k.value, k.partner_id
                  FROM crm_customer_key k
                  JOIN unnest(%s::int[], %s::text[]) AS w(rule_id, value)
                    ON k.rule_id = w.rule_id AND k.value = w.value
                 WHERE NOT k.tolerated
                """,
                rules,
                values,
            )
        )
        return {(rule, value): partner for rule, value, partner in rows}
