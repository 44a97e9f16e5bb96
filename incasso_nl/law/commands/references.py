"""``law reference``: make or check a payment reference."""

from ..references import KENMERK_LENGTHS, check, make_kenmerk, make_rf
from .frame import Answer, add_command


def add(commands) -> None:
    """Add the command ``reference``."""
    parser = add_command(
        commands, "reference", _run, "make or check a betalingskenmerk, RF or IBAN"
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--kenmerk", metavar="N", help="make a betalingskenmerk of the number N"
    )
    what.add_argument(
        "--rf", metavar="REF", help="make an RF creditor reference (ISO 11649) of REF"
    )
    what.add_argument(
        "--check",
        metavar="X",
        help="check X: an RF reference, IBAN or betalingskenmerk",
    )
    parser.add_argument(
        "--length",
        type=int,
        choices=KENMERK_LENGTHS,
        help="digits of the betalingskenmerk (default: 16)",
    )


def _run(args) -> Answer:
    if args.length and args.kenmerk is None:
        raise ValueError("--length goes with --kenmerk")
    if args.check is not None:
        found = check(args.check)
        return Answer({"valid": found.valid, "kind": found.kind}, found.steps)
    if args.kenmerk is not None:
        made = make_kenmerk(args.kenmerk, args.length or 16)
    else:
        made = make_rf(args.rf)
    return Answer({"reference": made.reference}, made.steps)
