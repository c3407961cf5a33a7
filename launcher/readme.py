"""README.md and the Apps screen's description of each addon, from one source.

``python -m launcher.readme`` reads ``addons/*/readme/*.md`` and the manifests and
writes ``README.md`` (for people who read the repository) and
``static/description/index.html`` (for people who look at the addon in Odoo).
``--check`` writes nothing and fails when one of them isn't current.
"""

from __future__ import annotations

import argparse
import ast
import html
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

FENCE = re.compile(r"^```(\w*)\s*$")
HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
ITEM = re.compile(r"^(\s*)([-*]|\d+\.)(\s+)(?=\S)")
RULE = re.compile(r"^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
INLINE = (
    (
        re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)"),
        r'<img src="\2" alt="\1" class="img-fluid">',
    ),
    (re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)"), r'<a href="\2">\1</a>'),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w*])[*_](?=\S)([^*_]+?)(?<=\S)[*_](?![\w*])"), r"<em>\1</em>"),
)


class ReadmeError(Exception):
    """An addon lacks what its README is made of."""


# --- Markdown ------------------------------------------------------------------


def shift_headings(text: str, top: int) -> str:
    """Move all headings by as much as brings the highest to level ``top``."""
    lines = text.strip().splitlines()
    levels = [len(match[1]) for _i, match in _headings(lines)]
    if levels and (shift := top - min(levels)):
        for index, match in list(_headings(lines)):
            level = min(6, len(match[1]) + shift)
            lines[index] = f"{'#' * level} {match[2]}"
    return "\n".join(lines)


def _headings(lines: list[str]) -> Iterator[tuple[int, re.Match[str]]]:
    in_code = False
    for index, line in enumerate(lines):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif not in_code and (match := HEADING.match(line)):
            yield index, match


def to_html(text: str) -> str:
    """Markdown to HTML: headings, paragraphs, lists, tables, quotes, code, links.

    Anything else stays the text that it is; HTML in the source is escaped.
    """
    return "\n".join(_blocks(text.strip().splitlines()))


def _blocks(lines: list[str]) -> Iterator[str]:
    index = 0
    while index < len(lines):
        line = lines[index]
        end = _block_end(lines, index)
        block = lines[index:end]
        if not line.strip():
            pass
        elif FENCE.match(line):
            code = "\n".join(block[1:]).removesuffix("\n```").removesuffix("```")
            yield f"<pre><code>{html.escape(code, quote=False)}</code></pre>"
        elif match := HEADING.match(line):
            level = len(match[1])
            yield f"<h{level}>{_inline(match[2])}</h{level}>"
        elif ITEM.match(line):
            yield from _list(block)
        elif _is_table(lines, index):
            yield from _table(block)
        elif line.startswith(">"):
            inner = "\n".join(_blocks([row.lstrip(">").lstrip() for row in block]))
            yield f"<blockquote>{inner}</blockquote>"
        else:
            yield f"<p>{_inline(' '.join(row.strip() for row in block))}</p>"
        index = end


def _block_end(lines: list[str], start: int) -> int:
    """Index of the first line after the block that begins at ``start``."""
    first = lines[start]
    if not first.strip() or HEADING.match(first):
        return start + 1
    if FENCE.match(first):
        return next(
            (i + 1 for i in range(start + 1, len(lines)) if FENCE.match(lines[i])),
            len(lines),
        )
    if ITEM.match(first):
        return _list_end(lines, start)
    for index in range(start + 1, len(lines)):
        line = lines[index]
        starts = FENCE.match(line) or HEADING.match(line) or ITEM.match(line)
        if starts or not line.strip():
            return index
    return len(lines)


def _list_end(lines: list[str], start: int) -> int:
    for index in range(start + 1, len(lines)):
        line = lines[index]
        after_blank = not lines[index - 1].strip()
        if HEADING.match(line) or FENCE.match(line):
            return index
        if line.strip() and after_blank and not (ITEM.match(line) or line[0] == " "):
            return index
    return len(lines)


def _list(lines: list[str]) -> Iterator[str]:
    first = ITEM.match(lines[0])
    depth, ordered = len(first[1]), first[2][0].isdigit()
    items: list[list[str]] = []
    for line in lines:
        match = ITEM.match(line)
        if match and len(match[1]) <= depth:
            items.append([line[match.end() :]])
        else:
            items[-1].append(line)
    tag = "ol" if ordered else "ul"
    yield f"<{tag}>"
    for first_line, *rest in items:
        inner = "\n".join(_blocks([first_line, *_dedent(rest)]))
        if inner.count("<p>") == 1 and inner.startswith("<p>"):
            inner = inner.replace("<p>", "", 1).replace("</p>", "", 1)
        yield f"<li>{inner}</li>"
    yield f"</{tag}>"


def _dedent(lines: list[str]) -> list[str]:
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    margin = min(indents, default=0)
    return [line[margin:] for line in lines]


def _is_table(lines: list[str], index: int) -> bool:
    return (
        lines[index].startswith("|")
        and index + 1 < len(lines)
        and bool(RULE.match(lines[index + 1]))
    )


def _table(lines: list[str]) -> Iterator[str]:
    head, _rule, *rows = ([_inline(cell) for cell in _cells(line)] for line in lines)
    yield '<table class="table table-sm">'
    yield f"<thead><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr></thead>"
    yield "<tbody>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
    yield "</tbody></table>"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def _inline(text: str) -> str:
    parts = re.split(r"`([^`]+)`", text)
    for index, part in enumerate(parts):
        part = html.escape(part)
        if index % 2:
            parts[index] = f"<code>{part}</code>"
            continue
        for pattern, replacement in INLINE:
            part = pattern.sub(replacement, part)
        parts[index] = part
    return "".join(parts)


# --- Addons --------------------------------------------------------------------


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
            f'<h1 class="display-6">{_inline(self.manifest["name"])}</h1>\n'
            f'<p class="lead">{_inline(self.manifest["summary"])}</p>\n'
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
