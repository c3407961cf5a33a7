from odoo import models


class CrmLoyaltyStatement(models.AbstractModel):
    """The ledger as customers read it. Part of ``loyalty.card``.

    A customer cares for what an order earned or cost, not for the lots: lines of one
    event and movement are one, and what was taken back entirely isn't there.
    """

    _name = "crm.loyalty.statement"
    _description = "Statement of a Points Account"

    def _count_statement(self):
        """How many lines the statement has."""
        return len(self._group_statement())

    def _read_statement(self, limit, offset=0):
        """Lines of the statement, the latest first."""
        rows = self._group_statement(limit=limit, offset=offset)
        Report = self.env["crm.loyalty.report"]
        names = dict(Report._fields["movement"]._description_selection(self.env))
        zone = self.program_id._local_day
        return [
            {
                "description": event.description,
                "movement": names[movement],
                "day": zone(at),
                "points": points,
                "expires_on": points > 0 and expires_on,
            }
            for event, movement, points, at, expires_on in rows
        ]

    def _group_statement(self, limit=None, offset=0):
        self.ensure_one()
        return (
            self.env["crm.loyalty.report"]
            .sudo()
            ._read_group(
                [("card_id", "=", self.id)],
                ["event_id", "movement"],
                ["points:sum", "at:max", "expires_on:max"],
                having=[("points:sum", "!=", 0)],
                order="at:max DESC, event_id, movement",
                limit=limit,
                offset=offset,
            )
        )
