from . import loyalty_card
from . import pos_config
from . import pos_order
