# What others are made of comes before them.
from . import crm_promotion_book
from . import crm_promotion_claim
from . import crm_promotion_conditions
from . import crm_promotion_explain
from . import crm_promotion_facts
from . import crm_promotion_order
from . import crm_promotion_voucher

from . import crm_promotion_exclusion
from . import loyalty_program
from . import loyalty_reward
from . import product_product
from . import sale_order
from . import sale_order_line
