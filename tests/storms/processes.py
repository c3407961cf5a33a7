"""The processes of ``harness``: Odoo, loaded once, and what each fork of it does."""

from __future__ import annotations

import os
import random
import signal
import time
from types import SimpleNamespace

from psycopg2 import OperationalError

import odoo.init
import odoo.service.model
import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY, retrying
from odoo.tools import config

from .harness import CONFIGURATION, DATABASE, GO, PAUSED, Answer

config.parse_config(["-c", CONFIGURATION, "-d", DATABASE, "--log-level=critical"])
_registry = Registry(DATABASE)
odoo.sql_db.close_all()  # forks can't share connections

# Odoo waits for seconds before it repeats; a storm is denser.
odoo.service.model.random = SimpleNamespace(
    uniform=lambda low, high: random.uniform(low, high) / 20
)

_life = SimpleNamespace(connection=None, paused=False)


def serve(connection) -> None:
    """The life of a process: tasks in, the answer to the last of them out."""
    _life.connection = connection
    while True:
        try:
            tasks = connection.recv()
        except EOFError:
            return
        again = 0
        for task in tasks:
            _life.paused = False
            answer = _perform(task)
            again += answer.again
            if answer.end != "done":
                break
        connection.send(Answer(answer.end, answer.value, again))


def pause() -> None:
    if not _life.paused:
        _life.paused = True
        _life.connection.send(PAUSED)
        assert _life.connection.recv() == GO


def _perform(task) -> Answer:
    global _registry
    _registry = _registry.check_signaling()  # as at the begin of each request
    begun = 0

    def perform():
        nonlocal begun
        begun += 1
        value = task.function(env, **task.arguments)
        if task.dies:
            env.cr.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        return value

    with _registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
        if task.waits:
            cr.execute("SELECT 1 FROM res_partner LIMIT 1")  # the snapshot is taken
            pause()
            _life.paused = False
        try:
            value = (_until_done if task.patient else retrying)(perform, env)
            return Answer("done", value, begun - 1)
        except UserError as error:
            end, value = "refused", str(error)
        except OperationalError as error:
            end, value = "gave up", type(error).__name__
        except Exception as error:
            end, value = "crashed", repr(error)
        cr.rollback()
    return Answer(end, value, begun - 1)


def _until_done(perform, env):
    from odoo.addons.queue_job.exception import RetryableJobError

    while True:
        try:
            return retrying(perform, env)
        except RetryableJobError:
            pass
        except OperationalError as error:
            if error.pgcode not in PG_CONCURRENCY_ERRORS_TO_RETRY:
                raise
        env.cr.rollback()
        env.transaction.reset()
        time.sleep(random.uniform(0, 0.02))
