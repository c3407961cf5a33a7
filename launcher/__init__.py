"""The launcher behind ``./crm``: Python's standard library only.

One module a concern: `machine` (what is installed), `account` (who we are),
`odoo_source`, `python_env`, `postgres`, `database`, `server`, and a module for each
larger verb. `verbs` says what each verb does, `cli` puts them together.
"""
