"""How a result explains itself.

Every result of the law engine carries ``steps``: what was done, under which article,
on which base, with which outcome. A step holds facts, no prose, so that it can be
stored once and shown in any language; :func:`describe` puts it into words with the
sentences of ``texts.py``.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .amounts import cents
from .texts import SENTENCES

StepValue = Decimal | date | int | str


class Step(NamedTuple):
    """One step of a computation.

    :param rule: stable name of the rule that was applied, such as ``costs.slice``
    :param article: where that rule stands, such as ``art. 2 lid 1 BIK``
    :param amount: what the step came to in euro, or None where it is no amount
    :param values: the facts that went in: bases and amounts in euro, percentages,
        days, dates. A Decimal under a name starting with ``percent`` is a percentage,
        every other Decimal is euro.
    """

    rule: str
    article: str
    amount: Decimal | None
    values: Mapping[str, StepValue]

    def as_json(self) -> dict:
        """The step as plain JSON values: amounts as strings, dates as ISO strings."""
        return {
            "rule": self.rule,
            "article": self.article,
            "amount": None if self.amount is None else str(self.amount),
            "values": {
                name: value if isinstance(value, int) else str(value)
                for name, value in self.values.items()
            },
        }


def describe(step: Step | Mapping, lang: str = "en") -> str:
    """The step as one plain sentence.

    :param step: a :class:`Step`, or the same as :meth:`Step.as_json` gave it
    :param lang: ``nl`` or ``en``; any other language gets English
    :raise KeyError: the rule has no sentence
    """
    data = step.as_json() if isinstance(step, Step) else step
    lang = lang[:2] if lang[:2] in ("nl", "en") else "en"
    shown = {
        name: _show(name, value, lang)
        for name, value in {**data["values"], "amount": data["amount"]}.items()
    }
    return SENTENCES[data["rule"]][lang].format_map(shown)


def _show(name: str, value, lang: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if len(value) == 10 and value[4] == value[7] == "-":
        year, month, day = value.split("-")
        return f"{day}-{month}-{year}"
    try:
        number = Decimal(value)
    except ArithmeticError:
        return value
    if name.startswith("percent"):
        text = f"{number.normalize():f}%"
    elif number == cents(number):
        text = f"{number:,.2f}"
    else:
        text = f"{number:,f}"
    if lang == "nl":
        text = text.translate(str.maketrans(",.", ".,"))
    return text if name.startswith("percent") else f"€ {text}"
