"""Sentences about payment references and account numbers."""

SENTENCES: dict[str, dict[str, str]] = {
    "reference.kenmerk": {
        "nl": (
            "Betalingskenmerk {reference}: de gewogen som is {sum}, gedeeld door 11 "
            "blijft er {remainder} over. Het controlecijfer is {digit}."
        ),
        "en": (
            "Betalingskenmerk {reference}: the weighted sum is {sum}, divided by 11 it "
            "leaves {remainder}. The check digit is {digit}."
        ),
    },
    "reference.kenmerk.wrong": {
        "nl": (
            "Betalingskenmerk {reference} klopt niet: de gewogen som is {sum}, dus het "
            "eerste cijfer had {digit} moeten zijn."
        ),
        "en": (
            "Betalingskenmerk {reference} is wrong: the weighted sum is {sum}, so its "
            "first digit should have been {digit}."
        ),
    },
    "reference.kenmerk.plain": {
        "nl": (
            "Betalingskenmerk {reference}: zeven cijfers hebben geen controlecijfer."
        ),
        "en": "Betalingskenmerk {reference}: seven digits carry no check digit.",
    },
    "reference.kenmerk.form": {
        "nl": (
            "Dit zijn {length} tekens. Een betalingskenmerk heeft 7, 9 tot en met 14, "
            "of 16 cijfers."
        ),
        "en": (
            "These are {length} characters. A betalingskenmerk has 7, 9 to 14, or 16 "
            "digits."
        ),
    },
    "reference.kenmerk.length_digit": {
        "nl": (
            "Betalingskenmerk {reference} klopt niet: het tweede cijfer past niet bij "
            "de lengte van {length} cijfers."
        ),
        "en": (
            "Betalingskenmerk {reference} is wrong: its second digit does not go with "
            "its length of {length} digits."
        ),
    },
    "reference.rf": {
        "nl": (
            "Gedeeld door 97 blijft er {remainder} over. De eerste vier tekens worden "
            "{digits}: {reference}."
        ),
        "en": (
            "Divided by 97 it leaves {remainder}. The first four characters become "
            "{digits}: {reference}."
        ),
    },
    "reference.rf.form": {
        "nl": (
            "{reference} is geen RF-kenmerk: RF, twee cijfers en 1 tot 21 letters en "
            "cijfers."
        ),
        "en": (
            "{reference} is no RF reference: RF, two digits and 1 to 21 letters and "
            "digits."
        ),
    },
    "reference.iban.form": {
        "nl": "{reference} heeft niet de vorm of de lengte van een IBAN.",
        "en": "{reference} does not have the form or the length of an IBAN.",
    },
    "reference.mod97": {
        "nl": "{reference} klopt: gedeeld door 97 blijft er {remainder} over.",
        "en": "{reference} is right: divided by 97 it leaves {remainder}.",
    },
    "reference.mod97.wrong": {
        "nl": (
            "{reference} klopt niet: gedeeld door 97 blijft er {remainder} over. Dat "
            "moet 1 zijn."
        ),
        "en": (
            "{reference} is wrong: divided by 97 it leaves {remainder}. That must be 1."
        ),
    },
}
