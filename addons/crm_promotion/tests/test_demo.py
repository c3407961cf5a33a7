"""Programs of the demo shop run whenever they come."""

from lxml import etree

from odoo.tests import BaseCase, tagged
from odoo.tools import file_path

FILES = ("loyalty_program_demo.xml", "crm_voucher_demo.xml")
DRAFT = "loyalty_program_tet_demo"


@tagged("post_install", "-at_install")
class TestDemo(BaseCase):
    def test_programs_start_with_their_record(self):
        """A call that starts them isn't made when a shop that is there is updated."""
        states = {}
        for name in FILES:
            tree = etree.parse(file_path(f"crm_promotion/demo/{name}"))
            for record in tree.iterfind("record[@model='loyalty.program']"):
                started = record.find("field[@name='started_on']")
                states[record.get("id")] = started is not None
        self.assertGreater(len(states), 5)
        self.assertEqual([name for name in states if not states[name]], [DRAFT])
