from odoo import api, fields, models
from odoo.fields import Command


class CrmPromotionTry(models.TransientModel):
    """What a customer would get for a basket at any moment; writes nothing."""

    _name = "crm.promotion.try"
    _description = "Try Promotions"

    program_id = fields.Many2one(
        "loyalty.program",
        string="Promotion",
        domain=[("is_promotion", "=", True)],
        help="Looked at even when it isn't running. Others that run count, too.",
    )
    partner_id = fields.Many2one("res.partner", string="Customer")
    moment = fields.Datetime(default=fields.Datetime.now, required=True)
    team_id = fields.Many2one("crm.team", string="Channel")
    pricelist_id = fields.Many2one("product.pricelist")
    with_codes = fields.Boolean(
        string="As if Codes Were Entered",
        default=True,
        help="And as if the customer had the vouchers.",
    )
    line_ids = fields.One2many("crm.promotion.try.line", "try_id", string="Basket")
    result = fields.Html(compute="_compute_result", sanitize=False)

    @api.depends(
        "program_id",
        "partner_id",
        "moment",
        "team_id",
        "pricelist_id",
        "with_codes",
        "line_ids.product_id",
        "line_ids.quantity",
    )
    def _compute_result(self):
        for each in self:
            each.result = each._render_result()

    def _render_result(self):
        (self.partner_id | self.program_id.env["res.partner"]).check_access("read")
        goods = self.line_ids.filtered("product_id")
        if not goods or not self.moment:
            return False
        order = self._imagine_order(goods)
        promotions = order._plan_promotions(
            at=self.moment,
            programs=self.program_id,
            why=True,
            with_codes=self.with_codes,
        )
        rows = order._explain_promotions(promotions)
        rows.sort(key=lambda row: row["program"].id != self.program_id.id)
        total = order._promotion_units(order.amount_total)
        off = sum(given.amount for given in promotions.given)
        return self.env["ir.qweb"]._render(
            "crm_promotion.crm_promotion_verdicts",
            {
                "rows": rows,
                "totals": [
                    order._promotion_money_text(units)
                    for units in (total, off, total - off)
                ],
            },
        )

    def _imagine_order(self, goods):
        """An order that is nowhere but in memory."""
        vals = {
            "partner_id": self.partner_id.id,
            "company_id": self.env.company.id,
            "date_order": self.moment,
            "order_line": [
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "product_uom_qty": line.quantity,
                    }
                )
                for line in goods
            ],
        }
        if self.team_id:
            vals["team_id"] = self.team_id.id
        if self.pricelist_id:
            vals["pricelist_id"] = self.pricelist_id.id
        return self.env["sale.order"].new(vals)
