from . import test_gate
from . import test_promotion_order
from . import test_promotion_why
from . import test_tools_engine
