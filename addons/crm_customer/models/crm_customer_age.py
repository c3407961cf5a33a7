from math import ceil, floor

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Youngest age of each band of reports; a band ends where the next one begins.
BANDS = {"00_17": 0, "18_24": 18, "25_34": 25, "35_44": 35, "45_54": 45, "55": 55}


class CrmCustomerAge(models.AbstractModel):
    """How old customers are, today where the user is.

    Part of ``res.partner``. Neither age nor age band is stored, as they change by
    themselves; lists are searched by both and grouped by the band all the same.
    """

    _name = "crm.customer.age"
    _description = "Age of a Customer"

    age = fields.Integer(compute="_compute_age", search="_search_age", aggregator=None)
    age_band = fields.Selection(
        [
            ("00_17", "Under 18"),
            ("18_24", "18 to 24"),
            ("25_34", "25 to 34"),
            ("35_44", "35 to 44"),
            ("45_54", "45 to 54"),
            ("55", "55 and Over"),
        ],
        compute="_compute_age_band",
        search="_search_age_band",
    )

    @api.depends("birthdate")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for partner in self:
            born = partner.birthdate
            if born:  # 29 February comes on 1 March of common years, as in the search
                birthday_to_come = (today.month, today.day) < (born.month, born.day)
                partner.age = today.year - born.year - birthday_to_come
            else:
                partner.age = False

    def _search_age(self, operator, value):
        """Ages become limits of birthdates; customers without birthdate never match."""
        today = fields.Date.context_today(self)

        def years_ago(age):  # an absurd age is no reason to fail
            return today - relativedelta(years=max(-999, min(age, 999)))

        def born_before(age):  # has had this birthday already
            return [("birthdate", "<=", years_ago(age))]

        def born_after(age):  # hasn't had this birthday yet
            return [("birthdate", ">", years_ago(age))]

        match operator:
            case ">=":
                return Domain(born_before(ceil(value)))
            case ">":
                return Domain(born_before(floor(value) + 1))
            case "<":
                return Domain(born_after(ceil(value)))
            case "<=":
                return Domain(born_after(floor(value) + 1))
            case "in":
                known = [age for age in value if age is not False and age == int(age)]
                exact = [
                    Domain(born_before(age)) & Domain(born_after(age + 1))
                    for age in known
                ]
                unknown = [Domain("birthdate", "=", False)] if False in value else []
                return Domain.OR(exact + unknown)
        return NotImplemented

    @api.depends("birthdate")
    def _compute_age_band(self):
        for partner in self:
            bands = [band for band, age in BANDS.items() if partner.age >= age]
            partner.age_band = bands[-1] if partner.birthdate and bands else False

    def _search_age_band(self, operator, value):
        """Bands become ages, and these become limits of birthdates."""
        if operator != "in":
            return NotImplemented
        ages = [*BANDS.values(), 999]
        found = []
        for band in value:
            if band:
                place = list(BANDS).index(band)
                found.append(
                    Domain("age", ">=", ages[place])
                    & Domain("age", "<", ages[place + 1])
                )
            else:
                found.append(Domain("birthdate", "=", False))
        return Domain.OR(found)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Override of `base`: the database finds the band in the date of birth."""
        if field_expr != "age_band":
            return super()._field_to_sql(alias, field_expr, query)
        born = super()._field_to_sql(alias, "birthdate", query)
        today = fields.Date.context_today(self)
        cases = [
            SQL("WHEN %s <= %s THEN %s", born, today - relativedelta(years=age), band)
            for band, age in sorted(BANDS.items(), reverse=True)
        ]
        return SQL("CASE %s END", SQL(" ").join(cases))
