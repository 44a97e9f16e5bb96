"""What a payment pays: the acceptance cases, the order of the law, and properties."""

from datetime import date
from decimal import Decimal

import pytest
from cases import cases, numbers
from hypothesis import given
from hypothesis import strategies as st
from law.imputation import (
    NOTICE_TERM_ORDER,
    Claim,
    Parts,
    impute,
    impute_claims,
    unpaid_vat,
)
from law.steps import describe

CASES = cases("imputation")
INPUT = "Open (costs / interest / principal) and payment"
DAY = date(2026, 11, 21)
EARLIER, LATER = date(2026, 3, 1), date(2026, 4, 1)


def D(text):
    return Decimal(text)


def parts(*amounts):
    return Parts(*(D(amount) for amount in amounts))


def principal(key, amount, due=EARLIER, **options):
    return Claim(key, Parts(principal=D(amount)), due, **options)


def paid(distribution):
    return {key: done.paid.total for key, done in distribution.claims.items()}


# === ACCEPTANCE CASES === #


def given_parts(id):
    """Costs, interest and principal of the case, and the payment, from its text."""
    *owed, payment = numbers(CASES[id][INPUT])
    return Parts(*owed), payment


def leaves_principal_open():
    # P-01 gives no principal: any that is large enough will do.
    costs, interest, payment = numbers(CASES["P-01"][INPUT])
    done = impute(Parts(costs, interest, D("1000")), payment)
    return [*done.paid]


def paid_and_left():
    owed, payment = given_parts("P-03")
    done = impute(owed, payment)
    return [*done.paid, done.left.principal]


def costs_only():
    owed, payment = given_parts("P-04")
    done = impute(owed, payment)
    return [*done.paid, *done.left]


def inside_the_notice_term():
    _fourteen, *owed, payment = numbers(CASES["P-06"][INPUT])
    owed = Parts(*owed)
    legal = impute(owed, payment)
    first = impute(owed, payment, NOTICE_TERM_ORDER)
    assert first.paid == parts("0", "0", "400")
    # B-51 and test_costs.py show the fee over these two rests.
    assert (legal.left.principal, first.left.principal) == (D("601.50"), 600)
    return [*legal.paid]


def oldest_first():
    claims = [principal("B", "300", LATER), principal("A", "300")]
    done = impute_claims(claims, D("300"), DAY).claims
    assert "A closed, B open" in CASES["P-07"]["Expected"]
    assert (done["A"].left.total, done["B"].left.total) == (0, 300)
    return []


def overpaid():
    owed, payment = given_parts("P-09")
    done = impute(owed, payment)
    assert done.left.total == 0
    return [done.credit]


def vat_in_the_rest():
    invoice, vat, costs, payment = numbers(CASES["P-10"][INPUT])
    left = impute(Parts(costs=costs, principal=invoice), payment).left.principal
    return [left, unpaid_vat(left, invoice, vat)]


TESTS = {
    "P-01": leaves_principal_open,
    "P-03": paid_and_left,
    "P-04": costs_only,
    "P-06": inside_the_notice_term,
    "P-07": oldest_first,
    "P-09": overpaid,
    "P-10": vat_in_the_rest,
}


def test_every_case_has_a_test():
    assert list(TESTS) == list(CASES)


@pytest.mark.parametrize("id", CASES)
def test_case(id):
    found = TESTS[id]()
    assert found == numbers(CASES[id]["Expected"])[: len(found)]


# === ONE CLAIM === #


def test_costs_that_are_not_owed_yet_get_nothing():
    done = impute(parts("40", "1", "100"), D("150"), NOTICE_TERM_ORDER)
    assert done.paid == parts("0", "1", "100")
    assert (done.left.costs, done.credit) == (40, 49)


@pytest.mark.parametrize(
    ("owed", "payment"),
    [(("0", "0", "1"), "-1"), (("-1", "0", "1"), "1"), (("0", "0", "-1"), "1")],
)
def test_below_zero(owed, payment):
    with pytest.raises(ValueError, match="below zero"):
        impute(parts(*owed), D(payment))


@pytest.mark.parametrize(
    ("left", "invoice", "vat"),
    [("11", "10", "1"), ("-1", "10", "1"), ("5", "10", "11")],
)
def test_vat_of_an_impossible_rest(left, invoice, vat):
    with pytest.raises(ValueError, match="within the invoice"):
        unpaid_vat(D(left), D(invoice), D(vat))


# === SEVERAL CLAIMS: ART. 6:43 === #


def test_designated_first_then_by_law():
    claims = [principal("old", "100"), principal("new", "100", LATER)]
    named = impute_claims(claims, D("150"), DAY, designated=["new"])
    assert paid(named) == {"old": 50, "new": 100}
    assert [step.rule for step in named.steps if step.values.get("claim")] == [
        "imputation.designated",
        "imputation.claim",
    ]


def test_designated_in_the_order_named():
    claims = [principal(key, "100") for key in "abc"]
    named = impute_claims(claims, D("150"), DAY, designated=["c", "b"])
    assert paid(named) == {"a": 0, "b": 50, "c": 100}


def test_due_before_onerous_before_old():
    """Lid 2: a claim that is not due yet comes last, however onerous or old."""
    claims = [
        principal("not due", "100", date(2026, 12, 1), burden=D("12"), since=EARLIER),
        principal("old", "100", EARLIER, burden=D("4")),
        principal("onerous", "100", LATER, burden=D("10.4")),
    ]
    for payment, expected in (
        ("60", {"not due": 0, "old": 0, "onerous": 60}),
        ("160", {"not due": 0, "old": 60, "onerous": 100}),
        ("260", {"not due": 60, "old": 100, "onerous": 100}),
    ):
        assert paid(impute_claims(claims, D(payment), DAY)) == expected


