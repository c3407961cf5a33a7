"""The launcher behind ``./crm``: Python's standard library only.

One module a concern: `machine` (what is installed, who we are), `odoo_source`,
`python_env`, `postgres`, `database`, `server`, and a module for each larger verb.
`cli` puts them together.
"""
