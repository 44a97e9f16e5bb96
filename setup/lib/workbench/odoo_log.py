"""Read Odoo's log: test results, and messages that nobody expected."""

import re
import tomllib

from .paths import SETUP

_RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ "
    r"(?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<message>.*)$"
)
_LOUD = ("WARNING", "ERROR", "CRITICAL")


class Record:
    """One message of the log, with the lines that belong to it."""

    def __init__(self, level, logger, message):
        self.level = level
        self.logger = logger
        self.message = message

    def __str__(self):
        return f"{self.level} {self.logger}: {self.message}"


def records(lines):
    """Yield the log's messages; a traceback belongs to the message before it.

    :param lines: an iterable of text lines
    :rtype: Iterator[Record]
    """
    current = None
    for line in lines:
        line = line.rstrip()
        match = _RECORD.match(line)
        if match:
            if current:
                yield current
            current = Record(match["level"], match["logger"], match["message"])
        elif current:
            current.message += f"\n{line}"
        elif line:
            current = Record("OUTPUT", "", line)
    if current:
        yield current


class Expectations:
    """The messages that may appear, each with its reason: ``expected_log.toml``."""

    def __init__(self):
        table = tomllib.loads((SETUP / "expected_log.toml").read_text())
        self.entries = table["expected"]
        self.patterns = [
            (re.compile(entry["message"]), entry["logger"]) for entry in self.entries
        ]

    def unexpected(self, record):
        """Tell whether a message is a warning or an error that was not expected."""
        if record.level not in _LOUD:
            return False
        return not any(
            record.logger == logger and pattern.search(record.message)
            for pattern, logger in self.patterns
        )


class Results:
    """Counts the tests in Odoo's log, and keeps what went wrong."""

    _TEST = re.compile(r"(?:Subtest )?(?P<name>\w+\.\w+)")

    def __init__(self, expectations, show=print):
        self.expectations = expectations
        self.show = show
        self.started = set()
        self.failed = set()
        self.skipped = set()
        self.unexpected = []
        self._class = ""

    @property
    def passed(self):
        return len(self.started - self.failed - self.skipped)

    def merge(self, other):
        """Take over what another log held.

        :param Results other: of other tests
        """
        self.started |= other.started
        self.failed |= other.failed
        self.skipped |= other.skipped
        self.unexpected += other.unexpected

    def add(self, record):
        """Take in one message of the log.

        :return: nothing; failures and unexpected messages are shown at once
        """
        kind, _space, rest = record.message.partition(" ")
        if kind == "Starting" and rest.endswith(" ..."):
            test = self._identity(record, rest)
            self.started.add(test)
            if test[:2] != self._class:
                self._class = test[:2]
                self.show(f"  {test[0]}: {test[1]}")
        elif kind == "skipped" and " : " in rest:
            self.skipped.add(self._identity(record, rest))
            self.show(f"  skipped {rest}")
        elif record.level == "ERROR" and kind in ("FAIL:", "ERROR:"):
            self.failed.add(self._identity(record, rest))
            self.show(str(record))
        elif record.logger == "odoo.tests.result":
            pass  # Odoo's own sum of the failures above
        elif self.expectations.unexpected(record):
            self._add_unexpected(record)

    def _add_unexpected(self, record):
        # Odoo repeats some each time it loads the addons: once is enough.
        if str(record) not in map(str, self.unexpected):
            self.unexpected.append(record)
            self.show(f"Not expected in Odoo's log: {record}")

    def _identity(self, record, text):
        """Return file, class and method of a test; a class alone when it is set up."""
        text = text.splitlines()[0]
        match = self._TEST.match(text)
        if match:
            return (
                record.logger.removeprefix("odoo.addons."),
                *match["name"].split("."),
            )
        return (record.logger, text, "")
