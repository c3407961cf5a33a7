from . import crm_loyalty_liability
from . import crm_loyalty_report
