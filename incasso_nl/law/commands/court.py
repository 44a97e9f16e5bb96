"""``law court-fee``: what going to court costs."""

from datetime import date

from ..court import (
    PARTIES,
    after_costs,
    court_fee,
    default_judgment_salary,
    shipped_tables,
    writ_fee,
)
from ..steps import Step
from ..tables import shipped
from .frame import Answer, add_command, amount_argument, date_argument


def add(commands) -> None:
    """Add the command ``court-fee``."""
    parser = add_command(commands, "court-fee", _run, "what going to court costs")
    parser.add_argument(
        "--claim", required=True, type=amount_argument, metavar="EUR", help="claimed"
    )
    parser.add_argument("--party", required=True, choices=PARTIES, help="the claimant")
    parser.add_argument(
        "--date",
        type=date_argument,
        default=date.today(),
        metavar="DATE",
        help="first day in court (default: today)",
    )
    parser.add_argument(
        "--kanton",
        action="store_true",
        default=None,
        help="for the cantonal court whatever the value, such as rent",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="also the summons, the salary by default or after a hearing, and the "
        "costs after judgment",
    )


def _run(args) -> Answer:
    tables = shipped_tables(), shipped().values
    fee = court_fee(args.claim, args.party, args.date, *tables, kanton=args.kanton)
    parts = {"fee": fee}
    if args.all:
        parts |= {
            "summons": writ_fee("summons", args.date, *tables),
            "salary_default": default_judgment_salary(args.claim, args.date, *tables),
            "salary_hearing": default_judgment_salary(
                args.claim, args.date, *tables, hearing=True
            ),
            "after_costs": after_costs(args.claim, args.date, *tables),
        }
    warnings: list[Step] = []
    for part in parts.values():
        warnings += [step for step in part.warnings if step not in warnings]
    return Answer(
        {name: part.amount for name, part in parts.items()} | {"court": fee.court},
        [step for part in parts.values() for step in part.steps],
        warnings,
    )
