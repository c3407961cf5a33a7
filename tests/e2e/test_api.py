"""The examples of docs/api.md, run as they stand against the served shop."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from launcher.layout import Layout
from launcher.odoo import Odoo
from launcher.postgres import Server

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What a reader types in by hand.
BY_HAND = ("export SHOP=", "export KEY=")
MAKE_KEY = """
import os, pathlib
from datetime import datetime, timedelta
user = env["res.users"].search([("login", "=", "manager")])
tomorrow = datetime.now() + timedelta(days=1)
key = env(user=user)["res.users.apikeys"]._generate("rpc", "docs/api.md", tomorrow)
pathlib.Path(os.environ["KEY_FILE"]).write_text(key)
env.cr.commit()
"""
END = "--- end of an answer ---"


def examples():
    """Pairs of a script and the answer that the page shows for it, if it shows one."""
    blocks = BLOCK.findall((ROOT / "docs" / "api.md").read_text("utf-8"))
    pairs = []
    for (kind, text), (next_kind, next_text) in zip(
        blocks, [*blocks[1:], ("", "")], strict=True
    ):
        if kind == "sh" and not text.startswith(BY_HAND):
            pairs.append((text, json.loads(next_text) if next_kind == "json" else None))
    return pairs


@pytest.fixture
def key(tmp_path):
    """An API key of the manager of the demo shop."""
    file = tmp_path / "key"
    conf = Path(os.environ["CRM_TEST_CONF"])
    odoo = Odoo(Layout(ROOT, conf.parent), ROOT, Server("", "", ""), conf)
    database = os.environ["CRM_TEST_DB"]
    odoo.script(database, MAKE_KEY, what="Making a key", KEY_FILE=str(file))
    return file.read_text("utf-8")


def test_examples_should_answer_as_the_page_shows(key):
    pairs = examples()
    assert len(pairs) > 5
    script = "\n".join(f"{text}\necho '{END}'" for text, _answer in pairs)
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail"],
        input=script,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"SHOP": os.environ["CRM_TEST_URL"], "KEY": key},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answers = done.stdout.split(END)
    for (text, shown), answer in zip(pairs, answers, strict=False):
        if shown is not None:
            assert_alike(json.loads(answer), shown, text)


def assert_alike(answer, shown, text):
    """Same structure; same values but for numbers and texts with an ellipsis."""
    assert type(answer) is type(shown), (answer, text)
    if shown in ({"…": "…"}, ["…"]):  # anything
        return
    if isinstance(shown, dict):
        assert answer.keys() == shown.keys(), text
        for name, value in shown.items():
            assert_alike(answer[name], value, text)
    elif isinstance(shown, list):
        assert len(answer) == len(shown), (answer, text)
        for one, other in zip(answer, shown, strict=True):
            assert_alike(one, other, text)
    elif isinstance(shown, str) and "…" in shown:
        assert answer.startswith(shown.partition("…")[0]), (answer, text)
    elif not isinstance(shown, int) or isinstance(shown, bool):
        assert answer == shown, text
