# What others are made of comes before them.
from . import crm_promotion_claim
from . import crm_promotion_order
from . import crm_promotion_voucher
from . import crm_voucher_action
from . import crm_voucher_hand
from . import crm_voucher_issue
from . import crm_voucher_mail
from . import crm_voucher_moves
from . import crm_voucher_night
from . import crm_voucher_program
from . import crm_voucher_sending
from . import crm_voucher_service

from . import crm_voucher_attempt
from . import crm_voucher_batch
from . import crm_voucher_log
from . import crm_voucher_request
from . import ir_actions_server
from . import loyalty_card
from . import loyalty_program
from . import sale_order
