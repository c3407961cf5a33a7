"""Pieces of SQL that set-based statements share."""

from odoo.tools import SQL


def among(column, ids):
    """Condition that a column has one of some ids.

    :param str column: its name, with the table's alias before a dot where it has one.
    :param ids: an iterable of ids; None stands for all rows, so it is always true.
    :rtype: SQL
    """
    if ids is None:
        return SQL("TRUE")
    return SQL("%s = ANY (%s)", SQL.identifier(*column.split(".")), list(ids))
