"""Sentences about the costs of going to court."""

SENTENCES: dict[str, dict[str, str]] = {
    "court.kanton": {
        "nl": (
            "De vordering is {claim}, niet meer dan {limit}. De kantonrechter beslist. "
            "Een advocaat is niet nodig."
        ),
        "en": (
            "The claim is {claim}, not more than {limit}. The cantonal court decides. "
            "No lawyer is needed."
        ),
    },
    "court.civil": {
        "nl": (
            "De vordering is {claim}, meer dan {limit}. De kantonrechter beslist niet, "
            "tenzij het gaat om huur, arbeid, consumentenkoop of consumentenkrediet. "
            "Een advocaat is nodig."
        ),
        "en": (
            "The claim is {claim}, more than {limit}. The cantonal court does not "
            "decide, unless it is about rent, employment, consumer purchase or "
            "consumer credit. A lawyer is needed."
        ),
    },
    "court.fee.company": {
        "nl": (
            "Griffierecht voor een rechtspersoon, vof of cv bij een vordering van "
            "{claim} op {day}: {amount} (tarief vanaf {from})."
        ),
        "en": (
            "Court fee of a legal person, vof or cv for a claim of {claim} on {day}: "
            "{amount} (table from {from})."
        ),
    },
    "court.fee.person": {
        "nl": (
            "Griffierecht voor een natuurlijk persoon bij een vordering van {claim} op "
            "{day}: {amount} (tarief vanaf {from})."
        ),
        "en": (
            "Court fee of a natural person for a claim of {claim} on {day}: {amount} "
            "(table from {from})."
        ),
    },
    "court.fee.indigent": {
        "nl": (
            "Griffierecht voor een onvermogende bij een vordering van {claim} op "
            "{day}: {amount} (tarief vanaf {from})."
        ),
        "en": (
            "Court fee of a person of small means for a claim of {claim} on {day}: "
            "{amount} (table from {from})."
        ),
    },
    "court.salary": {
        "nl": (
            "Salaris gemachtigde bij {total}: {points} {per_point} per punt = "
            "{amount}. Er tellen hooguit {max_points} punten."
        ),
        "en": (
            "Salary of the representative for {total}: {points} {per_point} a point = "
            "{amount}. At most {max_points} points count."
        ),
    },
    "court.after_costs": {
        "nl": (
            "Nakosten: een half punt van {per_point}, hooguit {maximum}. Dat is "
            "{amount}."
        ),
        "en": (
            "Costs after judgment: half a point of {per_point}, at most {maximum}. "
            "That is {amount}."
        ),
    },
    "court.writ.summons": {
        "nl": (
            "Kosten van de deurwaarder voor de dagvaarding op {day}: {amount} zonder "
            "btw (tarief vanaf {from})."
        ),
        "en": (
            "The bailiff's fee for the summons on {day}: {amount} without VAT (table "
            "from {from})."
        ),
    },
    "court.writ.service_title": {
        "nl": (
            "Kosten van de deurwaarder voor de betekening van het vonnis op {day}: "
            "{amount} zonder btw (tarief vanaf {from})."
        ),
        "en": (
            "The bailiff's fee for serving the judgment on {day}: {amount} without VAT "
            "(table from {from})."
        ),
    },
    "court.writ.notice": {
        "nl": (
            "Kosten van de deurwaarder voor een aanzegging of de betekening van een "
            "verzoekschrift op {day}: {amount} zonder btw (tarief vanaf {from})."
        ),
        "en": (
            "The bailiff's fee for serving a notice or petition on {day}: {amount} "
            "without VAT (table from {from})."
        ),
    },
    "court.writ.service_other": {
        "nl": (
            "Kosten van de deurwaarder voor een andere betekening op {day}: {amount} "
            "zonder btw (tarief vanaf {from})."
        ),
        "en": (
            "The bailiff's fee for another service on {day}: {amount} without VAT "
            "(table from {from})."
        ),
    },
    "court.writ.seizure_goods": {
        "nl": (
            "Kosten van de deurwaarder voor beslag op roerende zaken op {day}: "
            "{amount} zonder btw (tarief vanaf {from})."
        ),
        "en": (
            "The bailiff's fee for seizing movable goods on {day}: {amount} without "
            "VAT (table from {from})."
        ),
    },
    "court.writ.garnishment_periodic": {
        "nl": (
            "Kosten van de deurwaarder voor beslag op loon of een andere periodieke "
            "betaling op {day}: {amount} zonder btw (tarief vanaf {from})."
        ),
        "en": (
            "The bailiff's fee for attaching wages or another periodic payment on "
            "{day}: {amount} without VAT (table from {from})."
        ),
    },
    "court.writ.garnishment_other": {
        "nl": (
            "Kosten van de deurwaarder voor beslag op een bankrekening of een andere "
            "betaling op {day}: {amount} zonder btw (tarief vanaf {from})."
        ),
        "en": (
            "The bailiff's fee for attaching a bank account or another payment on "
            "{day}: {amount} without VAT (table from {from})."
        ),
    },
    "court.writ_vat": {
        "nl": "Btw {percent} over {base}: {amount}.",
        "en": "VAT {percent} on {base}: {amount}.",
    },
    "court.outdated": {
        "nl": (
            "De bedragen van {from} zijn bekend tot en met {until}. Voor {day} kunnen "
            "er andere gelden. Controleer ze."
        ),
        "en": (
            "The amounts from {from} are known until {until}. Others may hold on "
            "{day}: check them."
        ),
    },
}
