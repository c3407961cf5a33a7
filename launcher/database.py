"""Databases: created beside their name and renamed when complete.

An interrupted creation therefore never leaves a half-made shop: the next call starts
that step again.
"""

from __future__ import annotations

from .console import step
from .odoo import Odoo

#: Shop set-up after installation; `env` is the administrator's.
SET_UP_SHOP = """
env["res.lang"]._activate_lang("vi_VN")
company = env.ref("base.main_company")
company.partner_id.write({"tz": "Asia/Ho_Chi_Minh", "lang": "vi_VN"})
users = env["res.users"].with_context(active_test=False).search([])
users.write({"tz": "Asia/Ho_Chi_Minh"})
env["ir.default"].set("res.partner", "tz", "Asia/Ho_Chi_Minh")
env["ir.default"].set("res.partner", "lang", "vi_VN")
env["res.lang"].search([("code", "=", "vi_VN")]).write({"week_start": "1"})
env.cr.commit()
"""

#: Given on standard input: a password in the command line would be logged.
SET_PASSWORD = """
env.ref("base.user_admin").password = {password!r}
env.cr.commit()
"""

#: Demo data of our addons alone: a Vietnamese shop, without Odoo's American one.
LOAD_DEMO = """
from odoo.modules.loading import load_demo
from odoo.modules.module_graph import ModuleGraph
names = {names!r}
quiet = {{"tracking_disable": True, "mail_auto_subscribe_no_notify": True}}
env = env(context=dict(env.context, **quiet))
graph = ModuleGraph(env.cr, mode="update")
installed = env["ir.module.module"].search([("state", "=", "installed")])
graph.extend(installed.mapped("name"))
for package in graph:
    if package.name in names and not package.demo:
        if not load_demo(env, package, {{}}, "init"):
            raise RuntimeError("the demo data of %s can't be loaded" % package.name)
        env["ir.module.module"].search([("name", "=", package.name)]).demo = True
env.cr.commit()
"""


def exists(odoo: Odoo, name: str) -> bool:
    return bool(odoo.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def drop(odoo: Odoo, name: str) -> None:
    """Drop a database with its filestore; nothing happens when there is none."""
    if exists(odoo, name):
        words = ("db", "-c", str(odoo.conf), "drop", name)
        odoo.call(*words, log="database", what=f"Dropping {name}")


def copy(odoo: Odoo, source: str, target: str) -> None:
    """Copy a database with its filestore; an existing target is replaced."""
    drop(odoo, target)
    words = ("db", "-c", str(odoo.conf), "duplicate", source, target)
    odoo.call(*words, log="database", what=f"Copying {source}")


def rename(odoo: Odoo, source: str, target: str) -> None:
    words = ("db", "-c", str(odoo.conf), "rename", source, target)
    odoo.call(*words, log="database", what=f"Renaming {source}")


def create(
    odoo: Odoo, name: str, addons: list[str], *, password: str, demo: bool = False
) -> None:
    """A new Vietnamese shop with the addons installed.

    :param password: of the user ``admin``.
    :param demo: the addons' demo data are loaded too.
    """
    building = f"{name}__building"
    drop(odoo, building)
    place = ("--country", "VN", "--language", "vi_VN", "--username", "admin")
    words = ("db", "-c", str(odoo.conf), "init", building, *place)
    with step(f"Creating the database {name}"):
        odoo.call(*words, log="database", what="Creating the database")
    if addons:
        install(odoo, building, addons)
    set_up = SET_UP_SHOP + SET_PASSWORD.format(password=password)
    odoo.script(building, set_up, what="Setting up the shop")
    if demo:
        load_demo(odoo, building, addons)
    rename(odoo, building, name)


def install(odoo: Odoo, name: str, addons: list[str], *, update: bool = False) -> None:
    """Install (or update) addons and what they depend on."""
    verb = "Updating" if update else "Installing"
    option = "-u" if update else "-i"
    words = ("server", "-c", str(odoo.conf), "-d", name, option, ",".join(addons))
    alone = ("--stop-after-init", "--no-http", "--load-language", "vi_VN")
    with step(f"{verb} {', '.join(addons)}"):
        odoo.call(*words, *alone, log="install", what=f"{verb} addons")


def load_demo(odoo: Odoo, name: str, addons: list[str]) -> None:
    with step("Filling the demo shop"):
        odoo.script(name, LOAD_DEMO.format(names=addons), what="Loading demo data")


def demo_logins(odoo: Odoo, name: str, addons: list[str]) -> list[tuple[str, str]]:
    """(login, name) of a demo shop's users; their passwords are their logins.

    Empty when no demo data of the addons were loaded: then there are real users only.
    """
    names = ", ".join(f"'{addon}'" for addon in addons)
    query = f"""
        SELECT u.login, p.name
          FROM res_users u
          JOIN res_partner p ON p.id = u.partner_id
          JOIN ir_model_data d ON d.model = 'res.users' AND d.res_id = u.id
         WHERE u.active AND NOT u.share
           AND (d.module IN ({names}) OR (d.module, d.name) = ('base', 'user_admin'))
           AND EXISTS (SELECT FROM ir_module_module
                        WHERE demo AND name IN ({names}))
         ORDER BY u.id
    """
    return [tuple(row.split("|", 1)) for row in odoo.sql(query, name)]


def not_installed(odoo: Odoo, name: str, addons: list[str]) -> list[str]:
    installed = odoo.sql(
        "SELECT name FROM ir_module_module WHERE state = 'installed'", name
    )
    return [addon for addon in addons if addon not in installed]
