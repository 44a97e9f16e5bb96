"""``law interest``: statutory interest, with payments in between."""

import argparse
from typing import Any

from ..amounts import ZERO
from ..interest import Convention, Statutory, interest
from ..tables import SERIES, shipped
from .frame import Answer, add_command, amount_argument, date_argument, payment_argument


def add(commands: Any) -> None:
    parser = add_command(commands, "interest", _interest, "statutory interest")
    parser.add_argument(
        "--kind",
        required=True,
        choices=tuple(SERIES),
        help="6:119 for consumers, 6:119a between businesses, 6:119b for government",
    )
    parser.add_argument("--principal", required=True, type=amount_argument)
    parser.add_argument(
        "--due", required=True, type=date_argument, help="last day of payment"
    )
    parser.add_argument(
        "--until",
        required=True,
        type=date_argument,
        help="last day with interest, such as the day of payment",
    )
    parser.add_argument(
        "--basis",
        choices=("365", "actual"),
        default="365",
        help="days in a year (default: 365)",
    )
    parser.add_argument(
        "--rounding",
        choices=("segment", "end"),
        default="segment",
        help="round each piece of the period, or once at the end (default: segment)",
    )
    parser.add_argument(
        "--payment",
        metavar="DATE=AMOUNT",
        type=payment_argument,
        action="append",
        default=[],
        help="a payment in between; may be repeated",
    )
    parser.add_argument(
        "--costs",
        type=amount_argument,
        default=ZERO,
        help="costs that the payments pay first",
    )


def _interest(args: argparse.Namespace) -> Answer:
    if args.until < args.due:
        raise ValueError(f"--until {args.until} is before --due {args.due}")
    result = interest(
        args.principal,
        args.due,
        args.until,
        Statutory(args.kind),
        shipped().rates,
        costs=args.costs,
        payments=args.payment,
        convention=Convention(args.basis, args.rounding),
    )
    values: dict[str, Any] = {"interest": result.interest, "days": result.days}
    if args.payment or args.costs:
        values |= {
            "interest_paid": result.interest_paid,
            "interest_open": result.interest_open,
            "principal_open": result.principal_open,
            "costs_open": result.costs_open,
            "credit": result.credit,
        }
    values["balance"] = result.balance
    return Answer(values, result.steps, result.warnings)
