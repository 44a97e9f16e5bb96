"""``law costs``: the compensation for collection costs by the statutory scale."""

import argparse
from datetime import date
from decimal import Decimal
from typing import Any

from ..amounts import ZERO
from ..costs import scale_costs
from ..tables import shipped
from .frame import (
    Answer,
    add_command,
    amount_argument,
    date_argument,
    percentage_argument,
)


def add(commands: Any) -> None:
    parser = add_command(
        commands, "costs", _costs, "collection costs by the statutory scale"
    )
    parser.add_argument(
        "principals",
        metavar="PRINCIPAL",
        nargs="+",
        type=amount_argument,
        help="principal in euro; several are added up (art. 6:96 lid 7 BW)",
    )
    parser.add_argument(
        "--vat",
        metavar="PERCENTAGE",
        type=percentage_argument,
        default=ZERO,
        help="VAT that the creditor cannot recover (art. 2 lid 3 BIK)",
    )
    parser.add_argument(
        "--on",
        metavar="DATE",
        type=date_argument,
        help="the day whose scale applies (default: today)",
    )


def _costs(args: argparse.Namespace) -> Answer:
    principals: list[Decimal] = args.principals
    costs = scale_costs(principals, args.on or date.today(), shipped(), args.vat)
    values = {"costs": costs.amount, "vat": costs.vat, "total": costs.total}
    return Answer(values, costs.steps)
