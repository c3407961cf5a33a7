"""The repository keeps the promises of docs/architecture.md. Needs no Odoo."""

from __future__ import annotations

import ast
import functools
import os
import re
from pathlib import Path

import pytest

from launcher.lint import SKIPPED_FOLDERS

ROOT = Path(__file__).resolve().parents[2]
DOC = ROOT / "docs" / "architecture.md"
GLUE = "glue"
MODEL_LINES, TEST_LINES = 300, 400
MUST_HAVE = ("tests/test_*.py", "i18n/vi.po", "readme/DESCRIPTION.md")
MUST_HAVE_BY_LEVEL = ("security/ir.model.access.csv", "static/description/icon.png")
LICENCES = {"crm_helpdesk": "AGPL-3"}
HTTP_CLIENT = ROOT / "addons" / "crm_connector" / "client"
#: In pieces, as this file is checked as well.
REGISTRIES = tuple(
    ".".join(labels)
    for labels in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("docker", "io"),
        ("ghcr", "io"),
    )
)

MANIFESTS = {
    path.parent.name: ast.literal_eval(path.read_text("utf-8"))
    for path in sorted(ROOT.glob("addons/*/__manifest__.py"))
}
ADDONS = sorted(MANIFESTS)
each_addon = pytest.mark.parametrize("addon", ADDONS)


@each_addon
def test_tests_run_once_all_addons_are_there(addon):
    """The launcher runs tests in copies of a database that has the addons."""
    for path in sorted((ROOT / "addons" / addon / "tests").glob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                tags = {
                    getattr(word, "value", None)
                    for decorator in node.decorator_list
                    for word in getattr(decorator, "args", ())
                }
                assert tags >= {"post_install", "-at_install"}, f"{path}: {node.name}"


@functools.cache
def table() -> dict[str, tuple[str, set[str]]]:
    """Addon -> (level, addons it builds on), as the page says."""
    row = re.compile(r"^\| `(\w+)` \| (\d|glue) \| ([^|]+) \|", re.MULTILINE)
    return {
        addon: (level, set(re.findall(r"`(\w+)`", below)))
        for addon, level, below in row.findall(DOC.read_text("utf-8"))
    }


def below(addon: str) -> set[str]:
    """Everything that the addon builds on, directly or not, by the manifests."""
    direct = set(MANIFESTS.get(addon, {}).get("depends", ())) & set(ADDONS)
    return direct.union(*(below(other) for other in direct))


def python_files(addon: str) -> list[Path]:
    return sorted((ROOT / "addons" / addon).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Absolute names that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def files() -> list[Path]:
    """The checkout's own files; git needn't be there, nor trust us."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name not in SKIPPED_FOLDERS and not name.endswith("_cache")
        ]
        found += [Path(folder, name) for name in names if name != ".env"]
    return sorted(path for path in found if path.is_file())


def test_table_is_read():
    assert table(), f"no table of addons found in {DOC}"


@each_addon
def test_dependencies_are_those_of_the_page(addon):
    assert addon in table(), f"{DOC.name} does not know {addon}"
    assert set(MANIFESTS[addon]["depends"]) & set(table()) == table()[addon][1]


@pytest.mark.parametrize("addon", sorted(table()))
def test_arrows_go_down(addon):
    level, dependencies = table()[addon]
    for other in dependencies:
        other_level = table()[other][0]
        assert other_level != GLUE, f"{addon} builds on the glue addon {other}"
        assert level == GLUE or other_level < level, f"{addon} -> {other} isn't down"
    if level == GLUE:
        # To another addon, or to a module of Odoo that a shop may have.
        glued = dependencies | set(MANIFESTS.get(addon, {}).get("depends", ()))
        assert len(glued) > 1, f"{addon} glues nothing together"


@each_addon
def test_glue_installs_itself(addon):
    glue = table()[addon][0] == GLUE
    assert bool(MANIFESTS[addon].get("auto_install")) == glue


def test_drawing_shows_the_table():
    drawing = re.search(r"```mermaid\n(.*?)```", DOC.read_text("utf-8"), re.DOTALL)
    arrows = set(re.findall(r"(\w+) --> (\w+)", drawing[1]))
    assert arrows == {
        (addon, other)
        for addon, (_level, others) in table().items()
        for other in others
    }


@each_addon
def test_licence(addon):
    assert MANIFESTS[addon]["license"] == LICENCES.get(addon, "LGPL-3")
    if addon in LICENCES:
        assert (ROOT / "addons" / addon / "LICENSE").is_file()


@each_addon
def test_addon_is_complete(addon):
    wanted = MUST_HAVE + (() if table()[addon][0] == GLUE else MUST_HAVE_BY_LEVEL)
    folder = ROOT / "addons" / addon
    assert [name for name in wanted if not any(folder.glob(name))] == []


@each_addon
def test_one_http_door(addon):
    offenders = [
        str(path.relative_to(ROOT))
        for path in python_files(addon)
        if HTTP_CLIENT not in path.parents
        and "tests" not in path.parts
        and "requests" in {name.partition(".")[0] for name in imported(path)}
    ]
    assert offenders == []


@each_addon
def test_imports_follow_the_arrows(addon):
    allowed = below(addon) | {addon}
    for path in python_files(addon):
        used = {
            name.split(".")[2]
            for name in imported(path)
            if name.startswith("odoo.addons.")
        }
        assert used & set(ADDONS) <= allowed, path.relative_to(ROOT)


def too_long(paths, limit: int) -> dict[str, int]:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in paths
    }
    return {name: size for name, size in sizes.items() if size > limit}


def test_model_files_are_short():
    assert too_long(ROOT.glob("addons/*/models/**/*.py"), MODEL_LINES) == {}


def test_test_files_are_short():
    tests = [*ROOT.glob("addons/*/tests/**/*.py"), *ROOT.glob("launcher/tests/*.py")]
    assert too_long([*tests, *ROOT.glob("tests/**/*.py")], TEST_LINES) == {}


def test_no_registry_is_named():
    offenders = {
        (str(path.relative_to(ROOT)), host)
        for path in files()
        for host in REGISTRIES
        if host.encode() in path.read_bytes()
    }
    assert offenders == set()


def test_lock_files_have_no_addresses():
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text("utf-8")
    for path in (*ROOT.glob("requirements*.txt"), ROOT / "constraints.txt"):
        assert "://" not in path.read_text("utf-8"), path.name
