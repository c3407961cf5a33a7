from . import (
    test_gate,
    test_life,
    test_limits,
    test_promotion_order,
    test_tools_claims,
    test_tools_engine,
    test_tools_life,
    test_uses,
)
