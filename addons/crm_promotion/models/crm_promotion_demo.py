import random
from datetime import timedelta

from odoo import api, fields, models

#: How many orders, and between how many days ago: of the running promotions, of the one
#: that was stopped, of last season's.
PERIODS = ((48, 12, 0), (12, 38, 19), (20, 150, 101))
#: Every so-manieth order is cancelled.
CANCELLED = 12


class CrmPromotionDemo(models.AbstractModel):
    """Sells with the promotions of the demo shop; only its data call it.

    Dates are counted back from today, and drawn with a fixed seed.
    """

    _name = "crm.promotion.demo"
    _description = "Uses of the Demo Shop's Promotions"

    @api.model
    def _fill(self):
        shop = self.with_user(self.env.ref("crm_customer.user_manager")).sudo()
        shop = shop.with_context(lang="vi_VN", tz="Asia/Ho_Chi_Minh")
        shop._sell(random.Random(2027))
        season = shop._demo("loyalty_program_season")
        season.write({"max_uses": 120, "max_uses_day": 20, "budget": 12_000_000})
        shop._use_vouchers()
        shop._refuse_codes()
        shop.env["crm.loyalty.demo"]._date_lines()
        shop.env["crm.customer.demo"]._date_timeline()

    def _demo(self, name):
        return self.env.ref(f"crm_promotion.{name}_demo")

    def _sell(self, chance):
        """Orders like those that there are, with what was given on their day."""
        over = self._demo("loyalty_program_summer") | self._demo(
            "loyalty_program_dresses"
        )
        moments = sorted(
            moment for period in PERIODS for moment in self._moments(chance, *period)
        )
        sold = self.env["sale.order"].search(
            [("state", "=", "sale"), ("company_id", "=", self.env.company.id)],
            order="date_order desc, id",
            limit=len(moments),
        )
        orders = sold.browse()
        for model, at in zip(sold, moments, strict=False):
            if model.partner_id.member_since > at.date():
                continue
            order = model.copy()
            order._write_promotions(order._plan_promotions(at=at, programs=over))
            self.env["crm.loyalty.demo"]._sell(order, at)
            orders += order
        orders[::CANCELLED]._action_cancel()

    def _moments(self, chance, count, first, last):
        """At shop hours, more of them at the end: word goes round."""
        now = fields.Datetime.now()
        morning = now.replace(hour=1, minute=0, second=0, microsecond=0)
        for _number in range(count):
            ago = timedelta(int(last + (first - last) * chance.random() ** 1.6))
            at = morning - ago + timedelta(minutes=chance.randrange(780))
            yield min(at, now)

    @api.model
    def _issue(self):
        """Issue the vouchers of the demo shop."""
        batches = self.env["crm.voucher.batch"].union(
            *(
                self._demo(f"crm_voucher_batch_{name}")
                for name in ("opening", "anonymous", "vip")
            )
        )
        for group in batches.group_ids:
            group._rebuild("group")
        batches.invalidate_recordset(["customer_count"])
        for batch in batches:
            if batch.kind == "anonymous" or batch.customer_count:
                batch.action_issue()

    def _use_vouchers(self):
        """Vouchers in every state."""
        flyers = self._demo("crm_voucher_batch_anonymous").card_ids
        flyers[:7]._move("mark", note="Thu tại quầy")
        flyers[7:11]._move("cancel", note="In lỗi, đã thu hồi")
        opening = self._demo("crm_voucher_batch_opening")
        opening.card_ids[:9]._move("mark", note="Thu tại quầy")
        last_day = fields.Date.context_today(self) - timedelta(days=20)
        opening.expiration_date = last_day
        opening.card_ids.expiration_date = last_day
        reader = self.env.ref("crm_customer.res_partner_customer_001")  # of the portal
        personal = self._demo("crm_voucher_batch_vip").card_ids.filtered(
            lambda card: card.partner_id != reader
        )
        orders = self._orders_with(personal[:6])
        orders[:4].action_confirm()

    def _orders_with(self, vouchers):
        """A quotation for the owner of each voucher, which holds it."""
        orders = self.env["sale.order"]
        for voucher in vouchers:
            bought = [
                ("partner_id", "=", voucher.partner_id.id),
                ("state", "=", "sale"),
            ]
            order = orders.search(bought, limit=1).copy()
            order._apply_voucher(voucher.code)
            orders += order
        return orders

    def _refuse_codes(self):
        """Somebody tried codes that can't be used."""
        gone = self.env["loyalty.card"].search(
            [("voucher_state", "=", "expired")], limit=1
        )
        user = self.env.ref("crm_customer.user_telesale")
        self.env["crm.voucher.attempt"].create(
            [
                {
                    "code": code,
                    "reason": reason,
                    "user_id": user.id,
                    "address": "192.168.1.24",
                    "card_id": card.id,
                    "company_id": self.env.company.id,
                }
                for code, reason, card in (
                    ("TET-2026", "unknown", gone.browse()),
                    ("MAYLUA50", "unknown", gone.browse()),
                    (gone.code, "expired", gone),
                )
            ]
        )
