# What others are made of comes before them.
from . import crm_promotion_benefit
from . import crm_promotion_book
from . import crm_promotion_claim
from . import crm_promotion_conditions
from . import crm_promotion_facts
from . import crm_promotion_history
from . import crm_promotion_life
from . import crm_promotion_limit
from . import crm_promotion_order
from . import crm_promotion_result
from . import crm_promotion_stop_action
from . import crm_promotion_voucher

from . import crm_promotion_change
from . import crm_promotion_counter
from . import crm_promotion_exclusion
from . import crm_promotion_use
from . import ir_actions_server
from . import loyalty_program
from . import loyalty_reward
from . import product_product
from . import sale_order
from . import sale_order_line
