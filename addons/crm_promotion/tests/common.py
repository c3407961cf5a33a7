"""What the tests of promotions share: a shop that sells, its people, a programme."""

from odoo.addons.crm_loyalty.tests.common import LoyaltyCase

USER = "crm_promotion.crm_promotion_group_user"
MANAGER = "crm_promotion.crm_promotion_group_manager"


class PromotionCase(LoyaltyCase):
    """Tests act as a sales person; ``promotion_manager`` makes programmes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        seller = cls.seller.with_env(cls.superuser_env)
        seller.group_ids += cls.superuser_env.ref(USER)
        cls.promotion_manager = cls._make_employee(
            "promotion_manager",
            f"{MANAGER},sales_team.group_sale_manager",
            cls.company,
        )
