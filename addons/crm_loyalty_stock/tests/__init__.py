from . import test_return
from . import test_tier_return
from . import test_tools_returns
