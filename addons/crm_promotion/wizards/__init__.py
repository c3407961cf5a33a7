from . import crm_promotion_stop
from . import crm_voucher_change
from . import crm_voucher_import
from . import sale_loyalty_coupon_wizard
