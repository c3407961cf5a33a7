def migrate(cr, version):
    """Accounts know what they earned, as tiers look at it."""
    if not version:
        return
    cr.execute(
        """
        UPDATE loyalty_card AS c SET points_counted = earned.points
          FROM (SELECT card_id, SUM(points) AS points
                  FROM loyalty_history
                 WHERE kind IN ('earn', 'earn_back')
                 GROUP BY card_id) AS earned
         WHERE c.id = earned.card_id
        """
    )
