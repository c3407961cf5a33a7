from . import base_partner_merge
from . import crm_customer_export
from . import crm_customer_stat_check
from . import crm_customer_stat_check_line
