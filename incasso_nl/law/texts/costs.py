"""Sentences about out-of-court collection costs."""

SENTENCES: dict[str, dict[str, str]] = {
    "costs.added": {
        "nl": "De hoofdsommen van {count} vorderingen zijn samen {amount}.",
        "en": "The principals of {count} claims come to {amount}.",
    },
    "costs.slice": {
        "nl": "{percentage} over {base} is {amount}.",
        "en": "{percentage} of {base} is {amount}.",
    },
    "costs.minimum": {
        "nl": "De kosten zijn ten minste {amount}.",
        "en": "The costs are at least {amount}.",
    },
    "costs.maximum": {
        "nl": "De kosten zijn ten hoogste {amount}.",
        "en": "The costs are at most {amount}.",
    },
    "costs.vat": {
        "nl": "Daar komt {percentage} btw over {base} bij, {amount}: de schuldeiser "
        "kan die btw niet aftrekken.",
        "en": "VAT comes on top, {percentage} of {base}, {amount}: the creditor cannot "
        "deduct that VAT.",
    },
    "costs.recurring": {
        "nl": "Voor {count} termijn(en) onder {below} zijn de kosten {amount}.",
        "en": "For {count} instalment(s) below {below} the costs are {amount}.",
    },
    "costs.paid_part": {
        "nl": "Tot en met {last} is {amount} van de hoofdsom betaald: daarover zijn "
        "geen kosten verschuldigd.",
        "en": "Through {last}, {amount} of the principal was paid: no costs are owed "
        "over that.",
    },
    "costs.announced": {
        "nl": "De brief kondigde {announced} aan: verschuldigd is {amount}.",
        "en": "The notice announced {announced}: {amount} is owed.",
    },
    "costs.charged_before": {
        "nl": "Daarvan is al {before} in rekening gebracht: er komt {amount} bij.",
        "en": "Of that {before} was charged before: {amount} is added.",
    },
    "costs.held": {
        "nl": "Daarvan vragen wij {amount} nu niet: dat deel hoort bij facturen die "
        "wij nog uitzoeken.",
        "en": "Of that we do not ask {amount} now: that part belongs to invoices that "
        "we are still looking into.",
    },
    "costs.trade_minimum": {
        "nl": "Bedrijven en overheden zijn zonder aanmaning ten minste {amount} "
        "verschuldigd.",
        "en": "Businesses and governments owe at least {amount} without a notice.",
    },
    "costs.agreed": {
        "nl": "Afgesproken is {percentage} over {base}: {amount}.",
        "en": "Agreed was {percentage} of {base}: {amount}.",
    },
    "costs.agreed_minimum": {
        "nl": "Afgesproken is een minimum van {amount}.",
        "en": "Agreed was a minimum of {amount}.",
    },
    "costs.moderation": {
        "nl": "Een rechter kan de afgesproken kosten matigen tot {amount}.",
        "en": "A court can bring the agreed costs down to {amount}.",
    },
    "costs.no_principal": {
        "nl": "Er is geen hoofdsom: er zijn geen kosten verschuldigd.",
        "en": "There is no principal: no costs are owed.",
    },
    "costs.out_of_scope": {
        "nl": "De vordering is schadevergoeding: de wettelijke staffel geldt niet.",
        "en": "The claim is for damages: the statutory scale does not apply.",
    },
    "costs.before_bik": {
        "nl": "De debiteur was al in verzuim voordat de staffel gold.",
        "en": "The debtor was in default before the scale was in force.",
    },
    "costs.not_in_default": {
        "nl": "De debiteur is niet (op tijd) in verzuim: er zijn geen kosten "
        "verschuldigd.",
        "en": "The debtor is not in default, or was not in time: no costs are owed.",
    },
    "costs.not_collected": {
        "nl": "Er is nog niets gedaan om het geld te innen: er zijn geen kosten "
        "verschuldigd.",
        "en": "Nothing was done yet to collect the money: no costs are owed.",
    },
    "costs.no_notice": {
        "nl": "Er is nog geen 14-dagenbrief verstuurd: er zijn geen kosten "
        "verschuldigd.",
        "en": "No notice of costs was sent yet: no costs are owed.",
    },
    "costs.notice_invalid": {
        "nl": "De 14-dagenbrief is niet geldig: er zijn geen kosten verschuldigd.",
        "en": "The notice of costs is not valid: no costs are owed.",
    },
    "costs.term_running": {
        "nl": "De termijn van de 14-dagenbrief loopt nog: er zijn nog geen kosten "
        "verschuldigd.",
        "en": "The term of the notice still runs: no costs are owed yet.",
    },
    "costs.paid_in_term": {
        "nl": "Alles is binnen de termijn betaald: er zijn geen kosten verschuldigd.",
        "en": "All was paid within the term: no costs are owed.",
    },
}
