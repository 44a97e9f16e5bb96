"""The time of the replay: frozen, and moved from one moment to the next."""

from contextlib import contextmanager
from datetime import datetime
from unittest import mock
from zoneinfo import ZoneInfo

import freezegun

from odoo.sql_db import Cursor

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def seconds():
    """Seconds on a clock that nobody stops, to measure with."""
    return freezegun.api.real_perf_counter()


class Clock:
    """The clock of this process: for Python, and for Odoo's cursors.

    PostgreSQL's own ``now()`` goes on as it is; nothing of the product reads it.
    """

    def __init__(self, frozen):
        self._frozen = frozen

    def move_to(self, day, hour, minute=0):
        """Make it a time of a day in Amsterdam."""
        moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=AMSTERDAM)
        self._frozen.move_to(moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None))


@contextmanager
def frozen(day):
    """Stop the clock of this process on a day.

    :return: the :class:`Clock` that moves it on
    """
    with (
        # The pool of connections would think that each of them was idle for a day.
        freezegun.freeze_time(str(day), ignore=["odoo.sql_db"]) as moment,
        # An open transaction would go on to say when it began.
        mock.patch.object(Cursor, "now", lambda _cursor: datetime.now()),
    ):
        yield Clock(moment)
