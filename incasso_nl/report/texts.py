"""The fixed words of a letter, in plain Dutch (B1) and English.

They are kept here and not in the translations of the interface: a debtor is written to
in Dutch whether or not somebody works in Odoo in Dutch, and a wrong word here may cost
the creditor the collection costs. What a template says itself is in the template.
"""

LANGUAGES = ("nl", "en")

LABELS: dict[str, dict[str, str]] = {
    # The parts of a sentence that every text needs
    "about_one": {
        "nl": "Het gaat om factuur {number} van {date}.",
        "en": "It concerns invoice {number} of {date}.",
    },
    "about_one_for": {
        "nl": "Het gaat om factuur {number} van {date} ({what_for}).",
        "en": "It concerns invoice {number} of {date} ({what_for}).",
    },
    "about_some": {
        "nl": "Het gaat om de facturen {numbers}.",
        "en": "It concerns the invoices {numbers}.",
    },
    "about_many": {
        "nl": "Het gaat om {count} facturen.",
        "en": "It concerns {count} invoices.",
    },
    "behalf": {
        "nl": "Wij schrijven u namens {creditor}.",
        "en": "We write to you on behalf of {creditor}.",
    },
    "represented": {
        "nl": "U krijgt dit bericht omdat u de belangen behartigt van {debtor}.",
        "en": "You receive this message because you represent {debtor}.",
    },
    "greeting": {"nl": "Met vriendelijke groet,", "en": "Kind regards,"},
    # Page
    "page": {"nl": "Pagina", "en": "Page"},
    "of": {"nl": "van", "en": "of"},
    "sender_of": {"nl": "Afzender: {address}", "en": "Sender: {address}"},
    # References
    "date": {"nl": "Datum", "en": "Date"},
    "dossier": {"nl": "Ons dossiernummer", "en": "Our file number"},
    "creditor_reference": {"nl": "Kenmerk opdrachtgever", "en": "Creditor's reference"},
    "creditor": {"nl": "Schuldeiser", "en": "Creditor"},
    "debtor": {"nl": "Schuldenaar", "en": "Debtor"},
    "handler": {"nl": "Uw contactpersoon", "en": "Your contact"},
    # Addresses
    "phone": {"nl": "Telefoon {value}", "en": "Phone {value}"},
    "registry": {"nl": "KvK {value}", "en": "Chamber of Commerce {value}"},
    "wki": {
        "nl": "Register incassodienstverlening {value}",
        "en": "Dutch register of debt collectors {value}",
    },
    # Amounts
    "principal": {"nl": "Hoofdsom", "en": "Principal"},
    "interest": {"nl": "Rente", "en": "Interest"},
    "interest_to": {"nl": "Rente tot en met {date}", "en": "Interest up to {date}"},
    "costs": {"nl": "Incassokosten", "en": "Collection costs"},
    "costs_vat": {
        "nl": "Incassokosten, inclusief btw",
        "en": "Collection costs, including VAT",
    },
    "paid": {"nl": "Al betaald", "en": "Already paid"},
    "total": {"nl": "Totaal te betalen", "en": "Total to pay"},
    "open": {"nl": "Nog te betalen", "en": "Still to pay"},
    # Payment
    "pay_title": {"nl": "Zo betaalt u", "en": "How to pay"},
    "amount": {"nl": "Bedrag", "en": "Amount"},
    "iban": {"nl": "IBAN", "en": "IBAN"},
    "holder": {"nl": "Op naam van", "en": "Account name"},
    "payment_reference": {"nl": "Betalingskenmerk", "en": "Payment reference"},
    "pay_by": {"nl": "Betaal uiterlijk", "en": "Please pay by"},
    "qr_caption": {
        "nl": "Scan met de app van uw bank",
        "en": "Scan with your banking app",
    },
    "qr_alt": {
        "nl": "QR-code om het bedrag over te maken met de app van uw bank",
        "en": "QR code to transfer the amount with your banking app",
    },
    "portal_title": {"nl": "Regel het online", "en": "Arrange it online"},
    "portal_text": {
        "nl": (
            "Bekijk uw dossier, betaal met iDEAL | Wero, vraag een betalingsregeling "
            "aan of laat weten dat u het er niet mee eens bent:"
        ),
        "en": (
            "See your file, pay with iDEAL | Wero, ask for a payment arrangement or "
            "tell us that you disagree:"
        ),
    },
    "portal_code": {
        "nl": "Vul uw postcode, uw huisnummer en deze code in:",
        "en": "Fill in your postcode, your house number and this code:",
    },
    "portal_alt": {
        "nl": "QR-code naar uw dossier op internet",
        "en": "QR code to your file online",
    },
    # Specification
    "specification_title": {
        "nl": "Overzicht van wat u moet betalen",
        "en": "Overview of what you have to pay",
    },
    "invoice": {"nl": "Factuur", "en": "Invoice"},
    "what_for": {"nl": "Waarvoor", "en": "What for"},
    "invoice_date": {"nl": "Factuurdatum", "en": "Invoice date"},
    "due_date": {"nl": "Uiterste betaaldag", "en": "Due date"},
    "explanation_title": {
        "nl": "Zo zijn de bedragen berekend",
        "en": "How the amounts were calculated",
    },
    "invoice_heading": {"nl": "Factuur {name}", "en": "Invoice {name}"},
    "announced_heading": {
        "nl": "Incassokosten als u niet op tijd betaalt",
        "en": "Collection costs if you do not pay in time",
    },
    # Arrangement
    "schedule_title": {"nl": "Uw termijnen", "en": "Your instalments"},
    "schedule_number": {"nl": "Termijn", "en": "Instalment"},
    "schedule_left": {"nl": "Daarna nog te betalen", "en": "Left to pay after it"},
    "schedule_total": {"nl": "Samen", "en": "Together"},
    "schedule_interest": {
        "nl": "Rente die er naar verwachting bij komt, na de laatste termijn",
        "en": "Interest we expect to be added, after the last instalment",
    },
    "period_week": {"nl": "per week", "en": "a week"},
    "period_four_weeks": {"nl": "per vier weken", "en": "every four weeks"},
    "period_month": {"nl": "per maand", "en": "a month"},
    "arrangement_title": {"nl": "Goed om te weten", "en": "Good to know"},
    "no_fee_text": {
        "nl": "De regeling zelf kost u niets.",
        "en": "The arrangement itself costs you nothing.",
    },
    "arrangement_interest_frozen": {
        "nl": (
            "Zolang de regeling loopt, komt er geen rente bij. Die rente betaalt u "
            "ook later niet."
        ),
        "en": (
            "As long as the arrangement runs, no interest is added. You do not pay "
            "that interest later either."
        ),
    },
    "arrangement_interest_waived": {
        "nl": (
            "Betaalt u alle termijnen? Dan betaalt u geen rente over deze tijd. Stopt "
            "de regeling eerder? Dan rekenen wij die rente wel."
        ),
        "en": (
            "Do you pay all instalments? Then you pay no interest for this time. Does "
            "the arrangement stop earlier? Then we do charge that interest."
        ),
    },
    "arrangement_interest_running": {
        "nl": (
            "De wettelijke of afgesproken rente loopt door. Betaalt u elke termijn op "
            "tijd, dan komt er naar verwachting {amount} rente bij. Die betaalt u na "
            "de laatste termijn. Wij sturen u daar dan een bericht over."
        ),
        "en": (
            "The interest by law or by agreement keeps running. If you pay each "
            "instalment in time, we expect {amount} of interest to be added. You pay "
            "it after the last instalment. We will send you a message about it then."
        ),
    },
    "allocation_text": {
        "nl": (
            "Met uw betalingen betaalt u eerst de incassokosten, daarna de rente en "
            "dan de hoofdsom (artikel 6:44 van het Burgerlijk Wetboek)."
        ),
        "en": (
            "Your payments first pay the collection costs, then the interest and then "
            "the principal (article 6:44 of the Dutch Civil Code)."
        ),
    },
    "arrangement_stop": {
        "nl": (
            "Lukt een termijn een keer niet? Bel of mail ons vóór de betaaldag. U kunt "
            "één termijn verschuiven. Komt een termijn niet binnen, dan sturen wij u "
            "een herinnering en krijgt u nog {days} dagen. Betaalt u dan niet, dan "
            "stopt de regeling. U moet dan in één keer betalen wat nog openstaat en "
            "wij gaan verder met uw dossier."
        ),
        "en": (
            "Can you not pay an instalment once? Call or e-mail us before its day. You "
            "can move one instalment. If an instalment does not come in, we send you a "
            "reminder and you have another {days} days. If you do not pay then, the "
            "arrangement stops. You then have to pay at once what is still open, and "
            "we go on with your file."
        ),
    },
    "portal_link": {
        "nl": "Bekijk uw dossier en betaal online",
        "en": "See your file and pay online",
    },
    # Who to turn to
    "object_title": {
        "nl": "Bent u het er niet mee eens?",
        "en": "Do you disagree?",
    },
    "object_text": {
        "nl": (
            "Laat het ons weten en leg uit waarom. Dan zoeken wij het uit en wachten "
            "wij met volgende stappen. U bereikt ons {contact}. Noem altijd "
            "dossiernummer {dossier}."
        ),
        "en": (
            "Let us know and explain why. We will look into it and take no further "
            "steps until we have. You can reach us {contact}. Always mention file "
            "number {dossier}."
        ),
    },
    "contact_phone": {"nl": "via telefoonnummer {phone}", "en": "by phone on {phone}"},
    "contact_hours": {"nl": " ({hours})", "en": " ({hours})"},
    "contact_email": {"nl": "via e-mail: {email}", "en": "by e-mail: {email}"},
    "contact_post": {"nl": "via ons postadres", "en": "by letter to our address"},
    "or": {"nl": " of ", "en": " or "},
    "help_title": {
        "nl": "Kunt u niet alles in één keer betalen?",
        "en": "Can you not pay everything at once?",
    },
    "help_text": {
        "nl": (
            "Neem contact met ons op. Samen zoeken we een oplossing die bij u past, "
            "bijvoorbeeld betalen in termijnen. Hebt u meer schulden of zorgen over "
            "geld? Bel gratis en anoniem met Geldfit: 0800-8115, of kijk op "
            "geldfit.nl. Ook uw gemeente helpt u gratis met schuldhulp. Denkt u dat u "
            "er niet meer uitkomt? Praat erover: bel gratis 113 of 0800-0113."
        ),
        "en": (
            "Please contact us. Together we look for a solution that suits you, such "
            "as paying in instalments. Do you have other debts or worries about "
            "money? Call Geldfit, free and anonymous: 0800-8115, or see geldfit.nl. "
            "Your municipality helps you with debts too, free of charge. Do you feel "
            "there is no way out? Talk about it: call 113 or 0800-0113, free of "
            "charge."
        ),
    },
    "help_business_text": {
        "nl": (
            "Neem contact met ons op. Samen zoeken we een oplossing, bijvoorbeeld "
            "betalen in termijnen. Gaat het niet goed met uw bedrijf? Geldfit Zakelijk "
            "helpt ondernemers gratis: 0800-8115 of geldfit.nl. Ook uw gemeente helpt "
            "ondernemers met schuldhulp."
        ),
        "en": (
            "Please contact us. Together we look for a solution, such as paying in "
            "instalments. Is your business not doing well? Geldfit helps entrepreneurs "
            "free of charge: 0800-8115 or geldfit.nl. Your municipality helps "
            "entrepreneurs with debts too."
        ),
    },
    # What kind of help somebody has
    "help_kind_counselling": {"nl": "schuldhulp", "en": "debt counselling"},
    "help_kind_moratorium": {
        "nl": "een afkoelingsperiode",
        "en": "a cooling-off period",
    },
    "help_kind_administration": {"nl": "bewind", "en": "administration (bewind)"},
    "help_kind_guardianship": {"nl": "curatele", "en": "guardianship (curatele)"},
    "help_kind_wsnp": {
        "nl": "schuldsanering volgens de Wsnp",
        "en": "debt restructuring (Wsnp)",
    },
    "help_kind_bankruptcy": {
        "nl": "afwikkeling door een curator",
        "en": "settlement by a trustee (curator)",
    },
    # What became of a complaint
    "outcome_upheld": {
        "nl": "U hebt gelijk met uw klacht.",
        "en": "We agree with your complaint.",
    },
    "outcome_partly": {
        "nl": "U hebt voor een deel gelijk met uw klacht.",
        "en": "We agree with part of your complaint.",
    },
    "outcome_settled": {
        "nl": "Wij hebben samen met u een oplossing gevonden.",
        "en": "We have found a solution together with you.",
    },
    "outcome_rejected": {
        "nl": "Wij zijn het niet eens met uw klacht. Hieronder leest u waarom.",
        "en": "We do not agree with your complaint. You read why below.",
    },
    "complaint_title": {"nl": "Hebt u een klacht?", "en": "Do you have a complaint?"},
    "complaint_text": {
        "nl": (
            "Bent u niet tevreden over hoe wij u behandelen? Stuur uw klacht naar "
            "{where}. Wij laten u binnen twee werkdagen weten dat wij uw klacht hebben "
            "ontvangen."
        ),
        "en": (
            "Are you not satisfied with how we treat you? Send your complaint to "
            "{where}. We will let you know within two working days that we have "
            "received it."
        ),
    },
    # Creditor and collector
    "creditor_title": {
        "nl": "Wie zijn wij en voor wie schrijven wij u?",
        "en": "Who are we and for whom do we write to you?",
    },
    "creditor_text": {
        "nl": (
            "U hebt een schuld bij {creditor}. {collector} int dit bedrag voor {name}."
        ),
        "en": (
            "You owe money to {creditor}. {collector} collects this amount for {name}."
        ),
    },
    "creditor_own_text": {
        "nl": "U hebt een schuld bij ons: {creditor}.",
        "en": "You owe money to us: {creditor}.",
    },
    "debtor_text": {
        "nl": "Het gaat om een schuld van {debtor}.",
        "en": "This is about a debt of {debtor}.",
    },
    "vat_text": {
        "nl": (
            "In de incassokosten zit {vat} btw. {creditor} kan deze btw niet "
            "verrekenen met de Belastingdienst en verklaart dat de kosten daarom met "
            "{percentage} btw zijn verhoogd (artikel 2 lid 3 van het Besluit "
            "vergoeding voor buitengerechtelijke incassokosten)."
        ),
        "en": (
            "The collection costs include {vat} VAT. {creditor} cannot recover this "
            "VAT from the tax authorities and declares that the costs were increased "
            "by {percentage} VAT for that reason (article 2(3) of the Decree on "
            "compensation for extrajudicial collection costs)."
        ),
    },
}


def labels(lang: str) -> dict[str, str]:
    """All labels in one language.

    :param lang: a language code such as ``nl_NL`` or ``en``; anything but Dutch gets
        English
    """
    lang = text_language(lang)
    return {name: words[lang] for name, words in LABELS.items()}


def text_language(lang: str | None) -> str:
    """``nl`` or ``en``: the language of the fixed words for a language code.

    Who has no language gets Dutch.
    """
    lang = (lang or "nl")[:2]
    return lang if lang in LANGUAGES else "en"
