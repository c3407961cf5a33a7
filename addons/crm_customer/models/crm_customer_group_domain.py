from ast import literal_eval

from odoo import models
from odoo.fields import Domain
from odoo.tools import OrderedSet


class CrmCustomerGroupDomain(models.AbstractModel):
    """What the further conditions of a group mean. Part of ``crm.customer.group``.

    Members are found with all rights, also among what the group's author may not read.
    So what lies behind a customer counts only as far as it is the group's company's:
    customers are shared, and nobody learns from a group what another company sold them.
    """

    _name = "crm.customer.group.domain"
    _description = "Further Conditions of a Customer Group"

    def _written_domain(self):
        """What the domain field says, as a domain."""
        return Domain(literal_eval(self.domain or "[]"))

    def _further_domain(self):
        """What the domain field says, within the group's company."""
        written = self._written_domain()
        if written.is_true():
            return written
        return self._within_company(written, self._customers())

    def _within_company(self, domain, model):
        """The domain, looking only at records that the group's company may use."""
        return domain.optimize(model).map_conditions(
            lambda condition: self._condition_within_company(condition, model)
        )

    def _condition_within_company(self, condition, model):
        """One condition of a domain with its paths already split by Odoo.

        :raise ValueError: it can't be limited to a company.
        """
        name, operator, value = (
            condition.field_expr,
            condition.operator,
            condition.value,
        )
        field = model._fields[name.partition(".")[0]]
        if field.related and not field.store:
            path = field.related + name.removeprefix(field.name)
            return self._within_company(Domain(path, operator, value), model)
        if not field.relational:
            return condition
        comodel = model.env[field.comodel_name]
        allowed = self._allowed_domain(comodel)
        if isinstance(value, Domain):
            return Domain(
                name, operator, allowed & self._within_company(value, comodel)
            )
        if field.type == "many2one" or allowed.is_true():
            return condition  # the id is the record's own
        if operator in ("in", "not in"):
            ids = OrderedSet(value) - {False}
            found = Domain(name, "any", allowed & Domain("id", "in", ids))
            if False in value:
                found |= Domain(name, "not any", allowed)
            return found if operator == "in" else ~found
        if operator in ("child_of", "parent_of"):
            return Domain(name, "any", allowed & Domain("id", operator, value))
        raise ValueError(name, operator)

    def _allowed_domain(self, comodel):
        """Which records the group's company may use: its own and shared ones."""
        if {"company_id", "company_ids"}.isdisjoint(comodel._fields):
            return Domain.TRUE
        return Domain(comodel._check_company_domain(self.company_id))
