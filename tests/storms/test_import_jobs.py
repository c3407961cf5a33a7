"""Imports that are stopped, resumed, undone and killed while they run.

Needs a served shop with `crm_customer` and a job runner, see ``harness``; its address
in CRM_TEST_URL.
"""

import base64
import os
import random
import time
import uuid

import pytest

from .harness import Process, at_once, do, needs_database, pause

ROWS = 5600  # more than are stored at once (5,000); batches are of 500
BAD_EVERY = 100
STOPS = 5
PATIENCE = 40  # seconds until something counts as stuck

pytestmark = [
    needs_database,
    pytest.mark.skipif(
        not os.environ.get("CRM_TEST_URL"), reason="CRM_TEST_URL names no served shop"
    ),
]


def make_import(env, content, file_name):
    record = env["crm.customer.import"].create(
        {"file": base64.b64encode(content), "file_name": file_name}
    )
    record.action_preview()
    return record.id


def press(env, record, method, args=()):
    """A button or a job of an import."""
    getattr(env["crm.customer.import"].browse(record), method)(*args)


def press_slowly(env, record, method, args=()):
    """All is done but not committed yet."""
    press(env, record, method, args)
    env.flush_all()
    pause()


def read(env, record, name):
    return env["crm.customer.import"].browse(record)[name]


def count(env, model, domain):
    return env[model].search_count(domain)


def without_jobs(env):
    """From now on only we do what jobs do."""
    Import = env.registry["crm.customer.import"]
    Import._enqueue_reading = Import._enqueue_rows = lambda *args: None


@pytest.fixture(scope="module")
def clerk():
    """Presses the buttons and looks at the results; the shop runs the jobs."""
    process = Process()
    yield process
    process.kill()


@pytest.fixture
def worker():
    """Runs jobs itself, and may be killed."""
    process = Process(do(without_jobs))
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
        self.id = clerk.call(make_import, content=content, file_name=f"{self.mark}.csv")

    def task(self, method, *args, by=press):
        return do(by, record=self.id, method=method, args=args)

    def press(self, method, *args, by=None):
        """Press a button, or do what a job does."""
        process = by or self._clerk
        process.begin(self.task(method, *args))
        process.answer().result()

    def press_if_there(self, button):
        """Press a button that may have gone meanwhile; tells whether it was there."""
        self._clerk.begin(self.task(button))
        return self._clerk.answer().end == "done"

    def begin(self, process, method, *args):
        """Let a process do everything but the last, the commit."""
        process.begin(self.task(method, *args, by=press_slowly))
        process.wait()

    def read(self, name):
        return self._clerk.call(read, record=self.id, name=name)

    @property
    def state(self):
        return self.read("state")

    def rows(self, *states):
        """How many rows there are, or only those in some states."""
        domain = [("import_id", "=", self.id)]
        domain += [("state", "in", states)] if states else []
        return self._count("crm.customer.import.row", domain)

    def customers(self):
        """How many customers the import has made."""
        domain = [("name", "like", self.mark), ("active", "in", [True, False])]
        return self._count("res.partner", domain)

    def _count(self, model, domain):
        return self._clerk.call(count, model=model, domain=domain)

    def wait_until(self, reached):
        end = time.monotonic() + PATIENCE
        while not reached():
            state = self.state
            assert state != "failed", self.read("problem")
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
    upload.press("action_start", by=worker)
    assert upload.rows() == 0
    upload.begin(worker, "_job_stage")
    assert upload.rows("create") == ROWS
    with pytest.raises(AssertionError, match="Another job"):
        upload.press("_job_stage")
    worker.replace()
    upload.wait_until(lambda: stage_is_free(upload))
    assert upload.rows("create") == ROWS
    upload.press("_job_check", by=worker)
    assert upload.rows("create") == upload.good


def stage_is_free(upload):
    """Read the file (again) unless PostgreSQL still holds the lock of the killed."""
    try:
        upload.press("_job_stage")
    except AssertionError as error:
        assert "Another job" in str(error)
        return False
    return True


def test_killed_batch_loses_and_doubles_nothing(clerk, worker):
    upload = Upload(clerk, 700)
    for step in ("action_start", "_job_stage", "_job_check"):
        upload.press(step, by=worker)
    upload.press("_job_apply", 502, 701)
    before = upload.customers()
    upload.begin(worker, "_job_apply", 2, 501)
    worker.kill()
    assert (upload.customers(), upload.rows("created")) == (before, before)
    upload.press("_job_finish")
    assert upload.state == "running"
    for _repeated in range(2):
        upload.press("_job_apply", 2, 501)
    upload.press("_job_finish")
    upload.assert_complete()


def test_stopped_and_resumed_at_random_imports_each_row_once(clerk):
    chance = random.Random(seed := random.randrange(10**6))
    print(f"seed {seed}")  # shown when the test fails
    upload = Upload(clerk, ROWS)
    upload.press("action_start")
    stopped_in = []
    for longest in [0.3, 0.6, *[1.5] * (STOPS - 2)]:
        time.sleep(chance.uniform(0, longest))
        state = upload.state
        if upload.press_if_there("action_cancel"):
            stopped_in.append(state)
            time.sleep(chance.uniform(0, 0.3))
            upload.press("action_resume")
    assert "running" in stopped_in or "reading" in stopped_in
    upload.wait_until(lambda: upload.state == "done")
    upload.assert_complete()


def test_undone_right_after_stop_leaves_no_customer(clerk):
    upload = Upload(clerk, ROWS)
    upload.press("action_start")
    upload.wait_until(upload.customers)
    upload.press("action_cancel")
    upload.press("action_undo")
    upload.wait_until(lambda: upload.state == "undone")
    assert upload.customers() == 0
    assert upload.rows("created", "updated", "kept") == 0
    assert upload.rows("undone") > 0


def test_new_tags_of_two_files_at_once_are_made_once(clerk, worker):
    names = [f"Storm {uuid.uuid4()}" for _number in range(30)]
    uploads = [Upload(clerk, 200, names) for _file in range(2)]
    for upload in uploads:
        upload.press("action_start", by=worker)
    stages = [upload.task("_job_stage") for upload in uploads]
    for answer in at_once([clerk, worker], stages):
        answer.result()
    domain = [("name", "in", names)]
    assert clerk.call(count, model="res.partner.category", domain=domain) == len(names)
    for upload in uploads:
        assert upload.rows("create") == 200
