"""Installation over a database that has loyalty cards already."""

from odoo.tools import SQL


def pre_init_hook(env):
    """Existing cards are no accounts: their programs stay as Odoo made them.

    A customer may have several cards of one program there, and keeps them. A column
    that exists isn't computed, which would take long over many cards.
    """
    env.cr.execute(
        SQL("ALTER TABLE loyalty_card ADD COLUMN IF NOT EXISTS is_account boolean")
    )


def uninstall_hook(env):
    """Points programs rest: Odoo would go on by rules of its own, which nobody set."""
    env.flush_all()
    env.cr.execute("UPDATE loyalty_program SET active = FALSE WHERE keep_ledger")
    env.invalidate_all()
