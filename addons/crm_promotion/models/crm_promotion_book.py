from odoo import api, models, tools
from odoo.fields import Domain

from ..tools.terms import Book, Terms


class CrmPromotionBook(models.AbstractModel):
    """Promotions as the engine takes them, remembered until one changes.

    Part of ``loyalty.program``.
    """

    _name = "crm.promotion.book"
    _description = "Compiled Promotions"

    @api.model
    def _promotion_book(self, company):
        """What orders of the company can get, compiled.

        One for all orders: dates are conditions, so the book holds for any moment.
        """
        return self._compiled_book(company.id)

    @api.model
    @tools.ormcache("company_id")
    def _compiled_book(self, company_id):
        companies = self.env["res.company"].browse(company_id)
        domain = self._running_domain() & Domain(
            "company_id", "in", [False, *companies.sudo().parent_ids.ids]
        )
        programs = self.sudo().with_context(active_test=True).search(domain, order="id")
        return Book(programs._promotion_terms())

    def _promotion_terms(self):
        """A list of ``Terms``, one for each of these."""
        return [program._make_promotion_terms() for program in self.sudo()]

    def _make_promotion_terms(self):
        self.ensure_one()
        units = 10**self.currency_id.decimal_places
        return Terms(
            id=self.id,
            priority=self.promotion_priority,
            currency=self.currency_id.id,
            code=self.given_by == "code",
            voucher=self.given_by == "voucher",
            basis=self.level_basis,
            levels=self.reward_ids._promotion_levels(self.level_basis, units),
            exclusive=self.exclusion_id.id or None,
            alone=self.stacking == "alone",
            **self._prepare_condition_terms(units),
        )
