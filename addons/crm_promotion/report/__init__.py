from . import crm_promotion_report
