"""Each role may do with promotions what the table says."""

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_customer.tests.rights_case import RightsOfRoles

from .rights_table import MENUS, RIGHTS, WITHOUT_CUSTOMER_RULE


@tagged("post_install", "-at_install")
class TestRightsOfRoles(RightsOfRoles, TransactionCase):
    addon = "crm_promotion"
    rights, menus = RIGHTS, MENUS
    without_customer_rule = WITHOUT_CUSTOMER_RULE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.superuser_env = cls.env
        cls.people = cls._make_people()
