"""Sentences about statutory and agreed interest."""

SENTENCES: dict[str, dict[str, str]] = {
    "interest.segment": {
        "nl": "Van {start} tot en met {end}: {percentage} per jaar over {base}, "
        "aantal dagen {days}, is {amount}.",
        "en": "From {start} through {end}: {percentage} a year on {base}, "
        "number of days {days}, is {amount}.",
    },
    "interest.months": {
        "nl": "Van {start} tot en met {end}: {percentage} per maand over {base}, "
        "aantal dagen {days}, is {amount}.",
        "en": "From {start} through {end}: {percentage} a month on {base}, "
        "number of days {days}, is {amount}.",
    },
    "interest.capitalised": {
        "nl": "Op {day} telt de rente tot dan toe, {amount}, voortaan mee: "
        "de rente loopt verder over {base}.",
        "en": "On {day} the interest so far, {amount}, joins the sum: "
        "interest runs on over {base}.",
    },
    "interest.payment": {
        "nl": "Betaling van {amount} op {day}: {costs} voor de kosten, {interest} voor "
        "de rente, {principal} voor de hoofdsom.",
        "en": "Payment of {amount} on {day}: {costs} for costs, {interest} for "
        "interest, {principal} for the principal.",
    },
    "interest.credit": {
        "nl": "Van de betaling op {day} is {amount} te veel betaald.",
        "en": "Of the payment on {day}, {amount} is too much.",
    },
    "interest.reduction": {
        "nl": "Op {day} ging er {amount} af: {interest} van de rente en {principal} "
        "van de hoofdsom.",
        "en": "On {day} {amount} went off: {interest} of the interest and {principal} "
        "of the principal.",
    },
    "interest.suspended": {
        "nl": "Van {start} tot en met {end} loopt er geen rente.",
        "en": "From {start} through {end} no interest runs.",
    },
    "interest.suspended_on": {
        "nl": "Vanaf {start} loopt er geen rente; een einde is nog niet bekend.",
        "en": "From {start} no interest runs; no end of that is known yet.",
    },
    "interest.stopped": {
        "nl": "Vanaf {day} loopt er geen rente meer.",
        "en": "From {day} no interest runs any more.",
    },
    "interest.insolvent": {
        "nl": "Vanaf {day} loopt er geen rente: faillissement of schuldsanering.",
        "en": "From {day} no interest runs: bankruptcy or debt rescheduling.",
    },
    "interest.total": {
        "nl": "De rente is samen {amount} (aantal dagen: {days}).",
        "en": "Interest comes to {amount} (number of days: {days}).",
    },
    "interest.rates_old": {
        "nl": "De rentetarieven zijn mogelijk niet meer actueel op {day}: het nieuwste "
        "tarief van art. {kind} BW is van {newest}.",
        "en": "Rates may be out of date on {day}: the newest rate of art. {kind} BW is "
        "from {newest}.",
    },
}
