"""What the tests of points share: a shop with a points program, orders, returns."""

from odoo.fields import Command

from odoo.addons.crm_customer.tests.common import CustomerCase, book_payments

USER = "crm_loyalty.crm_loyalty_group_user"
MANAGER = "crm_loyalty.crm_loyalty_group_manager"


class LoyaltyCase(CustomerCase):
    """10,000 đ earn a point, a point is worth 100 đ; tests act as a sales person."""

    staff = {
        "seller": USER,
        "loyalty_manager": f"{MANAGER},sales_team.group_sale_manager",
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        admin = cls.superuser_env(context=cls.context)
        cls.admin_env = admin
        book_payments(admin)
        cls.program = admin["loyalty.program"]._provide_points_program(cls.company)
        cls.rule = cls.program.rule_ids
        cls.act_as(cls.seller, cls.context)
        cls.Order = cls.env["sale.order"]
        cls.customer = cls.env["res.partner"].create({"name": "Trần Thị Bích"})
        cls.product = admin["product.product"].create(
            {
                "name": "Áo dài",
                "list_price": 100_000,
                "taxes_id": False,
                "invoice_policy": "order",
                "type": "consu",
            }
        )
        cls.other_product = admin["product.product"].create(
            {
                "name": "Nón lá",
                "list_price": 50_000,
                "taxes_id": False,
                "invoice_policy": "order",
                "type": "consu",
            }
        )

    def order(self, *quantities, partner=None, confirm=True, points=0, **vals):
        """An order of products in turn; confirmed unless told not to."""
        products = [self.product, self.other_product]
        order = self.Order.create(
            {
                "partner_id": (partner or self.customer).id,
                "order_line": [
                    Command.create({"product_id": p.id, "product_uom_qty": quantity})
                    for p, quantity in zip(products, quantities, strict=False)
                    if quantity
                ],
                **vals,
            }
        )
        if points:
            order.points_to_spend = points
        if confirm:
            order.action_confirm()
        return order

    def card(self, partner=None):
        return self.env["loyalty.card"]._find_account(
            self.program, partner or self.customer
        )

    def balance(self, partner=None):
        self.settle()
        return int(self.card(partner).points)

    @classmethod
    def give(cls, points, partner=None, **more):
        """Points from nowhere, for tests of what follows."""
        partner = partner or cls.customer
        Card = cls.admin_env["loyalty.card"]
        card = Card._provide_accounts(cls.program, partner)[partner]
        return card._post_points(points, description="Quà tặng", **more)

    @classmethod
    def settle(cls):
        """What happens at the end of the transaction."""
        cls.env.cr.flush()

    def invoice(self, order):
        """A posted invoice for all that there is."""
        order = order.with_env(self.admin_env)
        invoice = order._create_invoices(final=True)
        invoice.action_post()
        self.settle()
        return invoice

    def pay(self, invoice):
        """The whole invoice, by bank."""
        journal = self.admin_env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        self.admin_env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"journal_id": journal.id})._create_payments()
        self.settle()

    def refund(self, invoice, **quantities):
        """A posted credit note; quantities by product name, else everything."""
        refund = invoice._reverse_moves(
            [{"ref": "Trả hàng", "invoice_date": invoice.invoice_date}]
        )
        if quantities:
            named = {"ao": self.product, "non": self.other_product}
            wanted = {named[name]: number for name, number in quantities.items()}
            for line in refund.invoice_line_ids:
                if line.product_id in wanted:
                    line.quantity = wanted[line.product_id]
                else:
                    line.unlink()
        refund.action_post()
        self.settle()
        return refund

    def lines(self, partner=None):
        """Kinds and points of the account's lines, in order."""
        rows = self.env["loyalty.history"].search(
            [("card_id", "=", self.card(partner).id)], order="id"
        )
        return [(row.kind, row.points) for row in rows]

    def assertProved(self):
        self.settle()
        self.assertEqual(self.env["loyalty.card"].sudo()._verify_points(), [])
