import re

from odoo import api, models
from odoo.fields import Domain

from ..tools import phone
from ..tools.text import clean

TRIGRAM = 3  # shorter texts have none: no index helps to find them
MOST_DIGITS = 9  # of the eleven of a Vietnamese mobile number with its country code
#: What the web client shows where records are chosen; muted between hyphens.
FORMATTED = "__formatted_display_name"
FROM_BEGINNING = re.compile(r"\s*(\+|0[2-9])")


class CrmCustomerSearch(models.AbstractModel):
    """How customers are found: whatever somebody says on the telephone.

    Part of ``res.partner``, which has an index behind each field that is looked at.
    """

    _name = "crm.customer.search"
    _description = "Search of Customers"

    def _search_customer_search(self, operator, value):
        """The search box of customers: name, phone, code, e-mail or street.

        A text that looks like a phone number is looked for in any notation; else each
        word must be found, in any order and without regard to accents. One index
        stands behind each field.
        """
        if operator != "ilike" or not isinstance(value, str):
            return NotImplemented
        words = clean(value).split()
        if by_phone := self._phone_domains(value):
            by_words = Domain.AND([self._text_domain(word) for word in words])
            return Domain.OR([*by_phone, by_words])
        if all(len(word) < TRIGRAM for word in words):
            return self._text_domain(" ".join(words))
        return Domain.AND([self._word_domain(word) for word in words])

    @api.model
    @api.readonly
    def web_name_search(
        self, name, specification, domain=None, operator="ilike", limit=100
    ):
        """Override of `web`: whoever chooses from many of a name sees code and phone.

        Not in the display name itself: invoices that store it would follow each phone.
        """
        found = super().web_name_search(name, specification, domain, operator, limit)
        if self.env.user._is_internal():
            rows = {row["id"]: row for row in found if FORMATTED in row}
            for customer in self.browse(rows).filtered("is_customer"):
                known = " · ".join(filter(None, (customer.ref, customer.phone)))
                if known:
                    rows[customer.id][FORMATTED] += f" \t --{known}--"
        return found

    @api.model
    def _text_domain(self, word):
        names = ("complete_name", "ref", "email", "street")
        return Domain.OR([Domain(name, "ilike", word) for name in names])

    @api.model
    def _word_domain(self, word):
        """A word beside others may also be (the beginning of) a phone number."""
        by_phone = self._phone_domains(word) if len(word) > TRIGRAM else []
        return Domain.OR([self._text_domain(word), *by_phone])

    @api.model
    def _phone_domains(self, text):
        """Numbers that match a text in any notation; none if it isn't a number.

        Most of a number, typed from its beginning, is looked for from there, which an
        ordinary index does in no time. A few digits may be its end as well.

        :rtype: list[Domain]
        """
        digits = phone.search_digits(text) if isinstance(text, str) else None
        if not digits:
            return []
        if len(digits) >= MOST_DIGITS and FROM_BEGINNING.match(text):
            return [Domain("phone_sanitized", "=like", f"+{digits}%")]
        return [Domain("phone_sanitized", "like", digits)]

    def _search_phone_mobile_search(self, operator, value):
        """Override of `phone_validation`: the number is found in any notation."""
        if operator == "ilike" and (by_phone := self._phone_domains(value)):
            return Domain.OR(by_phone)
        return super()._search_phone_mobile_search(operator, value)

    @api.model
    def _search_display_name(self, operator, value):
        """Override of `base`: a customer is found by its phone too, in any notation."""
        domain = super()._search_display_name(operator, value)
        by_phone = self._phone_domains(value) if operator == "ilike" else []
        return Domain.OR([*by_phone, Domain(domain)]) if by_phone else domain
