"""The calculator on the command line: one module a command.

A command module has ``add(commands)``, which adds its parser with
:func:`~.frame.add_command`, and a function that turns the parsed arguments into an
:class:`~.frame.Answer`. It computes nothing itself.
"""

import sys
from collections.abc import Sequence

from . import (
    costs,
    court,
    imputation,
    interest,
    limitation,
    notice,
    references,
    window,
)
from .frame import Parser, show, show_json, with_common_options

COMMANDS = (
    costs,
    interest,
    notice,
    imputation,
    limitation,
    window,
    court,
    references,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and print its answer.

    :param argv: the arguments without the program's name; default those of the process
    :return: the exit status, 0
    :raise SystemExit: with status 2, after one line on standard error, when the input
        is wrong
    """
    parser = Parser(
        prog="law", description="Dutch collection law: costs, interest, terms, payments"
    )
    with_common_options(parser)
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, parser_class=Parser
    )
    for module in COMMANDS:
        module.add(commands)
    args = parser.parse_args(argv)
    try:
        answer = args.run(args)
    except (ValueError, OverflowError) as error:
        parser.error(f"{args.command}: {error}")
    write = show_json if args.json else show
    write(answer, args.lang, sys.stdout)
    return 0
