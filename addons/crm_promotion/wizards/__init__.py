from . import crm_promotion_try
from . import crm_promotion_try_line
from . import crm_promotion_why
