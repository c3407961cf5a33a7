from . import crm_interaction_report
