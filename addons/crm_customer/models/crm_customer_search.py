from odoo import api, models
from odoo.fields import Domain

from ..tools import phone
from ..tools.text import clean

TRIGRAM = 3  # shorter texts have none: no index helps to find them


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
        if digits := phone.search_digits(value):
            by_words = Domain.AND([self._text_domain(word) for word in words])
            return Domain("phone_sanitized", "like", digits) | by_words
        if all(len(word) < TRIGRAM for word in words):
            return self._text_domain(" ".join(words))
        return Domain.AND([self._word_domain(word) for word in words])

    @api.model
    def _text_domain(self, word):
        names = ("complete_name", "ref", "email", "street")
        return Domain.OR([Domain(name, "ilike", word) for name in names])

    @api.model
    def _word_domain(self, word):
        """A word beside others may also be (the beginning of) a phone number."""
        domain = self._text_domain(word)
        digits = phone.search_digits(word) if len(word) > TRIGRAM else None
        return domain | Domain("phone_sanitized", "like", digits) if digits else domain

    def _search_phone_mobile_search(self, operator, value):
        """Override of `phone_validation`: the number is found in any notation."""
        digits = phone.search_digits(value) if isinstance(value, str) else None
        if operator == "ilike" and digits:
            return Domain("phone_sanitized", "like", digits)
        return super()._search_phone_mobile_search(operator, value)

    @api.model
    def _search_display_name(self, operator, value):
        """Override of `base`: a customer is found by its phone too, in any notation."""
        domain = super()._search_display_name(operator, value)
        if (
            operator == "ilike"
            and isinstance(value, str)
            and (digits := phone.search_digits(value))
        ):
            return Domain("phone_sanitized", "like", digits) | Domain(domain)
        return domain
