from dataclasses import replace
from datetime import timedelta

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
    def _promotion_book(self, company, at=None):
        """What orders of the company can get, compiled.

        One for all orders: dates are conditions, so the book holds for any moment. What
        was started, stopped or over since a moment is seen to when one is given.

        :param at: a moment in UTC, not long ago.
        """
        book = self._compiled_book(company.id)
        if not at:
            return book
        # A day earlier: it may be that day still somewhere.
        day = at.date() - timedelta(days=1)
        domain = self._of_company_domain(company) & Domain(
            [
                ("is_promotion", "=", True),
                ("promotion_state", "in", ("stopped", "ended")),
                ("date_to", ">=", day),
            ]
        )
        programs = self.sudo().search(domain, order="id")
        started = self._moved_since("started", at)
        terms = [*book.by_id.values(), *programs._promotion_terms(at)]
        return Book(each for each in terms if each.id not in started)

    @api.model
    def _of_company_domain(self, company):
        return Domain("company_id", "in", [False, *company.sudo().parent_ids.ids])

    @api.model
    @tools.ormcache("company_id")
    def _compiled_book(self, company_id):
        company = self.env["res.company"].browse(company_id)
        domain = self._running_domain() & self._of_company_domain(company)
        programs = self.sudo().with_context(active_test=True).search(domain, order="id")
        return Book(programs._promotion_terms())

    def _promotion_terms(self, at=None):
        """A list of ``Terms``, one for each of these.

        :param at: a moment in UTC; what was stopped later wasn't stopped yet.
        """
        terms = [program._make_promotion_terms() for program in self.sudo()]
        stopped = self._moved_since("stopped", at) if at else ()
        return [
            replace(each, last_day=program.date_to) if program.id in stopped else each
            for program, each in zip(self.sudo(), terms, strict=True)
        ]

    @api.model
    def _moved_since(self, kind, at):
        """Ids of the promotions that were started, or stopped, after a moment."""
        changes = self.env["crm.promotion.change"].sudo()
        domain = [("kind", "=", kind), ("create_date", ">", at)]
        return set(changes.search_fetch(domain, ["program_id"]).program_id.ids)

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
