"""Sentences about terms of payment."""

SENTENCES: dict[str, dict[str, str]] = {
    "terms.days": {
        "nl": "De betaaltermijn is {days} dagen en begint op {start}.",
        "en": "The term of payment is {days} days and starts on {start}.",
    },
    "terms.last_day": {
        "nl": "De laatste dag om te betalen is {last}; de rente loopt vanaf {first}.",
        "en": "The last day to pay is {last}; interest runs from {first}.",
    },
    "terms.agreed": {
        "nl": "De afgesproken laatste dag om te betalen is {last}; de rente loopt "
        "vanaf {first}.",
        "en": "The last day to pay that was agreed is {last}; interest runs from "
        "{first}.",
    },
    "terms.demanded": {
        "nl": "De aanmaning gaf tijd tot en met {last}; de rente loopt vanaf {first}.",
        "en": "The demand gave time until {last}; interest runs from {first}.",
    },
    "terms.void": {
        "nl": "De afgesproken betaaldag {day} is te laat en geldt niet: een grote "
        "onderneming mag met een kleinere geen langere termijn afspreken.",
        "en": "The agreed day of payment {day} is too late and void: a large company "
        "cannot agree a longer term with a smaller one.",
    },
}
