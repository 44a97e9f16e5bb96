"""``law limitation``: when a claim becomes barred."""

from datetime import date

from ..limitation import INTERRUPTIONS, Interruption, limitation, shipped_terms
from ..tables import shipped
from .frame import Answer, add_command, date_argument


def add(commands) -> None:
    """Add the command ``limitation``."""
    parser = add_command(
        commands, "limitation", _run, "when a claim becomes barred by limitation"
    )
    parser.add_argument("--kind", required=True, choices=shipped_terms().kinds)
    parser.add_argument(
        "--due",
        required=True,
        type=date_argument,
        metavar="DATE",
        help="day on which the claim became due, or of the judgment",
    )
    parser.add_argument(
        "--event",
        type=date_argument,
        metavar="DATE",
        help="damages and penalties: day of the event that caused them",
    )
    for kind, name in zip(
        INTERRUPTIONS, ("--interrupted", "--acknowledged", "--sued"), strict=True
    ):
        parser.add_argument(
            name,
            dest=kind,
            action="append",
            default=[],
            type=date_argument,
            metavar="DATE",
            help=f"interruption by {kind} (may be repeated)",
        )
    parser.add_argument(
        "--today",
        type=date_argument,
        default=date.today(),
        metavar="DATE",
        help="count the days that are left from this day (default: today)",
    )


def _run(args) -> Answer:
    found = limitation(
        args.kind,
        args.due,
        shipped_terms(),
        shipped().values,
        interruptions=[
            Interruption(day, kind)
            for kind in INTERRUPTIONS
            for day in getattr(args, kind)
        ],
        event=args.event,
        today=args.today,
    )
    return Answer(
        {
            "last_day": found.last_day,
            "barred_from": found.barred_from,
            "days_left": found.days_left,
        },
        found.steps,
    )
