"""Sentences about statutory and agreed interest."""

SENTENCES: dict[str, dict[str, str]] = {}
