from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError

#: Models whose fields hold what rules look for, or give customers to -> their field
#: with the rule.
RULES = {
    "crm.owner.rule": "id",
    "crm.owner.rule.condition": "rule_id",
    "crm.customer.group.condition": "group_id",
}


class CrmCustomerRuleValue(models.AbstractModel):
    """What owner rules and customer groups look for can't be deleted below them.

    "Not from Zalo" would turn into "not from nowhere", which holds for everybody, and a
    group would lose all its members. Part of the models whose records are such values.
    """

    _name = "crm.customer.rule.value"
    _description = "Value of a Rule"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_rules(self):
        uses = self._uses_in_rules()
        if uses:
            raise UserError(
                self.env._(
                    "What a rule looks for can't be deleted. Open the rule, choose "
                    "something else there or delete it, and try again.\n%(uses)s",
                    uses="\n".join(
                        f"• {value.display_name}: {', '.join(sentences)}"
                        for value, sentences in uses.items()
                    ),
                )
            )

    def _uses_in_rules(self):
        """The rules that need these records, in words.

        :return: sentences for each record that is needed.
        :rtype: dict
        """
        uses = defaultdict(dict)
        env = self.sudo().with_context(active_test=False).env
        for model, rule_field in RULES.items():
            for name in self._names_in(env[model]):
                for line in env[model].search([(name, "in", self.ids)]):
                    rule = line if rule_field == "id" else line[rule_field]
                    for value in self._needed(line, name):
                        uses[value][rule._use_in_words()] = True
        return uses

    def _names_in(self, rules):
        """Fields of a model of rules that hold records such as these."""
        return [
            name
            for name, field in rules._fields.items()
            if field.comodel_name == self._name
            and field.store
            and name.endswith(("_id", "_ids"))  # not who wrote the rule
        ]

    def _needed(self, line, name):
        """Those of these records that a condition (or rule) can't do without.

        Where one of several may go, only the last ones are needed.
        """
        values = self & line[name]
        if line._fields[name].ondelete == "restrict":
            return values
        last = name in (line.inputs or ()) and not line[name] - self
        return values if last else self.browse()
