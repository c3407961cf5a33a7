"""Imports that are stopped, resumed, undone and killed while they run.

Needs a served shop with `crm_customer` and a job runner that may be written to: its
database's name in CRM_TEST_DB, Odoo's configuration file in CRM_TEST_CONF, its address
in CRM_TEST_URL. Runs in Odoo's Python environment.
"""

import base64
import contextlib
import json
import os
import random
import select
import subprocess
import sys
import time
import uuid

import pytest

ROWS = 5600  # more than are stored at once (5,000); batches are of 500
BAD_EVERY = 100
STOPS = 5
PATIENCE = 40  # seconds until something counts as stuck

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION and os.environ.get("CRM_TEST_URL")),
    reason="CRM_TEST_DB, CRM_TEST_CONF and CRM_TEST_URL name no shop for tests",
)

# Somebody's process: load Odoo, then carry out each order in a transaction of its own:
# call a method of an import. An order may ask for a pause before the commit, and that
# no jobs are made, so that only we run them.
PROCESS = """
import json, sys
from contextlib import ExitStack
from unittest.mock import patch
import odoo.init
from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

conf, database = sys.argv[1:]
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)
Import = registry["crm.customer.import"]

def say(answer):
    print(json.dumps(answer), flush=True)

def perform(env, order):
    model = order.get("model", "crm.customer.import")
    records = env[model].browse(order.get("ids", []))
    value = getattr(records, order["method"])(*order.get("args", []))
    env.flush_all()
    if order.get("pause"):
        say({"value": "paused"})
        sys.stdin.readline()
    return value.ids if hasattr(value, "ids") else value

for line in sys.stdin:
    order = json.loads(line)
    with ExitStack() as stack:
        cr = stack.enter_context(registry.cursor())
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
        if not order.get("jobs", True):
            for name in ("_enqueue_reading", "_enqueue_rows"):
                stack.enter_context(patch.object(Import, name, lambda *args: None))
        try:
            say({"value": retrying(lambda: perform(env, order), env)})
        except UserError as error:
            say({"refused": str(error)})
        except Exception as error:
            say({"crashed": repr(error)})
"""


class Refused(Exception):
    """Odoo has refused with a sentence for the user."""


