"""What the people in the replay do that the history does not tell.

The history says when a customer paid the amount of the invoice. It does not say how,
nor what happened to interest and costs that were owed by then. Everything here follows
from the numbers of invoices and customers alone, so that a replay can be stopped, taken
up again and repeated with the same outcome.
"""

from enum import Enum
from zlib import crc32

#: Days after the beginning on which the creditor chooses a shorter ladder of its own.
DAY_OF_SHORTER_LADDER = 59
#: And on which it makes a new version of that ladder.
DAY_OF_NEW_VERSION = 365
#: Days after a message until a customer pays the rest that it asks for.
DAYS_TO_PAY_REST = 4
#: Days after the flow proposed to hand over until the creditor gives a rest up.
DAYS_TO_GIVE_UP = 14


class Way(Enum):
    """How a payment reaches the creditor."""

    KENMERK = "bank, with the dossier's payment reference"
    NUMBER = "bank, with the dossier's number"
    INVOICE = "bank, with the invoice number"
    NAMELESS = "bank, from the customer's account, without a number"
    BLIND = "bank, nothing to recognise: the bookkeeper knows"
    REGISTERED = "registered on the invoice"


#: Out of a hundred payments of invoices.
_SHARES = (
    (Way.KENMERK, 25),
    (Way.NUMBER, 10),
    (Way.INVOICE, 30),
    (Way.NAMELESS, 10),
    (Way.BLIND, 10),
    (Way.REGISTERED, 15),
)


def _draw(text, sides):
    """A number below ``sides`` that follows from a text, as good as by chance."""
    return crc32(text.encode()) % sides


def way(invoice):
    """How the customer pays an invoice that is in collection.

    :rtype: Way
    """
    drawn = _draw(f"way {invoice.number}", 100)
    for found, share in _SHARES:
        if drawn < share:
            return found
        drawn -= share
    raise AssertionError("the shares add up to a hundred")


def told_early(invoice):
    """Whether the creditor hears of a dispute before the invoice is in collection, and
    keeps it out; the others are told when the first reminder is about to go."""
    return _draw(f"dispute {invoice.number}", 2) == 0


def pays_rest(customer):
    """Whether a customer pays interest and costs when a message asks for them: half of
    them do."""
    return _draw(f"rest {customer}", 2) == 0


def is_given_up(customer):
    """Whether the creditor gives up the rest that a customer does not pay: for half of
    those, when the flow is at its end."""
    return _draw(f"give up {customer}", 2) == 0


#: What customers write with a payment: invoice number.
_TEXTS = (
    "{}",
    "factuur {}",
    "Betreft: fact.nr {} dank u",
    "betaling nota {} - klant",
    "FACT {}",
)


def remittance(invoice, number):
    """What a customer writes with a payment, around a number."""
    return _TEXTS[_draw(f"text {invoice.number}", len(_TEXTS))].format(number)
