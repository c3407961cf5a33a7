from . import crm_promotion_stop
