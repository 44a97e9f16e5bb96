"""Sentences about limitation."""

SENTENCES: dict[str, dict[str, str]] = {
    "limitation.term": {
        "nl": (
            "De vordering was opeisbaar op {due}. De verjaringstermijn is {years} "
            "jaar: tot en met {last_day}."
        ),
        "en": (
            "The claim became due on {due}. The limitation term is {years} years: "
            "until {last_day}, that day included."
        ),
    },
    "limitation.long_stop": {
        "nl": (
            "De schade is ontstaan op {event}. De vordering verjaart hoe dan ook na "
            "{years} jaar: tot en met {last_day}."
        ),
        "en": (
            "The damage arose from an event on {event}. The claim ends in any case "
            "after {years} years: until {last_day}, that day included."
        ),
    },
    "limitation.letter": {
        "nl": (
            "Een aanmaning of schriftelijk voorbehoud op {day} stuit de verjaring. De "
            "dag erna begint een nieuwe termijn van {years} jaar: tot en met "
            "{last_day}."
        ),
        "en": (
            "A written demand or reservation on {day} interrupts the term. A new term "
            "of {years} years begins the next day: until {last_day}, that day "
            "included."
        ),
    },
    "limitation.acknowledgement": {
        "nl": (
            "Op {day} erkende de debiteur de schuld. De dag erna begint een nieuwe "
            "termijn van {years} jaar: tot en met {last_day}."
        ),
        "en": (
            "On {day} the debtor acknowledged the debt. A new term of {years} years "
            "begins the next day: until {last_day}, that day included."
        ),
    },
    "limitation.action": {
        "nl": (
            "De rechtsvordering van {day} stuit de verjaring. De dag erna begint een "
            "nieuwe termijn van {years} jaar: tot en met {last_day}."
        ),
        "en": (
            "The legal action of {day} interrupts the term. A new term of {years} "
            "years begins the next day: until {last_day}, that day included."
        ),
    },
    "limitation.original": {
        "nl": (
            "De stuiting op {day} geeft een nieuwe termijn van {years} jaar. Die zou "
            "eerder eindigen dan de eerste termijn. Daarom blijft het {last_day}."
        ),
        "en": (
            "The interruption on {day} gives a new term of {years} years. It would end "
            "before the first term does, so it stays {last_day}."
        ),
    },
    "limitation.early": {
        "nl": (
            "De stuiting op {day} was voordat de vordering opeisbaar was ({due}). De "
            "termijn liep nog niet."
        ),
        "en": (
            "The interruption on {day} came before the claim was due ({due}). The term "
            "did not run yet."
        ),
    },
    "limitation.late": {
        "nl": (
            "De stuiting op {day} kwam te laat: de vordering kon tot en met {last_day} "
            "worden gestuit. Zij leeft niet meer op."
        ),
        "en": (
            "The interruption on {day} came too late: the last day for it was "
            "{last_day}. It does not revive the claim."
        ),
    },
    "limitation.bankruptcy": {
        "nl": (
            "De termijn zou eindigen tijdens het faillissement of kort erna. Hij loopt "
            "door tot {months} maanden na het einde op {end}: tot en met {last_day}."
        ),
        "en": (
            "The term would end during the bankruptcy or shortly after it. It runs on "
            "until {months} months after its end on {end}: until {last_day}, that day "
            "included."
        ),
    },
    "limitation.bankruptcy.running": {
        "nl": (
            "De debiteur is failliet sinds {start}. De termijn eindigt niet eerder dan "
            "{months} maanden na het einde van het faillissement."
        ),
        "en": (
            "The debtor is bankrupt since {start}. The term does not end until "
            "{months} months after the end of the bankruptcy."
        ),
    },
    "limitation.barred": {
        "nl": "Zonder nieuwe stuiting is de vordering verjaard vanaf {barred_from}.",
        "en": "Without a new interruption the claim is barred from {barred_from}.",
    },
    "limitation.near": {
        "nl": "Nog {days} dagen tot en met {last_day}. Stuit de verjaring op tijd.",
        "en": "{days} days are left until {last_day}: interrupt the term in time.",
    },
    "limitation.past": {
        "nl": (
            "De laatste dag was {last_day}, {days} dagen geleden. Deze vordering is "
            "verjaard: vraag er geen betaling meer voor."
        ),
        "en": (
            "The last day was {last_day}, {days} days ago. This claim is barred: "
            "demand no more payment of it."
        ),
    },
}
