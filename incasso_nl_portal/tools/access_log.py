"""Keys to dossiers do not belong in a log.

A code and a link stand in the address of the page that they open, and the server writes
the addresses of all requests into its log. Who reads that log is not who the letter was
for. A proxy in front of Odoo has a log of its own, which this does not reach.
"""

import logging
import re

#: What follows `/incasso/` and is no key.
_PAGES = "dossiers?|confirm|logout|bye|language|not-me|template"
_KEY = re.compile(
    rf"(?<=/incasso/link/)[^\s\"?]+"
    rf"|(?<=/incasso/)(?!(?:{_PAGES})\b|link/)[^\s\"/?]+"
    rf"|(?<=/incasso/not-me\?code=)[^\s\"&]+"
)


def without_keys(text: str) -> str:
    """``text`` with the keys in the addresses of it made unreadable."""
    return _KEY.sub("***", text)


class WithoutKeys(logging.Filter):
    """Takes the keys out of the lines of a log."""

    def filter(self, record):
        """Let every line through, without keys."""
        if isinstance(record.msg, str):
            record.msg = without_keys(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(
                without_keys(value) if isinstance(value, str) else value
                for value in record.args
            )
        return True


def watch():
    """Let no key into the log of requests."""
    logger = logging.getLogger("werkzeug")
    if not any(isinstance(found, WithoutKeys) for found in logger.filters):
        logger.addFilter(WithoutKeys())
