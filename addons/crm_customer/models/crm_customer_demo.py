import random
from datetime import timedelta

from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL

ORDERS = 220
DAYS = 540
#: Every so-manieth order …
CANCELLED, QUOTED, INVOICED = 19, 23, 6
#: … and of these invoices.
UNPAID, RETURNED = 4, 5


class CrmCustomerDemo(models.AbstractModel):
    """Fills the demo shop with the orders of a year and a half; only its data call it.

    Dates are counted back from today, so the shop never looks abandoned, and drawn with
    a fixed seed, so it looks the same at each installation.
    """

    _name = "crm.customer.demo"
    _description = "Orders of the Demo Shop"

    @api.model
    def _fill(self):
        chance = random.Random(2024)
        orders = self._make_orders(chance)
        quotations, sold = orders[::QUOTED], orders - orders[::QUOTED]
        self._place(quotations, chance, days=14)
        sold.action_confirm()
        self._place(sold, chance, days=DAYS)
        sold[::CANCELLED]._action_cancel()
        self._invoice(sold.filtered(lambda order: order.state == "sale")[::INVOICED])
        self._date_timeline()
        self.env["crm.customer.stat"]._refresh()

    @api.model
    def _use_groups(self):
        """Find the members of the groups, and give one of them its own prices."""
        self.env["crm.customer.group"].search([])._rebuild("group")
        settings = self.env["res.config.settings"]
        settings.create({"group_product_pricelist": True}).execute()
        vip = self.env.ref("crm_customer.crm_customer_group_vip")
        policy = self.env["crm.customer.group.policy"].create(
            {"group_ids": vip.ids, "name": "Giá khách VIP", "discount": 3}
        )
        policy.action_apply()

    def _make_orders(self, chance):
        data = self.env["ir.model.data"].search([("module", "=", "crm_customer")])
        ids = {
            model: [
                record.res_id
                for record in data.sorted("name")
                if record.model == model and record.name.startswith(name)
            ]
            for model, name in (
                ("res.partner", "res_partner_customer_"),
                ("product.product", "product_"),
            )
        }
        customers = self.env["res.partner"].browse(ids["res.partner"])
        sellers = [customer.user_id.id for customer in customers]
        vals_list = []
        for _number in range(ORDERS):
            place = int(len(customers) * chance.random() ** 2)  # some come often
            products = chance.sample(
                ids["product.product"], chance.choice((1, 1, 2, 3))
            )
            lines = [
                Command.create(
                    {
                        "product_id": product_id,
                        "product_uom_qty": chance.choice((1, 1, 1, 2)),
                    }
                )
                for product_id in products
            ]
            vals_list.append(
                {
                    "partner_id": customers[place].id,
                    "user_id": sellers[place],
                    "order_line": lines,
                }
            )
        return self.env["sale.order"].create(vals_list)

    def _place(self, orders, chance, days):
        """Spread orders over the last days, more of them lately, at shop hours."""
        today = self.env.cr.now().replace(hour=0, minute=0, second=0, microsecond=0)
        for order in orders:
            member = (today.date() - order.partner_id.member_since).days - 1
            span = min(days, max(0, member))
            day = today - timedelta(days=1 + span * chance.random() ** 1.5 // 1)
            order.date_order = day + timedelta(minutes=chance.randrange(60, 840))

    def _date_timeline(self):
        """Orders stand in the timeline where they were made, not at the installation.

        The timeline only grows, so there is no other way than SQL.
        """
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_interaction AS i
                   SET at = o.date_order
                         + CASE WHEN i.event = %s THEN interval '5 hours'
                                ELSE interval '0' END
                  FROM sale_order AS o
                 WHERE i.res_model = 'sale.order'
                   AND i.res_id = o.id
             RETURNING i.id
                """,
                "cancelled",
            )
        )
        self.env["crm.interaction"].invalidate_model(["at"])

    def _invoice(self, orders):
        if not self.env["account.journal"].search([("type", "=", "sale")], limit=1):
            return  # the company has no accounts
        invoices = self.env["account.move"]
        for order in orders:
            invoice = order._create_invoices()
            invoice.invoice_date = order.date_order
            invoices += invoice
        invoices.action_post()
        returned = invoices[::RETURNED]
        reversal = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=returned.ids
        )
        reversal = reversal.create({"journal_id": returned.journal_id[:1].id})
        reversal.reverse_moves()
        reversal.new_move_ids.action_post()
        open_ones = invoices.filtered(lambda move: move.payment_state == "not_paid")
        paid = open_ones - open_ones[::UNPAID]
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        )
        wizard.create({"group_payment": False})._create_payments()
