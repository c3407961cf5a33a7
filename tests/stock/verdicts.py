"""What Odoo's own tests of some modules say in a database. Runs in Odoo's shell.

The shop is brought to where Odoo's developers run them: in English, in dollars.
CRM_STOCK_MODULES names the modules, CRM_STOCK_ANSWER the JSON file to write: test ->
(outcome, the last line of what was said). All addons are loaded while the tests run,
those that Odoo would run in the middle of an installation as well: a module is tested
as it is used.
"""

import json
import os
from pathlib import Path

import odoo
from odoo.modules.registry import Registry
from odoo.service.server import server
from odoo.tests.loader import make_suite
from odoo.tests.result import OdooTestResult

PASSED, SKIPPED, FAILED = "passed", "skipped", "failed"


class Verdicts(OdooTestResult):
    """Keeps each test's outcome; the worst of its parts counts."""

    def __init__(self):
        super().__init__()
        self.found = {}

    def addSuccess(self, test):
        self._keep(test, PASSED)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._keep(test, SKIPPED, reason)

    def addError(self, test, err):
        super().addError(test, err)
        self._keep(test, FAILED, err[1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._keep(test, FAILED, err[1])

    def _keep(self, test, outcome, said=""):
        whole = getattr(test, "test_case", None) or test  # a part: a subtest
        name = whole.id().replace("odoo.addons.", "").replace(".tests.", ".")
        if self.found.get(name, ("",))[0] != FAILED:
            lines = str(said).strip().splitlines() or [""]
            self.found[name] = (outcome, lines[-1][:200])


def run(database, modules):
    """Test -> (outcome, what was said)."""
    odoo.tools.config["test_enable"] = True
    odoo.tools.config["test_tags"] = ",".join(f"/{module}" for module in modules)
    server.http_spawn()
    verdicts = Verdicts()
    Registry(database)
    for position in ("at_install", "post_install"):
        make_suite(modules, position)(verdicts)
        odoo.modules.module.current_test = False
    return verdicts.found


def move_to_america(env):
    """The database is thrown away afterwards."""
    env["res.lang"]._activate_lang("en_US")
    dollar = env.ref("base.USD")
    dollar.active = True
    env["res.company"].search([]).currency_id = dollar
    partners = env["res.partner"].with_context(active_test=False)
    partners.search([("lang", "!=", "en_US")]).lang = "en_US"
    env.cr.commit()  # nothing is locked while the tests run


move_to_america(env)  # noqa: F821 (of the shell)
found = run(env.cr.dbname, os.environ["CRM_STOCK_MODULES"].split(","))  # noqa: F821
Path(os.environ["CRM_STOCK_ANSWER"]).write_text(json.dumps(found), "utf-8")
