"""README.md and the Apps screen's description of each addon, from one source.

``python -m launcher.readme`` reads ``addons/*/readme/*.md`` and the manifests and
writes ``README.md`` (for people who read the repository) and
``static/description/index.html`` (for people who look at the addon in Odoo).
``--check`` writes nothing and fails when one of them isn't current. A tool of the lint:
it runs in the environment of ``requirements-dev.txt``.
"""

from __future__ import annotations

import argparse
import ast
import html
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

ADDONS = Path(__file__).resolve().parent.parent / "addons"

#: Fragment -> the heading above it; the description stands without one.
FRAGMENTS = {
    "DESCRIPTION": "",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "ROADMAP": "Known limits and plans",
}
REQUIRED_KEYS = ("name", "summary", "version", "license")
NOTICE = "Generated from readme/ and the manifest by `./crm lint --fix`: edit those."
IMAGES = "static/description/"

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
#: What Odoo's style sheet wants to have said of a tag.
CLASSES = {"<table": "table table-sm", "<img": "img-fluid"}


class ReadmeError(Exception):
    """An addon lacks what its README is made of."""


def shift_headings(text: str, top: int) -> str:
    """Move all headings by as much as brings the highest to level ``top``."""
    lines = text.strip().splitlines()
    headings = [
        (token.map[0], int(token.tag[1]))
        for token in MARKDOWN.parse(text.strip())
        if token.type == "heading_open"
    ]
    shift = top - min((level for _line, level in headings), default=top)
    for line, level in headings:
        title = lines[line].lstrip("#").strip()
        lines[line] = f"{'#' * min(6, level + shift)} {title}"
    return "\n".join(lines)


def to_html(text: str) -> str:
    """Markdown to HTML; HTML in the source is escaped."""
    result = MARKDOWN.render(text)
    for tag, classes in CLASSES.items():
        result = result.replace(tag, f'{tag} class="{classes}"')
    return result.strip()


@dataclass(frozen=True)
class Addon:
    """One addon folder: its manifest and its readme fragments."""

    path: Path
    manifest: dict[str, Any]
    body: str

    @classmethod
    def read(cls, path: Path) -> Addon:
        """:raise ReadmeError: without a description or a sound manifest."""
        try:
            source = (path / "__manifest__.py").read_text("utf-8")
            manifest = ast.literal_eval(source)
            missing = [key for key in REQUIRED_KEYS if not manifest.get(key)]
        except (OSError, SyntaxError, ValueError) as error:
            raise ReadmeError(f"{path.name}: unreadable manifest: {error}") from error
        if missing:
            raise ReadmeError(f"{path.name}: the manifest lacks {', '.join(missing)}")
        sections = []
        for name, title in FRAGMENTS.items():
            fragment = path / "readme" / f"{name}.md"
            if fragment.is_file():
                text = shift_headings(fragment.read_text("utf-8"), 3 if title else 2)
                sections.append(f"## {title}\n\n{text}" if title else text)
            elif not title:
                raise ReadmeError(f"{path.name}: readme/{name}.md is missing")
        return cls(path, manifest, "\n\n".join(sections))

    def facts(self) -> dict[str, str]:
        facts = {
            "Technical name": f"`{self.path.name}`",
            "Version": self.manifest["version"],
            "Licence": self.manifest["license"],
            "Needs": _names(self.manifest.get("depends", [])),
        }
        packages = self.manifest.get("external_dependencies", {}).get("python", [])
        if packages:
            facts["Python packages"] = _names(packages)
        return facts

    def readme(self) -> str:
        table = "\n".join(f"| {key} | {value} |" for key, value in self.facts().items())
        return (
            f"<!-- {NOTICE} -->\n\n"
            f"# {self.manifest['name']}\n\n"
            f"{self.manifest['summary']}\n\n"
            f"| | |\n|---|---|\n{table}\n\n"
            f"{self.body}\n"
        )

    def index(self) -> str:
        """The Apps screen; image paths are relative to the file, as Odoo wants them."""
        body = to_html(self.body).replace(f'src="{IMAGES}', 'src="')
        return (
            f"<!-- {NOTICE} -->\n"
            '<section class="container py-4">\n'
            f'<h1 class="display-6">{html.escape(self.manifest["name"])}</h1>\n'
            f'<p class="lead">{html.escape(self.manifest["summary"])}</p>\n'
            f"{body}\n"
            "</section>\n"
        )

    def files(self) -> dict[Path, str]:
        return {
            self.path / "README.md": self.readme(),
            self.path / IMAGES / "index.html": self.index(),
        }


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def stale_files(addons: Path) -> dict[Path, str]:
    """Generated files that are missing or old, with the content they should have.

    :raise ReadmeError: see `Addon.read`.
    """
    return {
        path: content
        for manifest in sorted(addons.glob("*/__manifest__.py"))
        for path, content in Addon.read(manifest.parent).files().items()
        if not path.is_file() or path.read_text("utf-8") != content
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="launcher.readme", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--addons", type=Path, default=ADDONS, help="folder of addons")
    args = parser.parse_args(argv)
    try:
        stale = stale_files(args.addons)
    except ReadmeError as error:
        print(error, file=sys.stderr)
        return 1
    for path, content in stale.items():
        print(f"{'not current' if args.check else 'written'}: {path}")
        if not args.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
    return int(args.check and bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
