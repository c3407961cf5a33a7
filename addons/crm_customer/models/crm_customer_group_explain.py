from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

HISTORY = 20


class CrmCustomerGroupExplain(models.AbstractModel):
    """Why a customer is in a group, or isn't. Part of ``crm.customer.group``."""

    _name = "crm.customer.group.explain"
    _description = "Explanation of a Customer Group"

    def _explain(self, customer):
        """Each condition with the customer's own value and the verdict.

        :return: ``lines``, ``is_member``, a ``conclusion`` and the ``history``.
        :rtype: dict
        """
        self.ensure_one()
        group = self.sudo()
        member = group.env["crm.customer.group.member"].search(
            [("group_id", "=", group.id), ("partner_id", "=", customer.id)]
        )
        lines = group._condition_lines(customer.with_env(group._customers().env))
        return {
            "lines": lines,
            "is_member": bool(member),
            "conclusion": group._conclusion(customer, member, lines),
            "history": group._history(customer),
        }

    def _condition_lines(self, customer):
        """Verdicts of all conditions and of the domain, by one query."""
        today = self._today()
        parts = [
            (condition.display_name, condition._own_value(customer), domain)
            for condition in self.condition_ids
            for domain in [condition._domain(today)]
        ]
        further = self._further_domain()
        if not further.is_true():
            parts.append((self.env._("Further conditions"), "", further))
        verdicts = self._verdicts(customer, [domain for _name, _value, domain in parts])
        return [
            {
                "condition": name,
                "own_value": value,
                "verdict": "yes" if holds else "no",
            }
            for (name, value, _domain), holds in zip(parts, verdicts, strict=True)
        ]

    def _verdicts(self, customer, domains):
        if not domains:
            return []
        self.env.flush_all()
        only = Domain("id", "=", customer.id)
        selects = [
            customer.with_context(active_test=False)
            ._search(only & domain)
            .select(SQL("%s AS number", number))
            for number, domain in enumerate(domains)
        ]
        rows = self.env.execute_query(SQL(" UNION ALL ").join(selects))
        holding = {number for (number,) in rows}
        return [number in holding for number in range(len(domains))]

    def _conclusion(self, customer, member, lines):
        name = {"customer": customer.display_name, "group": self.name}
        if customer in self.excluded_partner_ids:
            return self.env._(
                "%(customer)s is not in %(group)s: excluded by hand.", **name
            )
        if not self._is_eligible(customer):
            return self.env._(
                "%(customer)s is not in %(group)s: only active customers of its "
                "company can be.",
                **name,
            )
        if member.origin == "fixed":
            return self.env._(
                "%(customer)s is in %(group)s as a fixed member, since %(since)s.",
                since=self._moment(member.since),
                **name,
            )
        if member:
            return self.env._(
                "%(customer)s is in %(group)s since %(since)s: everything holds.",
                since=self._moment(member.since),
                **name,
            )
        if lines and all(line["verdict"] == "yes" for line in lines):
            return self.env._(
                "%(customer)s is about to join %(group)s: it is being computed.", **name
            )
        if not lines:
            return self.env._(
                "%(customer)s is not in %(group)s: it has fixed members only.", **name
            )
        return self.env._(
            "%(customer)s is not in %(group)s: not everything holds.", **name
        )

    def _is_eligible(self, customer):
        domain = Domain("id", "=", customer.id) & self._eligible_domain()
        return bool(self._customers().search_count(domain, limit=1))

    def _history(self, customer):
        Log = self.env["crm.customer.group.log"]
        lines = Log.search(
            [("group_id", "=", self.id), ("partner_id", "=", customer.id)],
            limit=HISTORY,
        )
        changes = dict(Log._fields["change"]._description_selection(self.env))
        causes = dict(Log._fields["cause"]._description_selection(self.env))
        return "\n".join(
            f"{self._moment(line.at)}  {changes[line.change]} – {causes[line.cause]}"
            for line in lines
        )

    def _moment(self, moment):
        timezone = self.env.user.tz or self._customers().env.context["tz"]
        return format_datetime(self.env, moment, tz=timezone, dt_format="short")
