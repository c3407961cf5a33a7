from . import test_till
from . import test_till_ui
