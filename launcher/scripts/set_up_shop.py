"""Sets up a new shop; text for Odoo's shell, so `env` is there.

The administrator's password comes in the environment: a command line can be read by
everybody, and is logged.
"""

# ruff: noqa: F821
import os

for code in ("vi_VN", "en_US"):  # Odoo has the second only when it is the first
    env["res.lang"]._activate_lang(code)
company = env.ref("base.main_company")
company.partner_id.write({"tz": "Asia/Ho_Chi_Minh", "lang": "vi_VN"})
users = env["res.users"].with_context(active_test=False).search([])
users.write({"tz": "Asia/Ho_Chi_Minh"})
env["ir.default"].set("res.partner", "tz", "Asia/Ho_Chi_Minh")
env["ir.default"].set("res.partner", "lang", "vi_VN")
env["res.lang"].search([("code", "=", "vi_VN")]).write({"week_start": "1"})
env.ref("base.user_admin").password = os.environ["ADMIN_PASSWORD"]
env.cr.commit()
