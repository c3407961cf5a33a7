from odoo import fields, models

from odoo.addons.crm_loyalty.tools.books import settle


class CrmPromotionBenefit(models.AbstractModel):
    """What a use gives besides the order: points, vouchers for next time.

    Part of ``crm.promotion.use``. Given when the use counts, taken back when it is
    given back; following twice gives once.
    """

    _name = "crm.promotion.benefit"
    _description = "Benefits of a Use"

    points = fields.Integer(readonly=True, help="Points that the customer gets.")
    vouchers = fields.Json(
        readonly=True, help="Voucher program and number of vouchers for next time."
    )
    times = fields.Integer(
        default=1, readonly=True, help="How often the order was confirmed with it."
    )

    def _follow_benefits(self):
        """Bring points and vouchers to what these uses say."""
        posted = self.env["loyalty.history"]._posted_for(self)
        for use in self.sorted("id"):
            if use.points or use.id in posted:
                use._settle_benefit_points(posted.get(use.id, {}))
            if use.vouchers and use.state == "counted":
                use._issue_vouchers()

    def _settle_benefit_points(self, posted):
        Card = self.env["loyalty.card"].sudo()
        program = self.env["loyalty.program"]._get_points_program(self.company_id)
        card = Card
        points = self.points if self.state == "counted" else 0
        if program and points:
            card = Card._provide_accounts(program, self.partner_id)[self.partner_id]
        at = fields.Datetime.now()
        for other in (Card.browse(posted) | card).sorted("id"):
            changes = settle(
                posted.get(other.id, ()),
                earned=points if other == card else 0,
                earned_at=at,
                expires_on=program._expires_on(at) if program else None,
                fixed=False,
            )
            if changes:
                other._post(
                    changes,
                    description=self.program_id.display_name,
                    order_model=self._name,
                    order_id=self.id,
                )

    def _issue_vouchers(self):
        for program, count in self.vouchers:
            self.env["loyalty.program"].browse(program)._issue_vouchers(
                self.partner_id, int(count), cause=self._voucher_cause(program)
            )

    def _take_vouchers_back(self):
        """Vouchers for next time that aren't used yet are worth nothing any more."""
        for program, _count in self.vouchers or ():
            self.env["loyalty.card"]._cancel_by_cause(
                self._voucher_cause(program), note=self.order_id.display_name
            )

    def _voucher_cause(self, program):
        return f"promotion:{self.id}:{self.times}:{program}"
