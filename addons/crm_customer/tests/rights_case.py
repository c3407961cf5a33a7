"""What the tests of rights share: each addon gives its table."""

from .common import make_user
from .rights_table import OPERATIONS, ROLES


class RightsOfRoles:
    """For a test case of an addon with ``superuser_env``; its class says ``addon``,
    ``rights``, ``menus`` and ``without_customer_rule``, as in its ``rights_table``.
    """

    #: Odoo runs only what a class itself defines, unless told otherwise.
    allow_inherited_tests_method = True

    @classmethod
    def _make_people(cls, **vals):
        """Role -> an employee, or somebody outside, who has just that role."""
        return {
            role: make_user(cls.superuser_env, f"{role}_role_of_tests", groups, **vals)
            for role, groups in ROLES.items()
        }

    def own_models(self):
        """Models that the addon defines, not those that it extends."""
        return [
            self.superuser_env[model.model]
            for model in self.superuser_env["ir.model"].search([])
            if model.model in self.env
            and self.env[model.model]._original_module == self.addon
            and not self.env[model.model]._abstract
        ]

    def looked_at(self):
        """Hook: model -> records whose record rules count as well."""
        return {}

    def test_each_role_may_do_what_it_needs_and_no_more(self):
        known = self.looked_at()
        for model, rights in self.rights.items():
            records = known.get(model, self.superuser_env[model])
            for role, expected in rights.items():
                with self.subTest(model=model, role=role):
                    Model = records.with_user(self.people[role])
                    allowed = [name for name in OPERATIONS if Model.has_access(name)]
                    self.assertEqual("".join(name[0] for name in allowed), expected)

    def test_every_model_of_the_addon_is_in_the_table(self):
        names = {Model._name for Model in self.own_models()}
        self.assertGreater(len(names), 3)
        self.assertFalse(names - self.rights.keys())
        for model, rights in self.rights.items():
            self.assertEqual(rights.keys(), ROLES.keys(), model)

    def test_models_that_speak_of_a_customer_follow_its_visibility(self):
        """A new model with a customer needs a rule, or a word why not."""
        for Model in self.own_models():
            if Model._transient or Model._name in self.without_customer_rule:
                continue
            if any(
                field.comodel_name == "res.partner"
                and field.store
                and field.type in ("many2one", "many2many")
                for field in Model._fields.values()
            ):
                self.assertTrue(
                    hasattr(Model, "_customer_field"),
                    f"{Model._name} needs a _customer_field (see ir.rule)",
                )

    def test_menus_follow_the_roles(self):
        for role, user in self.people.items():
            if not user._is_internal():
                continue
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            for name, roles in self.menus.items():
                with self.subTest(role=role, menu=name):
                    menu = self.superuser_env.ref(f"{self.addon}.{name}")
                    path = {int(step) for step in menu.parent_path.split("/") if step}
                    self.assertEqual(path <= visible, role in roles)
