"""``law imputation``: what a payment pays of costs, interest and principal."""

import argparse
from typing import Any

from ..amounts import ZERO
from ..imputation import LEGAL_ORDER, NOTICE_TERM_ORDER, Parts, impute
from .frame import Answer, add_command, amount_argument


def add(commands: Any) -> None:
    parser = add_command(commands, "imputation", _imputation, "what a payment pays")
    parser.add_argument("--costs", type=amount_argument, default=ZERO)
    parser.add_argument("--interest", type=amount_argument, default=ZERO)
    parser.add_argument("--principal", type=amount_argument, required=True)
    parser.add_argument(
        "--pay", type=amount_argument, required=True, help="amount of the payment"
    )
    parser.add_argument(
        "--in-notice-term",
        action="store_true",
        help="paid while the term of a consumer's notice runs: principal first, and "
        "nothing to costs, which are not owed yet",
    )


def _imputation(args: argparse.Namespace) -> Answer:
    owed = Parts(args.costs, args.interest, args.principal)
    order = NOTICE_TERM_ORDER if args.in_notice_term else LEGAL_ORDER
    imputed = impute(owed, args.pay, order)
    values = {
        **imputed.paid._asdict(),
        "left": imputed.left._asdict(),
        "credit": imputed.credit,
    }
    return Answer(values, imputed.steps)
