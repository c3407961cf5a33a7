from . import base_partner_merge
from . import crm_customer_export
from . import crm_interaction_log
