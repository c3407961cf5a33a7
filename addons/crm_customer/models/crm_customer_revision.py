from odoo import api, fields, models
from odoo.tools import SQL


class CrmCustomerRevision(models.Model):
    """How often what follows from a customer has been computed.

    Nobody reads the number. Two transactions that compute facts of one customer both
    count it up, so the second one can't go on with what it saw before the first one
    ended: PostgreSQL lets it fail, and it is done again from the truth. Without this,
    a slow computation from an older state could overwrite a newer one that had found
    nothing to write.
    """

    _name = "crm.customer.revision"
    _description = "Revision of a Customer's Facts"
    _log_access = False

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    number = fields.Integer(required=True, default=1)

    # Not a unique index: the merging of contacts knows constraints only.
    _partner_uniq = models.Constraint(
        "UNIQUE (partner_id)", "A customer has one revision."
    )

    @api.model
    def _count_up(self, customer_ids):
        """Claim customers for this transaction; call it before writing their facts.

        Rows are taken in one order, so that two transactions can't wait for each other.
        The customers themselves can't be deleted meanwhile.

        :return: the ids of those that exist.
        :raise psycopg2.errors.SerializationFailure: another transaction has computed
            facts of one of them since this one began.
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_revision AS r (partner_id, number)
                SELECT id, 1
                  FROM (SELECT id FROM res_partner
                         WHERE id = ANY (%s) ORDER BY id FOR KEY SHARE) AS customers
                    ON CONFLICT (partner_id) DO UPDATE SET number = r.number + 1
                RETURNING partner_id
                """,
                list(customer_ids),
            ),
            log_exceptions=False,  # meeting another job is no error: it is repeated
        )
        return [partner_id for (partner_id,) in self.env.cr.fetchall()]
