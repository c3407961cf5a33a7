"""Which fields of a customer a shop may make rules for, and what a rule looks at."""

from dataclasses import dataclass
from typing import Literal

#: How values of a field are compared, see `crm.customer.key`.
Comparison = Literal["phone", "email", "number", "website", "text"]
Audience = Literal["everyone", "persons", "companies"]


@dataclass(frozen=True)
class Offered:
    """A field of ``res.partner`` that each company has a rule for.

    :ivar audience: whom a value can be required of; the form shows the field to them.
    """

    name: str
    audience: Audience = "everyone"


OFFERED: tuple[Offered, ...] = (
    Offered("name"),
    Offered("phone"),
    Offered("email"),
    Offered("gender", "persons"),
    Offered("birthdate", "persons"),
    Offered("street"),
    Offered("city_id"),
    Offered("state_id"),
    Offered("source_id"),
    Offered("user_id"),
    Offered("category_id"),
    Offered("position_id", "persons"),
    Offered("vat", "companies"),
    Offered("company_registry", "companies"),
    Offered("website"),
)
#: Types of fields that tell customers apart; others can only be required.
CHECKED_TYPES = ("char",)
REQUIRED_TYPES = (
    *CHECKED_TYPES,
    *("text", "html", "selection", "date", "datetime", "many2one", "many2many"),
)
#: Rules of a new company: field -> what is switched on. Odoo itself requires a name.
SWITCHED_ON = {"name": {"required"}, "phone": {"check_duplicate"}}

_COMPARISONS: dict[str, Comparison] = {
    "phone": "phone",
    "email": "email",
    "vat": "number",
    "company_registry": "number",
    "website": "website",
}
_AUDIENCES = {offered.name: offered.audience for offered in OFFERED}

#: Columns of an import (`headings.COLUMNS`) that are not named like their field.
COLUMNS = {
    "city_id": "ward",
    "state_id": "province",
    "source_id": "source",
    "category_id": "tags",
    "user_id": "owner",
    "position_id": "position",
}

#: What decides, beside the values, whether and where a contact holds keys.
STRUCTURE = frozenset(("is_customer", "parent_id", "company_id"))


def comparison(name: str) -> Comparison:
    """How values of a field are compared."""
    return _COMPARISONS.get(name, "text")


def audience(name: str) -> Audience:
    """Whom a value of a field can be required of."""
    return _AUDIENCES.get(name, "everyone")


def concerns(name: str, *, is_company: bool) -> bool:
    """Whether a value of a field can be required of a customer."""
    return audience(name) in ("everyone", "companies" if is_company else "persons")


def looked_at(written: set[str], names: set[str]) -> set[str]:
    """Of some fields with rules, those whose compared value a write may change."""
    if written & STRUCTURE:
        return names
    touched = written & names
    if written & {"country_id", "phone_sanitized"}:  # how a number is read
        touched |= names & {"phone"}
    return touched
