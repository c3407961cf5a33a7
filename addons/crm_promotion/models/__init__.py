# What others are made of comes before them.
from . import crm_promotion_claim
from . import crm_promotion_order
from . import crm_promotion_voucher

from . import loyalty_program
from . import sale_order
