"""Sentences about the hours in which a debtor may be approached."""

SENTENCES: dict[str, dict[str, str]] = {
    "window.allowed": {
        "nl": (
            "{moment} mag: het is geen zondag of feestdag, en tussen {opens} en "
            "{closes} uur."
        ),
        "en": (
            "{moment} is allowed: it is no Sunday or holiday, and between {opens}:00 "
            "and {closes}:00."
        ),
    },
    "window.hours": {
        "nl": (
            "{moment} mag niet: contact mag alleen tussen {opens} en {closes} uur. Het "
            "mag weer vanaf {next_allowed}."
        ),
        "en": (
            "{moment} is not allowed: contact is allowed between {opens}:00 and "
            "{closes}:00 only. It is again from {next_allowed}."
        ),
    },
    "window.free_day": {
        "nl": (
            "{moment} mag niet: het is een zondag, een feestdag of een dag die daarmee "
            "gelijk staat. Het mag weer vanaf {next_allowed}."
        ),
        "en": (
            "{moment} is not allowed: it is a Sunday, a holiday or a day equated with "
            "one. It is again from {next_allowed}."
        ),
    },
    "window.post": {
        "nl": "Een brief per post mag altijd: de uren gelden niet voor post.",
        "en": "A letter by post may always be sent: the hours do not bind post.",
    },
}
