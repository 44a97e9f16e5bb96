"""Sentences about what a payment pays."""

SENTENCES: dict[str, dict[str, str]] = {
    "imputation.costs": {
        "nl": "{amount} gaat naar de kosten van {open}; daarvan blijft {left} open.",
        "en": "{amount} goes to the costs of {open}; {left} of them is left.",
    },
    "imputation.interest": {
        "nl": "{amount} gaat naar de rente van {open}; daarvan blijft {left} open.",
        "en": "{amount} goes to the interest of {open}; {left} of it is left.",
    },
    "imputation.principal": {
        "nl": "{amount} gaat naar de hoofdsom van {open}; daarvan blijft {left} open.",
        "en": "{amount} goes to the principal of {open}; {left} of it is left.",
    },
    "imputation.credit": {
        "nl": "{amount} is te veel betaald.",
        "en": "{amount} was paid too much.",
    },
    "imputation.designated": {
        "nl": "{amount} is voor vordering {claim}: die noemde de debiteur zelf.",
        "en": "{amount} is for claim {claim}: the debtor named it.",
    },
    "imputation.claim": {
        "nl": "{amount} is voor vordering {claim}, opeisbaar op {due}: die is aan de "
        "beurt.",
        "en": "{amount} is for claim {claim}, due on {due}: it is next in order.",
    },
    "imputation.proportional": {
        "nl": "{amount} is voor vordering {claim}, opeisbaar op {due}: haar deel naar "
        "evenredigheid.",
        "en": "{amount} is for claim {claim}, due on {due}: its share in proportion.",
    },
}
