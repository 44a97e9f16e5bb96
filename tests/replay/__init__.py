"""Replays a history of invoices and payments through the product, day by day.

``python -m replay --help`` tells how; ``setup/replay`` runs it on the demo database,
``test_replay.py`` on a database of its own.
"""
