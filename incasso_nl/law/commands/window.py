"""``law window``: whether a debtor may be approached at a moment."""

from argparse import ArgumentTypeError
from datetime import datetime

from ..calendar import shipped_calendar
from ..tables import shipped
from ..window import CHANNELS, contact_window
from .frame import Answer, add_command


def add(commands) -> None:
    """Add the command ``window``."""
    parser = add_command(
        commands, "window", _run, "whether a debtor may be approached at a moment"
    )
    parser.add_argument(
        "moment",
        type=_moment,
        metavar="MOMENT",
        help="such as 2026-11-21T20:00, in Dutch time where it has no time zone",
    )
    parser.add_argument("--channel", choices=CHANNELS, default="e-mail")


def _moment(text: str) -> datetime:
    # A day alone would be read as its midnight
    if len(text) > len("2026-11-21"):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise ArgumentTypeError(f"{text!r} is not a moment: write it like 2026-11-21T20:00")


def _run(args) -> Answer:
    found = contact_window(
        args.moment, args.channel, shipped_calendar(), shipped().values
    )
    return Answer(
        {
            "allowed": found.allowed,
            "next_allowed": found.next_allowed.isoformat(timespec="minutes"),
        },
        found.steps,
    )
