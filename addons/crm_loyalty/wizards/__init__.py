from . import base_partner_merge
from . import crm_tier_set
from . import loyalty_card_update_balance
from . import crm_loyalty_adjust
