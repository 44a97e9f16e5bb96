"""What the commands share: reading arguments, printing an answer."""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, NoReturn, TextIO

from ..amounts import parse_amount
from ..steps import Step, describe


class Answer(NamedTuple):
    """What a command answers.

    :param values: what was asked, under the names that ``--json`` promises. Decimals
        are euro, printed with two decimals; a mapping is a group of values.
    :param steps: how it was arrived at
    :param warnings: what the reader should know besides
    """

    values: Mapping[str, Any]
    steps: Sequence[Step] = ()
    warnings: Sequence[Step] = ()


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, allow_abbrev=False, **kwargs)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {' '.join(message.split())}\n")


def with_common_options(parser: argparse.ArgumentParser, inherited: bool = False):
    """Add the options of every command to ``parser``.

    They may stand before and after the command's name: ``inherited`` leaves the value
    that stood before it alone.
    """
    parser.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS if inherited else False,
        help="print one JSON object",
    )
    parser.add_argument(
        "--lang",
        choices=("en", "nl"),
        default=argparse.SUPPRESS if inherited else "en",
        help="language of the explanation (default: en)",
    )


def add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], Answer], help: str
) -> Parser:
    """Add the command ``name``, answered by ``run``, and return its parser.

    A ValueError raised by ``run`` becomes the one line on standard error.
    """
    parser = commands.add_parser(name, help=help, description=help)
    with_common_options(parser, inherited=True)
    parser.set_defaults(run=run)
    return parser


def _argument(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """``read`` as a type of argument whose ValueError is shown as it stands."""

    def convert(text: str):
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return convert


def _date(text: str) -> date:
    # fromisoformat also reads 20250331 and 2025-W14-1 since Python 3.11
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError(f"{text!r} is not a date: write it like 2026-11-21")


def _percentage(text: str) -> Decimal:
    try:
        percentage = parse_amount(text)
    except ValueError:
        percentage = None
    if percentage is None or percentage > 100:
        raise ValueError(f"{text!r} is not a percentage from 0 to 100, such as 21")
    return percentage


def _payment(text: str) -> tuple[date, Decimal]:
    day, separator, amount = text.partition("=")
    if not separator:
        raise ValueError(f"{text!r} is not a payment: write it like 2026-11-21=100.00")
    return _date(day), parse_amount(amount)


amount_argument = _argument(parse_amount)
date_argument = _argument(_date)
percentage_argument = _argument(_percentage)
payment_argument = _argument(_payment)


def show_json(answer: Answer, lang: str, out: TextIO) -> None:
    """Print ``answer`` as one JSON object with ``steps`` and ``warnings``."""
    data = {
        **_plain(answer.values),
        "steps": [
            {**step.as_json(), "text": describe(step, lang)} for step in answer.steps
        ],
        "warnings": [describe(step, lang) for step in answer.warnings],
    }
    json.dump(data, out, ensure_ascii=False, indent=2)
    out.write("\n")


def show(answer: Answer, lang: str, out: TextIO) -> None:
    """Print ``answer`` as a short table with its explanation below."""
    rows = list(_rows(answer.values))
    names = max((len(name) for name, _ in rows), default=0)
    texts = max((len(text) for _, text in rows), default=0)
    for name, text in rows:
        out.write(f"{name:<{names}}  {text:>{texts}}\n")
    for step in answer.steps:
        out.write(f"- {describe(step, lang)}\n")
    for warning in answer.warnings:
        out.write(f"! {describe(warning, lang)}\n")


def _plain(value: Any) -> Any:
    """``value`` as JSON knows it."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else value


def _rows(values: Mapping[str, Any], group: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        label = f"{group}{name.replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield from _rows(value, f"{label}: ")
        elif isinstance(value, bool):
            yield label, "yes" if value else "no"
        elif value is not None:
            yield label, str(_plain(value))
