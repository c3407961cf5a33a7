from . import base_partner_merge
from . import loyalty_card_update_balance
from . import crm_loyalty_adjust
