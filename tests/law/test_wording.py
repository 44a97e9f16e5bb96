"""How a court would read the sentence that sets the term of a notice of costs."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from law.steps import describe
from law.tables import shipped
from law.wording import judge_wording

SENT = date(2026, 11, 2)

ACCEPTED = {
    # The two of HR 25 November 2016, ECLI:NL:HR:2016:2704
    "binnen veertien dagen vanaf de dag nadat deze brief bij u is bezorgd": 14,
    "binnen vijftien dagen nadat deze brief bij u is bezorgd": 15,
    # The same in digits, in a whole sentence, with capitals and commas
    "Betaalt u niet binnen 15 dagen nadat deze brief bij u is bezorgd, dan moet u "
    "€ 40,00 incassokosten betalen.": 15,
    "U hebt nog 15 (vijftien) dagen nadat deze brief bij u is bezorgd.": 15,
    "Nadat deze brief bij u is bezorgd, hebt u vijftien dagen om te betalen.": 15,
    "Betaal binnen 14 dagen, te rekenen vanaf de dag na bezorging van deze brief.": 14,
    "U krijgt een termijn van veertien dagen, die ingaat op de dag nadat u deze brief "
    "hebt ontvangen.": 14,
    "binnen 14 dagen vanaf de dag na de dag van ontvangst van deze brief": 14,
    "Betaal binnen 14 volle dagen met ingang van de dag nadat deze brief bij u is "
    "bezorgd.": 14,
    "binnen 14 kalenderdagen vanaf de dag nadat deze brief bij u is bezorgd": 14,
    "Betaal binnen twee weken, beginnend op de dag nadat deze aanmaning bij u is "
    "bezorgd.": 14,
    "binnen 15 dagen nadat deze e-mail door u is ontvangen": 15,
    "binnen 15 dagen na ontvangst van deze brief": 15,
    "binnen 15 dagen na de dag waarop deze brief bij u is bezorgd": 15,
    # Longer terms
    "binnen zestien dagen na bezorging van deze brief": 16,
    "binnen drie weken nadat deze brief u heeft bereikt": 21,
    "binnen eenentwintig dagen na ontvangst": 21,
    "binnen tweeëntwintig dagen na ontvangst": 22,
}

REFUSED = {
    # Those that the HR and the courts after it refused
    "binnen 14 dagen na heden": "sending",
    "binnen veertien dagen na dagtekening van deze brief": "sending",
    "binnen 14 dagen na verzending van deze brief": "sending",
    "binnen 14 dagen na datum van deze brief": "sending",
    "binnen veertien dagen na bezorging": "short",
    "binnen 14 dagen nadat deze brief bij u is bezorgd": "short",
    # A longer term that begins with the letter is a gamble on the post
    "binnen 30 dagen na dagtekening": "sending",
    "binnen 14 dagen na de datum van deze brief": "sending",
    "binnen 15 dagen na de dag van verzending": "sending",
    "binnen vijftien dagen na deze brief": "sending",
    "binnen vijftien dagen vanaf vandaag": "sending",
    "binnen 15 dagen nadat wij deze brief hebben verstuurd": "sending",
    "binnen 15 dagen na de dag waarop deze brief is verzonden": "sending",
    "binnen 15 dagen na dagtekening, nadat deze brief bij u is bezorgd": "sending",
    # One day short
    "binnen veertien dagen na de dag van ontvangst": "short",
    "binnen twee weken na ontvangst van deze brief": "short",
    "binnen dertien dagen vanaf de dag nadat deze brief bij u is bezorgd": "short",
    "binnen een week nadat deze brief bij u is bezorgd": "short",
    "binnen vijftien dagen vanaf de dag dat deze brief bij u is bezorgd": "no_start",
    # A date
    "Betaal uiterlijk 1 december 2026.": "date",
    "Betaal vóór dinsdag 1-12-2026.": "date",
    "Het bedrag moet op 1 december 2026 op onze rekening staan.": "date",
    "binnen 15 dagen nadat deze brief is bezorgd, uiterlijk 1 december 2026": "date",
    # Confusing
    "binnen 15 (veertien) dagen nadat deze brief bij u is bezorgd": "confusing",
    "binnen 7 dagen, maar in elk geval binnen 15 dagen na bezorging": "confusing",
    "Betaal per omgaande, binnen 15 dagen nadat deze brief is bezorgd": "confusing",
    # Other ways to count
    "binnen 15 werkdagen nadat deze brief bij u is bezorgd": "unit",
    "binnen één maand nadat deze brief bij u is bezorgd": "unit",
    # Nothing that says from when, or how long
    "binnen vijftien dagen": "no_start",
    "Betaal binnen 15 dagen. Bel ons nadat deze brief bij u is bezorgd.": "no_start",
    "binnen vijftien dagen voordat deze brief bij u is bezorgd": "no_start",
    "Betaal zo vlug u kunt nadat deze brief bij u is bezorgd.": "no_term",
    "": "no_term",
    "Na vijftien dagen nadat deze brief bij u is bezorgd betaalt u meer.": "unknown",
    "Over 15 dagen nadat deze brief bij u is bezorgd bellen wij u.": "unknown",
}


def judge(sentence):
    return judge_wording(sentence, SENT, shipped().values)


@pytest.mark.parametrize(("sentence", "days"), ACCEPTED.items())
def test_accepted(sentence, days):
    found = judge(sentence)
    assert found.step.rule == "notice.wording.accepted"
    assert found.accepted
    assert found.days == days


@pytest.mark.parametrize(("sentence", "reason"), REFUSED.items())
def test_refused(sentence, reason):
    found = judge(sentence)
    assert found.step.rule == f"notice.wording.{reason}"
    assert not found.accepted
    assert found.days is None
    assert describe(found.step, "nl")
    assert describe(found.step, "en")


@given(st.integers(0, 999))
def test_days_after_delivery_are_enough_from_fifteen(days):
    found = judge(f"binnen {days} dagen nadat deze brief bij u is bezorgd")
    assert found.accepted is (days >= 15)
    assert found.days == (days if found.accepted else None)


@given(st.integers(0, 999))
def test_days_from_the_day_after_delivery_are_enough_from_fourteen(days):
    found = judge(f"binnen {days} dagen vanaf de dag nadat deze brief bij u is bezorgd")
    assert found.accepted is (days >= 14)


@given(st.text())
def test_what_is_not_known_is_refused(text):
    """No text is accepted by chance: it names the receipt and a number of days."""
    assert not judge(text).accepted


@given(st.sampled_from(sorted(ACCEPTED)), st.sampled_from(["upper", "title", "lower"]))
def test_capitals_do_not_matter(sentence, style):
    assert judge(getattr(sentence, style)()).accepted
