from . import test_gate, test_tools_claims, test_tools_life, test_uses
