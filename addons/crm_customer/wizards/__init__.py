from . import crm_customer_export
