from . import base_partner_merge
from . import crm_promotion_stop
from . import crm_voucher_change
from . import crm_voucher_import
from . import sale_loyalty_coupon_wizard
from . import crm_promotion_try
from . import crm_promotion_try_line
from . import crm_promotion_why
