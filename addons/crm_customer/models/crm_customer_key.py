from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..key_queries import wanted


class CrmCustomerKey(models.Model):
    """A value that a customer holds: no other one can have it while the rule is on.

    Values are compared in one notation: phone numbers as E.164, e-mail addresses in
    lower case, tax codes and registry numbers without signs between the digits, other
    texts without regard to case and spaces. Accents count: Hòa isn't Hoa.

    Written by SQL in bulk, for all customers of a transaction together. A unique index
    guards the values, so the rule also holds when two people save at once. Customers
    that shared a value when the rule was switched on are ``tolerated``: the oldest one
    holds it, the others wait to be merged or corrected.
    """

    _name = "crm.customer.key"
    _description = "Unique Value of a Customer"
    _order = "rule_id, value, tolerated, partner_id"
    _rec_name = "value"
    _inherit = ["crm.customer.key.keeping"]
    _log_access = False

    rule_id = fields.Many2one(
        "crm.customer.field.rule", required=True, ondelete="cascade", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    value = fields.Char(required=True, readonly=True)
    tolerated = fields.Boolean(string="To Be Merged", required=True, readonly=True)
    is_shared = fields.Boolean(
        string="Duplicate", compute="_compute_is_shared", search="_search_is_shared"
    )
    ref = fields.Char(related="partner_id.ref", string="Code")
    phone = fields.Char(related="partner_id.phone")
    email = fields.Char(related="partner_id.email")
    user_id = fields.Many2one(related="partner_id.user_id", string="Owner")
    member_since = fields.Date(related="partner_id.member_since")
    sale_order_count = fields.Integer(
        related="partner_id.sale_order_count", string="Orders"
    )
    active = fields.Boolean(related="partner_id.active")

    _value_uniq = models.UniqueIndex(
        "(rule_id, value) WHERE NOT tolerated",
        "Another customer has this value already.",
    )
    _partner_uniq = models.UniqueIndex("(rule_id, partner_id)")
    _tolerated_idx = models.Index("(rule_id, value) WHERE tolerated")

    def _compute_is_shared(self):
        shared = self.search([("id", "in", self.ids), ("is_shared", "=", True)])
        for key in self:
            key.is_shared = key in shared

    def _search_is_shared(self, operator, value):
        if operator != "in":
            return NotImplemented
        shared = SQL(
            """
            (SELECT k.id
               FROM crm_customer_key k
               JOIN crm_customer_key t
                 ON t.rule_id = k.rule_id AND t.value = k.value AND t.tolerated)
            """
        )
        domain = Domain("id", "in", shared)
        return domain if True in value else ~domain

    def action_merge(self):
        """Merge the customers of the selected values with Odoo's screen, one by one.

        Without a selection: those of all values that the list shows.
        """
        self.check_access("read")
        keys = self or self.search(
            Domain(self.env.context.get("crm_customer_duplicates") or [])
            & Domain("is_shared", "=", True)
        )
        groups = self._read_group(
            [
                ("rule_id", "in", keys.rule_id.ids),
                ("value", "in", list(set(keys.mapped("value")))),
                ("is_shared", "=", True),
            ],
            ["rule_id", "value"],
            ["partner_id:array_agg"],
        )
        return self.env["base.partner.merge.automatic.wizard"]._start_with(
            [sorted(partner_ids) for _rule, _value, partner_ids in groups]
        )

    def action_open_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    # ------------------------------------------------------------------ asking

    @api.model
    def _others(self, typed, names):
        """Who else holds values that are on a screen, in the order of the rules.

        :param dict typed: number -> the columns that rules look at.
        :return: (number, rule, contact that holds it, value), one per number.
        """
        if not typed:
            return []
        columns = list(next(iter(typed.values())))
        partner = self.env["res.partner"]._fields
        types = {"is_customer": "bool"} | {
            name: "varchar"
            if name in partner and partner[name].type == "char"
            else "int"
            for name in columns
            if name != "is_customer"
        }
        rows = [
            SQL(
                "SELECT %s AS id, %s",
                number,
                SQL(", ").join(
                    SQL(
                        "%s::%s AS %s",
                        row[name],
                        SQL(types[name]),
                        SQL.identifier(name),
                    )
                    for name in columns
                ),
            )
            for number, row in typed.items()
        ]
        self.flush_model()
        source = SQL(" UNION ALL ").join(rows)
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (w.partner_id) w.partner_id, r.id, k.partner_id,
                       k.value
                  FROM (%s) AS w
                  JOIN (%s) AS typed ON typed.id = w.partner_id
                  JOIN crm_customer_field_rule r ON r.id = w.rule_id
                  JOIN crm_customer_key k
                    ON k.rule_id = w.rule_id AND k.value = w.value
                   AND k.partner_id IS DISTINCT FROM typed.self_id
                 ORDER BY w.partner_id, r.sequence, r.id, k.tolerated, k.partner_id
                """,
                wanted(
                    source,
                    names,
                    SQL(
                        "r.active AND r.check_duplicate "
                        "AND r.company_id = COALESCE(p.company_id, %s)",
                        self.env.company.id,
                    ),
                    self.env.company.id,
                ),
                source,
            )
        )
