import random
from datetime import timedelta

from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL

ORDERS = 110
DAYS = 480
#: Every so-manieth order …
CANCELLED, SPENDING = 17, 4


class CrmLoyaltyDemo(models.AbstractModel):
    """Fills the demo shop with a points program in use; only its data call it.

    Orders of more than a year, in the order of their days: customers earn, some spend,
    some orders are cancelled, points expire. Dates are counted back from today.
    """

    _name = "crm.loyalty.demo"
    _description = "Points of the Demo Shop"

    @api.model
    def _fill(self):
        chance = random.Random(2025)
        company = self.env.ref("base.main_company")
        shop = self.with_company(company).with_context(
            lang="vi_VN", tz="Asia/Ho_Chi_Minh"
        )
        program = shop.env["loyalty.program"]._provide_points_program(company)
        program.write(
            {
                "name": "Điểm thưởng Mây Lụa",
                "portal_point_name": "điểm",
                "point_value": 1_000,
                "money_per_point": 20_000,
                "validity": "months",
                "validity_months": 12,
                "points_to_keep": 5,
                "expiry_notice_days": 10,
            }
        )
        shop._make_rules(program)
        orders = shop._make_orders(chance)
        orders[::CANCELLED]._action_cancel()
        self.env.cr.flush()
        accounts = program.coupon_ids
        accounts[::5]._post_gifts(
            10,
            kind="adjust",
            prefix="demo:gift",
            description="Quà tri ân khách hàng thân thiết",
        )
        accounts._expire_points(program)
        shop._date_lines()
        shop.env["crm.customer.demo"]._date_timeline()

    def _make_rules(self, program):
        program.rule_ids.name = "Theo giá trị đơn hàng"
        tag = self.env.ref("crm_customer.product_ao_dai_demo")
        vals = {"program_id": program.id}
        today = self.env.cr.now().date()
        self.env["loyalty.rule"].create(
            [
                vals | {"name": name, "rule_type": kind, "points": points} | more
                for name, kind, points, more in (
                    ("Chào đơn hàng đầu tiên", "first_order", 10, {}),
                    ("Mỗi đơn thứ năm", "order_count", 20, {"order_repeats": True}),
                    ("Mừng sinh nhật", "birthday", 20, {}),
                    ("Giới thiệu bạn mới", "referral", 15, {}),
                    ("Đánh giá sản phẩm", "manual", 5, {}),
                    (
                        "Áo dài: thêm 5 điểm mỗi chiếc",
                        "product",
                        5,
                        {
                            "product_ids": [Command.link(tag.id)],
                            "reward_point_mode": "unit",
                        },
                    ),
                    (
                        "Nhân đôi điểm dịp lễ",
                        "multiplier",
                        0,
                        {
                            "multiplier": 200,
                            "date_from": today + timedelta(days=30),
                            "date_to": today + timedelta(days=37),
                        },
                    ),
                )
            ]
        )

    def _make_orders(self, chance):
        customers = self._records("res.partner", "res_partner_customer_")
        products = self._records("product.product", "product_")
        days = sorted(DAYS * chance.random() ** 1.3 for _n in range(ORDERS))[::-1]
        orders = self.env["sale.order"]
        for number, days_ago in enumerate(days):
            place = int(len(customers) * chance.random() ** 3)  # some come often
            customer = customers[place]
            at = self.env.cr.now() - timedelta(days=1 + days_ago)
            while place and customer.member_since > at.date():
                place //= 2  # the first ones have been here longest
                customer = customers[place]
            order = self.env["sale.order"].create(
                {
                    "partner_id": customer.id,
                    "user_id": customer.user_id.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": chance.choice(products).id,
                                "product_uom_qty": chance.choice((1, 1, 2)),
                            }
                        )
                        for _line in range(chance.choice((1, 2, 3)))
                    ],
                }
            )
            if not number % SPENDING and (allowed := order._points_allowed()):
                order.points_to_spend = max(1, allowed // 2)
            self._sell(order, at.replace(microsecond=0))
            orders += order
        return orders

    @api.model
    def _sell(self, order, at):
        """Confirm an order on its day; the button would confirm it today.

        So does the tier that it brings the customer to, with its gift. These tables
        only grow, so there is no other way than SQL.
        """
        self.env.flush_all()
        latest = self.env["crm.tier.change"].search([], order="id desc", limit=1).id
        now = self.env.cr.now()
        order.write({"state": "sale", "date_order": at})
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                WITH rises AS (
                    UPDATE crm_tier_change SET at = %(at)s WHERE id > %(latest)s
                    RETURNING partner_id
                ), gifts AS (
                    UPDATE loyalty_history AS h SET occurred_at = %(at)s
                      FROM loyalty_card AS c, rises
                     WHERE c.id = h.card_id AND c.partner_id = rises.partner_id
                       AND h.occurred_at >= %(now)s
                )
                UPDATE res_partner AS p SET tier_since = %(at)s
                  FROM rises WHERE rises.partner_id = p.id RETURNING p.id
                """,
                at=at,
                latest=latest or 0,
                now=now - timedelta(minutes=1),
            )
        )
        self.env.invalidate_all()

    def _records(self, model, name):
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "crm_customer"),
                ("model", "=", model),
                ("name", "=like", f"{name}%"),
            ],
            order="name",
        )
        return self.env[model].browse(data.mapped("res_id"))

    def _date_lines(self):
        """Lines were posted when they happened, not at the installation.

        The ledger only grows, so there is no other way than SQL.
        """
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                UPDATE loyalty_history SET create_date = occurred_at
                 WHERE kind IS NOT NULL AND kind <> 'memo' RETURNING id
                """
            )
        )
        self.env["loyalty.history"].invalidate_model(["create_date"])
