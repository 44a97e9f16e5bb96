"""Sentences about the notice of collection costs (14-dagenbrief)."""

SENTENCES: dict[str, dict[str, str]] = {
    "notice.post": {
        "nl": (
            "De brief is op {sent} per post verstuurd. Zondagen, maandagen en "
            "feestdagen tellen niet mee. De tweede dag daarna is {received}: dan is de "
            "brief bezorgd."
        ),
        "en": (
            "The letter was posted on {sent}. Sundays, Mondays and holidays do not "
            "count. The second day after it is {received}: then it is taken to be "
            "delivered."
        ),
    },
    "notice.e-mail": {
        "nl": "De e-mail is op {sent} verstuurd en dezelfde dag ontvangen.",
        "en": "The e-mail was sent on {sent} and received on the same day.",
    },
    "notice.delivered": {
        "nl": (
            "De brief is op {sent} verstuurd. Vast staat dat hij op {received} kwam."
        ),
        "en": "The letter was sent on {sent}. It is known to have come on {received}.",
    },
    "notice.statute": {
        "nl": (
            "De wet geeft {days} dagen, te beginnen op de dag na ontvangst: tot en met "
            "{last_day}."
        ),
        "en": (
            "The law gives {days} days that begin on the day after receipt: until "
            "{last_day}, that day included."
        ),
    },
    "notice.text": {
        "nl": (
            "De brief geeft {days} dagen na de dag van bezorging: tot en met "
            "{last_day}."
        ),
        "en": (
            "The letter gives {days} days after the day of delivery: until {last_day}, "
            "that day included."
        ),
    },
    "notice.extended": {
        "nl": (
            "{ends} is een zaterdag, zondag of feestdag. De termijn loopt door tot en "
            "met de eerste werkdag daarna: {last_day}."
        ),
        "en": (
            "{ends} is a Saturday, Sunday or holiday. The term runs on until the next "
            "working day: {last_day}, that day included."
        ),
    },
    "notice.costs_due": {
        "nl": "Is er dan niet betaald, dan zijn er incassokosten vanaf {day}.",
        "en": "Without payment by then, collection costs are due from {day}.",
    },
    "notice.safe_distance": {
        "nl": "Met een veilige afstand van drie weken na verzending: vanaf {day}.",
        "en": "With a safe distance of three weeks after sending: from {day}.",
    },
    "notice.bank_days": {
        "nl": (
            "We wachten nog {days} werkdagen op betalingen die onderweg zijn: vanaf "
            "{day}."
        ),
        "en": (
            "We wait {days} working days more for payments on their way: from {day}."
        ),
    },
    "notice.decrees": {
        "nl": (
            "Welke dagen na {until} met een feestdag gelijkstaan, is hier nog niet "
            "bekend. De termijn kan langer zijn."
        ),
        "en": (
            "Which days after {until} are equated with a holiday is not known here "
            "yet. The term may be longer."
        ),
    },
    "notice.wording.accepted": {
        "nl": (
            "De tekst geeft {days} dagen vanaf de bezorging. Nodig zijn er {asked}. "
            "Dat is goed."
        ),
        "en": (
            "The text gives {days} days counted from delivery; {asked} are needed. "
            "That holds."
        ),
    },
    "notice.wording.short": {
        "nl": (
            "De tekst geeft {days} dagen vanaf de bezorging. Met deze woorden zijn er "
            "{asked} nodig, anders heeft de debiteur geen veertien volle dagen."
        ),
        "en": (
            "The text gives {days} days counted from delivery. With these words "
            "{asked} are needed, or the debtor does not have fourteen full days."
        ),
    },
    "notice.wording.sending": {
        "nl": (
            "De tekst telt vanaf de datum of de verzending van de brief. De termijn "
            "begint pas op de dag nadat de brief is bezorgd."
        ),
        "en": (
            "The text counts from the date or the sending of the letter. The term does "
            "not begin before the day after delivery."
        ),
    },
    "notice.wording.date": {
        "nl": (
            "De tekst noemt een vaste datum. Komt de brief later aan, dan is die te "
            "vroeg. Noem een aantal dagen nadat de brief is bezorgd."
        ),
        "en": (
            "The text names a fixed date. It is too early where the letter arrives "
            "later. Name a number of days after delivery."
        ),
    },
    "notice.wording.confusing": {
        "nl": (
            "De tekst is verwarrend: er staat meer dan één termijn in, of dat de "
            "debiteur meteen moet betalen."
        ),
        "en": (
            "The text confuses: it has more than one term, or it asks for payment at "
            "once."
        ),
    },
    "notice.wording.no_term": {
        "nl": "De tekst noemt geen aantal dagen om te betalen.",
        "en": "The text names no number of days to pay.",
    },
    "notice.wording.unit": {
        "nl": "De tekst telt in werkdagen of maanden. Noem gewone dagen.",
        "en": "The text counts in working days or months. Name calendar days.",
    },
    "notice.wording.no_start": {
        "nl": (
            "De tekst zegt niet dat de termijn begint nadat de brief bij de debiteur "
            "is bezorgd."
        ),
        "en": (
            "The text does not say that the term begins after delivery of the letter "
            "to the debtor."
        ),
    },
    "notice.wording.unknown": {
        "nl": (
            'Deze tekst is hier niet bekend. Gebruik: "binnen vijftien dagen nadat '
            'deze brief bij u is bezorgd".'
        ),
        "en": (
            'This text is not known here. Use: "binnen vijftien dagen nadat deze brief '
            'bij u is bezorgd".'
        ),
    },
    "notice.defect.not_in_default": {
        "nl": "De debiteur is nog niet in verzuim. Dan mag deze brief nog niet.",
        "en": "The debtor is not in default yet, so it is too early for this letter.",
    },
    "notice.defect.too_early": {
        "nl": (
            "De brief is verstuurd op {sent}. De debiteur is pas in verzuim vanaf "
            "{default}."
        ),
        "en": (
            "The letter was sent on {sent}. The debtor is in default only from "
            "{default}."
        ),
    },
    "notice.defect.no_consequence": {
        "nl": (
            "De brief zegt niet wat er gebeurt zonder betaling, of niet dat er geen "
            "kosten zijn bij betaling op tijd."
        ),
        "en": (
            "The letter does not say what follows without payment, or not that there "
            "are no costs with payment in time."
        ),
    },
    "notice.defect.claims_missing": {
        "nl": (
            "{count} vordering(en) staan niet in de brief. Alles wat kan worden "
            "aangemaand, hoort in één brief."
        ),
        "en": (
            "{count} claim(s) are not in the letter. All that can be demanded belongs "
            "in one letter."
        ),
    },
    "notice.defect.claims_extra": {
        "nl": (
            "{count} vordering(en) in de brief kunnen niet worden aangemaand. Het "
            "bedrag aan kosten klopt dan niet."
        ),
        "en": (
            "{count} claim(s) in the letter cannot be demanded, so the costs in it are "
            "not right."
        ),
    },
    "notice.defect.no_amount": {
        "nl": "De brief noemt de incassokosten niet als bedrag in euro.",
        "en": "The letter does not name the collection costs as an amount in euro.",
    },
    "notice.defect.wrong_amount": {
        "nl": "De brief noemt {stated} incassokosten. Het moet {allowed} zijn.",
        "en": "The letter names {stated} of collection costs. It must be {allowed}.",
    },
    "notice.defect.wrong_vat": {
        "nl": "De brief noemt {stated} btw over de incassokosten, niet {allowed}.",
        "en": "The letter names {stated} of VAT on the costs, not {allowed}.",
    },
    "notice.defect.vat_not_declared": {
        "nl": (
            "De brief noemt btw. Hij zegt niet dat de schuldeiser die btw niet kan "
            "terugvragen en dat de kosten daarom hoger zijn."
        ),
        "en": (
            "The letter names VAT. It does not say that the creditor cannot recover it "
            "and that the costs were raised for it."
        ),
    },
}
