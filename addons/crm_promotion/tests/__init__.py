from . import test_gate
from . import test_tools_vouchers
from . import test_voucher_automation
from . import test_voucher_batch
from . import test_voucher_codes
from . import test_voucher_ui
from . import test_vouchers
