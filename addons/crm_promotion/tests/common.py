"""What the tests of promotions share: a shop that sells, its people, a program."""

from odoo.fields import Command

from odoo.addons.crm_loyalty.tests.common import USER as POINTS_USER
from odoo.addons.crm_loyalty.tests.common import LoyaltyCase

USER = "crm_promotion.crm_promotion_group_user"
MANAGER = "crm_promotion.crm_promotion_group_manager"


class PromotionCase(LoyaltyCase):
    """Tests act as a sales person; ``promotion_manager`` makes programs."""

    staff = LoyaltyCase.staff | {
        "seller": f"{POINTS_USER},{USER}",
        "promotion_manager": f"{MANAGER},sales_team.group_sale_manager",
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Program = cls.env["loyalty.program"].with_user(cls.promotion_manager)

    @classmethod
    def promote(cls, *levels, start=True, **vals):
        """A running promotion; levels are values of benefits, a percentage for short.

        Without a level it is 10 % on everything.
        """
        program = cls.Program.create(
            {
                "name": "Khuyến mãi",
                "is_promotion": True,
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                "company_id": cls.company.id,
                "reward_ids": [
                    Command.create(
                        level
                        if isinstance(level, dict)
                        else {"benefit_type": "percent", "discount": level}
                    )
                    for level in levels or (10,)
                ],
                **vals,
            }
        )
        if start:
            program.action_start_promotion()
        return program

    def discounts(self, order):
        """Money that promotions took off, per line, the largest first."""
        return sorted(order._promotion_lines().mapped("price_total"))

    def snapshot(self, order):
        """All that may not change when a promotion comes and goes."""
        return sorted(
            (
                line.product_id.id,
                line.product_uom_qty,
                line.price_unit,
                line.discount,
                line.price_total,
                line.name,
                line.reward_identifier_code or "",
            )
            for line in order.order_line
        ), order.amount_total
