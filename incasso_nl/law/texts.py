"""The sentences with which a step explains itself, in plain Dutch (B1) and English.

One entry a rule: ``{"rule": {"nl": "...", "en": "..."}}``. Names in braces are the
step's values; ``{amount}`` is what it came to.
"""

SENTENCES: dict[str, dict[str, str]] = {}