class Process:
    """A process with Odoo; calls are one transaction each."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, CONFIGURATION, DATABASE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, method, ids=(), *args, **more):
        self.begin(method, ids, *args, **more)
        return self.answer(method)

    def begin(self, method, ids=(), *args, **more):
        order = {"method": method, "ids": list(ids), "args": list(args), **more}
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()

    def answer(self, method):
        # One answer is under way at a time, so nothing waits in the buffer.
        assert select.select([self._process.stdout], [], [], PATIENCE)[0], (
            f"{method} is stuck"
        )
        answer = json.loads(self._process.stdout.readline())
        assert "crashed" not in answer, answer["crashed"]
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer["value"]

    def kill(self):
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def clerk():
    """Presses the buttons and looks at the results."""
    process = Process()
    yield process
    process.kill()


@pytest.fixture
def worker():
    """Runs a job and is killed before it can commit."""
    process = Process()
    yield process
    process.kill()


class Upload:
    """An import of a file whose customers have names of their own and nothing else:
    neither code nor phone would keep a row from being imported twice."""

    def __init__(self, clerk, rows, tags=()):
        self._clerk = clerk
        self.mark = f"Storm {uuid.uuid4()}"
        self.good = sum(1 for number in range(rows) if number % BAD_EVERY)
        self.bad = rows - self.good
        lines = [
            f"{self.mark} {number},{'' if number % BAD_EVERY else '12'},"
            f"{';'.join(tags)}"
            for number in range(rows)
        ]
        content = "\n".join(["Name,Phone,Tags", *lines]).encode()
        vals = {
            "file": base64.b64encode(content).decode(),
            "file_name": f"{self.mark}.csv",
        }
        self.ids = clerk.call("create", (), vals)
        self.call("action_preview")

    def call(self, method, *args, **more):
        return self._clerk.call(method, self.ids, *args, **more)

    @property
    def state(self):
        return self.call("read", ["state"])[0]["state"]

    def rows(self, *states):
        """How many rows there are, or only those in some states."""
        domain = [["import_id", "in", self.ids]]
        domain += [["state", "in", states]] if states else []
        model = "crm.customer.import.row"
        return self._clerk.call("search_count", (), domain, model=model)

    def customers(self):
        """How many customers the import has made."""
        domain = [["name", "like", self.mark], ["active", "in", [True, False]]]
        return self._clerk.call("search_count", (), domain, model="res.partner")

    def press(self, button):
        """Press a button that may have gone meanwhile; tells whether it was there."""
        with contextlib.suppress(Refused):
            self.call(button)
            return True
        return False

    def wait_until(self, reached):
        end = time.monotonic() + PATIENCE
        while not reached():
            state = self.state
            assert state != "failed", self.call("read", ["problem"])
            assert time.monotonic() < end, f"the import stays in the state {state}"
            time.sleep(0.05)

    def assert_complete(self):
        """Each good row became one customer, each bad row came back."""
        assert self.state == "done"
        assert self.rows("created") == self.good
        assert self.rows("rejected") == self.bad
        assert self.rows() == self.good + self.bad
        assert self.customers() == self.good


def test_reading_is_visible_at_once_and_can_be_killed_and_repeated(clerk, worker):
    upload = Upload(clerk, ROWS)
    upload.call("action_start", jobs=False)
    assert upload.rows() == 0
    worker.call("_job_stage", upload.ids, pause=True)
    assert upload.rows("create") == ROWS
    with pytest.raises(AssertionError, match="another job|Another job"):
        upload.call("_job_stage")
    worker.kill()
    upload.wait_until(lambda: stage_is_free(upload))
    assert upload.rows("create") == ROWS
    upload.call("_job_check", jobs=False)
    assert upload.rows("create") == upload.good


def stage_is_free(upload):
    """Read the file (again) unless PostgreSQL still holds the lock of the killed."""
    try:
        upload.call("_job_stage")
    except AssertionError as error:
        assert "Another job" in str(error)
        return False
    return True


def test_killed_batch_loses_and_doubles_nothing(clerk, worker):
    upload = Upload(clerk, 700)
    for step in ("action_start", "_job_stage", "_job_check"):
        upload.call(step, jobs=False)
    upload.call("_job_apply", 502, 701)
    before = upload.customers()
    worker.call("_job_apply", upload.ids, 2, 501, pause=True)
    worker.kill()
    assert (upload.customers(), upload.rows("created")) == (before, before)
    upload.call("_job_finish")
    assert upload.state == "running"
    for _repeated in range(2):
        upload.call("_job_apply", 2, 501)
    upload.call("_job_finish")
    upload.assert_complete()


def test_stopped_and_resumed_at_random_imports_each_row_once(clerk):
    chance = random.Random(seed := random.randrange(10**6))
    print(f"seed {seed}")  # shown when the test fails
    upload = Upload(clerk, ROWS)
    upload.call("action_start")
    stopped_in = []
    for longest in [0.3, 0.6, *[1.5] * (STOPS - 2)]:
        time.sleep(chance.uniform(0, longest))
        state = upload.state
        if upload.press("action_cancel"):
            stopped_in.append(state)
            time.sleep(chance.uniform(0, 0.3))
            upload.call("action_resume")
    assert "running" in stopped_in or "reading" in stopped_in
    upload.wait_until(lambda: upload.state == "done")
    upload.assert_complete()


def test_undone_right_after_stop_leaves_no_customer(clerk):
    upload = Upload(clerk, ROWS)
    upload.call("action_start")
    upload.wait_until(upload.customers)
    upload.call("action_cancel")
    upload.call("action_undo")
    upload.wait_until(lambda: upload.state == "undone")
    assert upload.customers() == 0
    assert upload.rows("created", "updated", "kept") == 0
    assert upload.rows("undone") > 0


def test_new_tags_of_two_files_at_once_are_made_once(clerk, worker):
    names = [f"Storm {uuid.uuid4()}" for _number in range(30)]
    uploads = [Upload(clerk, 200, names) for _file in range(2)]
    for upload in uploads:
        upload.call("action_start", jobs=False)
    workers = [clerk, worker]
    for process, upload in zip(workers, uploads, strict=True):
        process.begin("_job_stage", upload.ids)
    for process in workers:
        process.answer("_job_stage")
    domain = [["name", "in", names]]
    made = clerk.call("search_count", (), domain, model="res.partner.category")
    assert made == len(names)
    for upload in uploads:
        assert upload.rows("create") == 200
