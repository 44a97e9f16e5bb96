"""Sentences about what a payment pays."""

SENTENCES: dict[str, dict[str, str]] = {}
