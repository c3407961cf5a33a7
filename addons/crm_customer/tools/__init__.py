"""Rules of customer import and export as plain Python: no ``odoo`` import here."""
