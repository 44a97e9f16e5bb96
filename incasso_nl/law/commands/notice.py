"""``law notice``: when the term of a notice of costs ends."""

from ..calendar import shipped_calendar
from ..notice import notice_term
from ..tables import shipped
from ..wording import judge_wording
from .frame import Answer, add_command, date_argument


def add(commands) -> None:
    """Add the command ``notice``."""
    parser = add_command(
        commands, "notice", _run, "term of a notice of costs (14-dagenbrief)"
    )
    parser.add_argument("--sent", required=True, type=date_argument, metavar="DATE")
    parser.add_argument("--by", required=True, choices=("post", "e-mail"))
    parser.add_argument(
        "--delivered",
        type=date_argument,
        metavar="DATE",
        help="day of delivery where it is known",
    )
    parser.add_argument(
        "--wording",
        metavar="TEXT",
        help="the Dutch sentence that sets the term, judged first (default: binnen "
        "vijftien dagen nadat deze brief bij u is bezorgd)",
    )
    parser.add_argument(
        "--no-extension",
        action="store_true",
        help="do not extend a term that ends on a Saturday, Sunday or holiday",
    )
    parser.add_argument(
        "--safe-distance",
        action="store_true",
        help="charge no costs within three weeks after sending",
    )
    parser.add_argument(
        "--bank-days",
        type=int,
        default=0,
        metavar="N",
        help="working days to wait for payments on their way (default: 0)",
    )


def _run(args) -> Answer:
    judged = []
    days = None
    if args.wording is not None:
        wording = judge_wording(args.wording, args.sent, shipped().values)
        judged = [wording.step]
        days = wording.days
        if not wording.accepted:
            return Answer({"accepted": False}, judged)
    term = notice_term(
        args.sent,
        args.by,
        shipped_calendar(),
        shipped().values,
        delivered=args.delivered,
        term_days=days,
        extend=not args.no_extension,
        safe_distance=args.safe_distance,
        bank_days=args.bank_days,
    )
    return Answer(
        {
            "received": term.received,
            "last_free_day_statute": term.last_free_day_statute,
            "last_free_day": term.last_free_day,
            "costs_due_from": term.costs_due_from,
            "charge_from": term.charge_from,
        },
        judged + term.steps,
        term.warnings,
    )
