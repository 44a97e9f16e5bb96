"""Sentences about out-of-court collection costs."""

SENTENCES: dict[str, dict[str, str]] = {}