def test_due_today_is_due():
    claims = [principal("today", "100", DAY, burden=D("5")), principal("old", "100")]
    assert paid(impute_claims(claims, D("100"), DAY))["today"] == 100


def test_age_is_that_of_the_claim():
    """An older claim with a longer term of payment is still the older."""
    claims = [
        principal("young", "100", EARLIER, since=date(2026, 2, 15)),
        principal("old", "100", LATER, since=date(2026, 1, 15)),
    ]
    assert paid(impute_claims(claims, D("100"), DAY)) == {"young": 0, "old": 100}


def test_just_as_old_in_proportion():
    """100 over 100, 200 and 400: 14.2857, 28.5714 and 57.1428; one cent is left.

    Remainders 0.57, 0.14 and 0.28 of a cent: the first gets it.
    """
    claims = [principal(*claim) for claim in (("a", "100"), ("b", "200"), ("c", "400"))]
    done = impute_claims(claims, D("100"), DAY)
    assert paid(done) == {"a": D("14.29"), "b": D("28.57"), "c": D("57.14")}
    assert all(
        describe(step, "nl") != describe(step, "en")
        for step in done.steps
        if step.values.get("claim")
    )


def test_equal_remainders_in_the_order_given():
    claims = [principal(key, "1") for key in "xyz"]
    done = impute_claims(claims, D("0.05"), DAY)
    assert paid(done) == {"x": D("0.02"), "y": D("0.02"), "z": D("0.01")}


def test_each_claim_in_the_order_of_6_44():
    """The costs of the dossier, then all of A before anything of B."""
    claims = [
        Claim("A", parts("10", "5", "100"), EARLIER),
        Claim("B", parts("10", "5", "100"), LATER),
    ]
    done = impute_claims(claims, D("170"), DAY, dossier_costs=D("40"))
    assert done.dossier_costs == 40
    assert done.claims["A"].paid == parts("10", "5", "100")
    assert done.claims["B"].paid == parts("10", "5", "0")
    assert done.credit == 0


def test_dossier_costs_take_all():
    claims = [principal("A", "100")]
    done = impute_claims(claims, D("30"), DAY, dossier_costs=D("40"))
    assert (done.dossier_costs, paid(done), done.credit) == (30, {"A": 0}, 0)


def test_without_claims_all_is_credit():
    done = impute_claims([], D("30"), DAY)
    assert (done.credit, done.claims) == (30, {})
    assert [step.rule for step in done.steps] == ["imputation.credit"]


def test_key_that_is_twice_there_or_not_at_all():
    with pytest.raises(ValueError, match="same key"):
        impute_claims([principal("A", "1"), principal("A", "2")], D("1"), DAY)
    with pytest.raises(ValueError, match="'B'"):
        impute_claims([principal("A", "1")], D("1"), DAY, designated=["B"])


# === PROPERTIES === #

money = st.decimals(0, 10_000, places=2)
open_parts = st.builds(Parts, money, money, money)
days = st.dates(date(2026, 1, 1), date(2026, 1, 5))
claim_lists = st.lists(
    st.builds(
        Claim,
        st.integers(0, 50),
        open_parts,
        days,
        st.none() | days,
        st.sampled_from([D("0"), D("4"), D("10.40")]),
    ),
    max_size=6,
    unique_by=lambda claim: claim.key,
)


@given(open_parts, money)
def test_no_cent_is_lost(owed, payment):
    done = impute(owed, payment)
    assert done.paid.total + done.credit == payment
    assert done.paid.total + done.left.total == owed.total
    assert min(*done.paid, *done.left, done.credit) >= 0
    # A part is touched only when those before it are gone, and credit only then.
    assert not done.paid.interest or not done.left.costs
    assert not done.paid.principal or not done.left.interest
    assert not done.credit or not done.left.total


@given(open_parts, money, money)
def test_two_payments_are_one(owed, one, other):
    both = impute(owed, one + other)
    first = impute(owed, one)
    second = impute(first.left, other)
    assert second.left == both.left
    assert first.credit + second.credit == both.credit


@given(claim_lists, st.decimals(0, 100_000, places=2), money, st.data())
def test_no_cent_is_lost_over_claims(claims, payment, costs, data):
    keys = [claim.key for claim in claims]
    named = data.draw(
        st.lists(st.sampled_from(keys), max_size=3) if keys else st.just([])
    )
    done = impute_claims(
        claims,
        payment,
        date(2026, 1, 3),
        designated=named,
        dossier_costs=costs,
    )
    assert list(done.claims) == keys
    assert done.dossier_costs + sum(paid(done).values()) + done.credit == payment
    for claim in claims:
        one = done.claims[claim.key]
        assert one.paid.total + one.left.total == claim.open.total
        assert min(*one.paid, *one.left) >= 0
        assert one.credit == 0
    if done.credit:
        assert not any(one.left.total for one in done.claims.values())
    shares = [step for step in done.steps if step.values.get("claim")]
    assert sum(step.amount for step in shares) == sum(paid(done).values())


@given(claim_lists, st.decimals(0, 100_000, places=2), st.data())
def test_order_of_the_list_matters_for_remainders_only(claims, payment, data):
    """At most a cent, between claims that are just as old."""
    mixed = data.draw(st.permutations(claims))
    one = paid(impute_claims(claims, payment, DAY))
    other = paid(impute_claims(mixed, payment, DAY))
    assert all(abs(one[key] - other[key]) <= D("0.01") for key in one)
