"""Getting Odoo 19: one that is there already, or Debian's package, unpacked.

Odoo 19 is on no Python index, but Debian's development suite carries all of it. The
package can't be *installed* on a stable system (its Python dependencies are newer)
and needn't be: with an apt state of our own it is downloaded and unpacked below the
state folder, which takes no rights and changes nothing on the machine.
"""

from __future__ import annotations

import os
import platform
import pwd
import re
import shutil
import subprocess
from pathlib import Path

from .console import Stop, run, step
from .layout import Layout

PACKAGE = "odoo-19"
SERIES = (19, 0)
#: The web assets in the package are relative links into these packages.
LINKED = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
#: Removed from the package for its licence, but still named by the asset bundle:
#: without it each page logs an error. It only blurs the background of video calls.
LEFT_OUT = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
#: Distribution -> (suite, components) where `odoo-19` is to be looked for.
SUITES = {"debian": ("sid", "main"), "ubuntu": ("devel", "main universe")}

NO_APT = "This machine isn't Debian's kin: it has no apt-get."
OTHER_WAYS = """\
Other ways to run the shop:
- an Odoo 19 that you have (source checkout, nightly or package):
  CRM_ODOO=/path ./crm run
- containers: docker compose up (see README.md)"""
AGAIN = f"""\
Check the machine's network, then call the same command again.
{OTHER_WAYS}"""


def provide(layout: Layout, environ: dict[str, str]) -> Path:
    """The folder to put on Python's path so that ``import odoo`` is Odoo 19.

    :raise Stop: when there is no Odoo 19 to be had.
    """
    if given := environ.get("CRM_ODOO"):
        try:
            return locate(Path(given))
        except PermissionError as problem:
            account = pwd.getpwuid(os.getuid()).pw_name
            raise Stop(
                f"The account {account} can't read CRM_ODOO={given}.",
                "Odoo doesn't run as root: put it where every account can read it,"
                " e.g. below /opt.",
            ) from problem
    packages = layout.odoo / "usr/lib/python3/dist-packages"
    if not (layout.odoo / ".complete").exists():
        with step("Getting Odoo 19 (about 130 MB)"):
            _download_and_unpack(layout)
    return packages


def locate(folder: Path) -> Path:
    """The import folder of an existing Odoo: checkout, package or nightly.

    :raise Stop: when no Odoo 19 is found at or below the folder.
    """
    candidates = (folder, folder / "usr/lib/python3/dist-packages", folder.parent)
    for candidate in candidates:
        release = candidate / "odoo" / "release.py"
        if not release.exists():
            continue
        version = re.search(
            r"version_info = \((\d+), (\d+)", release.read_text("utf-8")
        )
        if version and tuple(map(int, version.groups())) == SERIES:
            return candidate.absolute()
        raise Stop(f"{candidate} isn't Odoo 19.0.", "Point CRM_ODOO to an Odoo 19.0.")
    raise Stop(
        f"There is no Odoo at CRM_ODOO={folder}.",
        "It should be the folder that holds odoo/release.py (a checkout's root or a\n"
        "dist-packages folder).",
    )


def extra_addons(imports: Path) -> list[Path]:
    """Further addons folders of an Odoo: a checkout has its own beside ``odoo/``."""
    if _has_web(imports / "odoo" / "addons"):
        return []  # a package; Debian's has remains of its build beside ``odoo/``
    beside = imports / "addons"
    return [beside] if _has_web(beside) else []


def _has_web(addons: Path) -> bool:
    return (addons / "web" / "__manifest__.py").exists()


def _download_and_unpack(layout: Layout) -> None:
    folder = layout.cache / "apt"
    options = _private_apt(folder)
    log = layout.logs / "odoo-download.log"
    run(
        ["apt-get", *options, "update"],
        log=log,
        what="Reading the package list",
        advice=AGAIN,
    )
    if not _offers(options):
        suite = (folder / "sources.list").read_text("utf-8").split()[2]
        raise Stop(f"The suite {suite} has no package {PACKAGE} any more.", OTHER_WAYS)
    downloads = folder / "packages"
    shutil.rmtree(downloads, ignore_errors=True)
    downloads.mkdir()
    run(
        ["apt-get", *options, "download", PACKAGE, *LINKED],
        log=log,
        cwd=downloads,
        what="Downloading Odoo",
        advice=AGAIN,
    )
    shutil.rmtree(layout.odoo, ignore_errors=True)
    for package in sorted(downloads.glob("*.deb")):
        run(
            ["dpkg-deb", "-x", package, layout.odoo],
            log=log,
            what=f"Unpacking {package.name}",
        )
    left_out = layout.odoo / "usr/lib/python3/dist-packages" / LEFT_OUT
    left_out.parent.mkdir(parents=True, exist_ok=True)
    left_out.touch()
    shutil.rmtree(downloads)
    (layout.odoo / ".complete").touch()


def _private_apt(folder: Path) -> list[str]:
    """Options for an apt whose whole state lies in ``folder``."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text(_source_line(), "utf-8")
    settings = {
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Dir::Etc::SourceList": folder / "sources.list",
        "Dir::Etc::SourceParts": "/nonexistent",
        "Dir::State::status": "/dev/null",
        "APT::Update::Error-Mode": "any",  # else no network looks like no package
    }
    return [
        word for key, value in settings.items() for word in ("-o", f"{key}={value}")
    ]


def _source_line() -> str:
    """The line of sources.list for Odoo's suite on this machine's mirror."""
    if not shutil.which("apt-get"):
        raise Stop(NO_APT, OTHER_WAYS)
    release = platform.freedesktop_os_release()
    system = release.get("ID", "")
    if system not in SUITES:
        raise Stop(
            f"No suite with {PACKAGE} is known for {system or 'this system'}.",
            OTHER_WAYS,
        )
    words = ["--format", "$(SITE) $(RELEASE)", "Created-By: Packages"]
    targets = subprocess.run(
        ["apt-get", "indextargets", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    site = mirror(targets.stdout, release.get("VERSION_CODENAME", ""))
    if not site:
        raise Stop(
            "apt knows no package source here.", "Run apt-get update, then try again."
        )
    suite, components = SUITES[system]
    return f"deb {site} {suite} {components}\n"


def mirror(targets: str, codename: str) -> str | None:
    """The address of the distribution's own mirror.

    :param targets: lines of ``address release``, as apt prints its index targets.
    :param codename: the release this machine runs, e.g. ``bookworm``; third-party
        sources carry other release names.
    """
    rows = [line.split() for line in targets.splitlines() if line.strip()]
    exact = [site for site, *release in rows if release == [codename]]
    return exact[0] if exact else None


def _offers(options: list[str]) -> bool:
    done = subprocess.run(
        ["apt-cache", *options, "policy", PACKAGE],
        capture_output=True,
        text=True,
        check=False,
    )
    return "Candidate: 19." in done.stdout
