from . import base_partner_merge
from . import crm_customer_export
from . import crm_owner_test
from . import crm_customer_group_add
from . import crm_customer_group_policy
from . import crm_customer_group_why
from . import crm_customer_group_why_line
from . import crm_interaction_log
