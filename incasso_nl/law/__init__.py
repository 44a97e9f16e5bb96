"""Dutch collection law as plain functions on Decimal: nothing of Odoo in here."""
