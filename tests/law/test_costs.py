"""Collection costs: the acceptance cases, the readings of the law, and properties."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from cases import cases, half_up, numbers
from hypothesis import given
from hypothesis import strategies as st
from law.calendar import shipped_calendar
from law.costs import (
    AgreedCosts,
    Debt,
    Notice,
    Readings,
    Recurring,
    VatConditions,
    business_costs,
    consumer_costs,
    recurring_costs,
    scale_costs,
)
from law.imputation import LEGAL_ORDER, NOTICE_TERM_ORDER, Parts, impute
from law.notice import NoticeText, notice_defects, notice_term
from law.steps import describe
from law.tables import shipped

TABLES = shipped()
TODAY = date(2026, 11, 21)
SCALE = cases("collection_costs")
PROSE = cases("collection_costs_cases")

DUE = date(2026, 10, 1)
IN_DEFAULT = date(2026, 10, 2)
SENT = date(2026, 10, 12)
# By e-mail on Monday 12 October: fifteen days after delivery is Tuesday 27 October.
LAST_FREE = notice_term(SENT, "e-mail", shipped_calendar(), TABLES.values).last_free_day
FIFTEEN_DAYS = "Betaal binnen vijftien dagen nadat deze brief bij u is bezorgd."

amounts = st.decimals(0, 3_000_000, places=2)


def D(text):
    return Decimal(text)


def notice(announced, announced_vat="0.00", defects=()):
    return Notice(SENT, LAST_FREE, D(announced), D(announced_vat), defects)


def consumer(*principals, paid=(), after=1, announced=None, **options):
    """The costs of a consumer ``after`` days after the last free day."""
    debts = [Debt(DUE, D(principal)) for principal in principals]
    total = sum(debt.amount for debt in debts)
    announced = announced or scale_costs(total, SENT, TABLES).amount
    options = {"default_from": IN_DEFAULT, "notice": notice(announced), **options}
    received = [(LAST_FREE + timedelta(days), D(amount)) for days, amount in paid]
    on = LAST_FREE + timedelta(after)
    return consumer_costs(debts, on, TABLES, received=received, **options)


def instalments(monthly, count):
    """``count`` instalments, the first of each month from January 2026."""
    return [Debt(date(2026, month, 1), D(monthly)) for month in range(1, count + 1)]


def own_letters(debts, readings=Readings()):  # noqa: B008 - immutable
    """The costs of each instalment when each gets its own notice."""
    charged = []
    for debt in debts:
        on = debt.due + timedelta(days=10)
        costs = recurring_costs([debt], on, TABLES, Recurring(charged, readings))
        charged.append((debt.due, costs.amount))
    return [amount for _, amount in charged]


# === ACCEPTANCE CASES === #


@pytest.mark.parametrize("id", SCALE)
def test_scale(id):
    row = SCALE[id]
    principal = D(row["Principal"])
    plain = scale_costs(principal, TODAY, TABLES)
    assert (plain.amount, plain.vat) == (D(row["Fee excl."]), 0)
    raised = scale_costs(principal, TODAY, TABLES, D("21"))
    assert raised.amount == D(row["Fee excl."])
    assert raised.vat == D(row["VAT 21%"])
    assert raised.total == D(row["Fee incl. VAT"])


def three_invoices_one_letter():
    return [consumer("100", "100", "100").amount]


def part_paid_on_day_ten():
    costs = consumer("1000", paid=[(-5, "400")])
    return [costs.amount, D("1000") - D("400"), costs.amount]


def small_rest():
    return [consumer("300", paid=[(-10, "200")]).amount]


def paid_on_last_free_day():
    costs = consumer("1000", paid=[(0, "1000")])
    assert costs.reason == "paid_in_term"
    return [costs.amount]


def paid_one_day_late():
    return [consumer("1000", paid=[(1, "1000")]).amount]


def text(term, stated):
    return NoticeText(SENT, term, ["A"], D(stated))


def invalid_wording():
    defects = notice_defects(
        text("Betaal binnen 14 dagen na dagtekening van deze brief.", "150.00"),
        TABLES.values,
        in_default_from=IN_DEFAULT,
        claims=["A"],
        costs=D("150.00"),
    )
    costs = consumer("1000", notice=notice("150.00", defects=defects))
    assert costs.reason == "notice_invalid"
    return [costs.amount]


def wrong_fee_is_not_sent():
    computed = scale_costs(D("1000"), SENT, TABLES).amount
    (defect,) = notice_defects(
        text(FIFTEEN_DAYS, "120.00"),
        TABLES.values,
        in_default_from=IN_DEFAULT,
        claims=["A"],
        costs=computed,
    )
    assert defect.rule == "notice.defect.wrong_amount"
    return []


def with_vat(**conditions):
    conditions = {
        "outsourced": True,
        "irrecoverable": True,
        "declared": True,
        **conditions,
    }
    percentage = VatConditions(**conditions).percentage(SENT, TABLES.values)
    raised = notice("150.00", "31.50")
    return [consumer("1000", notice=raised, vat=percentage).total]


def business(principal, after=1, **options):
    last = date(2026, 10, 31)
    return business_costs(
        D(principal),
        last + timedelta(after),
        TABLES,
        last_payment_day=last,
        **options,
    )


def floor_without_letter():
    assert business("200", after=0, collected=False).reason == "not_in_default"
    return [business("200", collected=False).amount]


def scale_with_floor():
    floor = business("1000", collected=False).amount
    return [business("1000").amount, floor]


def letter_before_default():
    stated = text(FIFTEEN_DAYS, "150.00")
    rules = {
        defect.rule
        for default in (None, SENT + timedelta(days=1))
        for defect in notice_defects(
            stated,
            TABLES.values,
            in_default_from=default,
            claims=["A"],
            costs=D("150.00"),
        )
    }
    assert rules == {"notice.defect.not_in_default", "notice.defect.too_early"}
    late = consumer("1000", default_from=SENT + timedelta(days=1))
    never = consumer("1000", default_from=None)
    assert late.reason == never.reason == "not_in_default"
    assert late.amount == never.amount
    return [never.amount]


def six_small_instalments():
    costs = own_letters(instalments("50", 6))
    assert len(set(costs[1:])) == 1
    return [costs[0], len(costs) - 1, costs[1], sum(costs)]


def two_large_instalments():
    return own_letters(instalments("700", 2))


def one_letter_for_three():
    small = instalments("100", 3)
    by_reading = {
        reading: recurring_costs(
            small, SENT, TABLES, Recurring((), Readings(one_letter=reading))
        ).amount
        for reading in ("highest", "sum", "lowest")
    }
    assert by_reading["lowest"] == min(by_reading["highest"], by_reading["sum"])
    return [by_reading["highest"], 7, by_reading["sum"]]


def tort():
    costs = consumer("1000", origin="damages")
    assert costs.reason == business("1000", origin="damages").reason == "out_of_scope"
    assert costs.total == 0
    return [1]


CASES = {
    "B-50": three_invoices_one_letter,
    "B-51": part_paid_on_day_ten,
    "B-53": small_rest,
    "B-54": paid_on_last_free_day,
    "B-55": paid_one_day_late,
    "B-56": invalid_wording,
    "B-57": wrong_fee_is_not_sent,
    "B-59": with_vat,
    "B-60": lambda: with_vat(irrecoverable=False),
    "B-61": lambda: with_vat(outsourced=False),
    "B-62": floor_without_letter,
    "B-63": scale_with_floor,
    "B-65": lambda: [business("1000").amount],
    "B-66": letter_before_default,
    "B-67": six_small_instalments,
    "B-68": two_large_instalments,
    "B-69": one_letter_for_three,
    "B-70": tort,
}


def test_every_case_has_a_test():
    assert list(CASES) == list(PROSE)


@pytest.mark.parametrize("id", PROSE)
def test_case(id):
    row = PROSE[id]
    found = CASES[id]()
    # B-57 and B-70 expect words: their functions assert them. Of the others, the
    # numbers in the expectation are those of the outcome, in the same order.
    words = {"B-57": "refuse to send", "B-70": "staffel not applicable"}
    if id in words:
        assert words[id] in row["Expected"]
    else:
        assert found == numbers(row["Expected"])[: len(found)]
        assert found


# === READINGS === #


def test_partial_payment_by_either_order():
    """P-06 and B-51: 15% of 600 where the principal comes first, else of 601.50."""
    owed = Parts(interest=D("1.50"), principal=D("1000"))
    fees = {}
    for order in (NOTICE_TERM_ORDER, LEGAL_ORDER):
        paid = impute(owed, D("400"), order).paid.principal
        fees[order] = consumer("1000", paid=[(-3, paid)]).amount
    assert fees == {NOTICE_TERM_ORDER: D("90.00"), LEGAL_ORDER: D("90.23")}


def test_part_payment_before_the_notice_lowers_the_costs():
    # 15% of 1000 - 600 = 400
    assert consumer("1000", paid=[(-30, "600")], announced="60.00").amount == 60


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"notice": None}, "no_notice"),
        ({"after": 0}, "term_running"),
        ({"default_from": None}, "not_in_default"),
        # Art. 3 BIK: in default before 1 July 2012
        ({"default_from": date(2012, 6, 30)}, "before_bik"),
    ],
)
def test_consumer_owes_nothing(options, reason):
    costs = consumer("1000", **options)
    assert (costs.reason, costs.due, costs.total) == (reason, False, 0)
    assert describe(costs.steps[-1], "nl") != describe(costs.steps[-1], "en")


def test_notice_on_the_first_day_of_default():
    assert consumer("1000", default_from=SENT).amount == 150


def test_consumer_without_a_claim_owes_nothing():
    assert consumer("0").reason == "no_principal"


def test_no_more_than_announced():
    """A notice without VAT: none is owed, although the creditor cannot recover it."""
    costs = consumer("1000", vat=D("21"))
    assert (costs.amount, costs.vat) == (D("150.00"), 0)
    assert costs.steps[-1].rule == "costs.announced"
    assert consumer("1000", announced="120.00").amount == 120


def test_vat_follows_the_date():
    every = VatConditions(True, True, True)
    assert every.percentage(date(2012, 9, 30), TABLES.values) == 19
    assert every.percentage(date(2012, 10, 1), TABLES.values) == 21


def test_agreed_costs_may_be_moderated_to_the_scale():
    """The amounts of HR 2015:1868: 15% of 24,821.73, and the scale for it.

    375 + 250 + 250 + 1% of 14,821.73 = 1,023.22
    """
    costs = business("24821.73", agreed=AgreedCosts(D("15")))
    assert (costs.amount, costs.moderated_to) == (D("3723.26"), D("1023.22"))


def test_agreed_minimum_and_legal_floor():
    costs = business("100", agreed=AgreedCosts(D("15"), D("75")))
    assert (costs.amount, costs.moderated_to) == (75, 40)
    # 15% of 100 is 15, and nothing below 40 can be agreed: art. 6:96 lid 4 BW
    low = business("100", agreed=AgreedCosts(D("15")))
    assert (low.amount, low.moderated_to) == (40, None)
    assert (
        business("100", agreed=AgreedCosts(D("15")), trade_agreement=False).amount == 15
    )


def test_business_without_trade_agreement_or_act_owes_nothing():
    assert business("1000", collected=False, trade_agreement=False).reason == (
        "not_collected"
    )
    assert business("0").reason == "no_principal"


def test_business_in_default_before_the_decree():
    """Art. 3 BIK: no scale; and the EUR 40 came on 16 March 2013."""
    day = date(2012, 6, 29)
    options = {"last_payment_day": day}
    assert business_costs(D("1000"), TODAY, TABLES, **options).reason == "before_bik"
    agreed = business_costs(
        D("1000"), TODAY, TABLES, agreed=AgreedCosts(D("15")), **options
    )
    assert (agreed.amount, agreed.moderated_to) == (150, None)
    later = {"last_payment_day": date(2012, 6, 30)}
    assert business_costs(D("1000"), TODAY, TABLES, **later).amount == 150


def test_seventh_month():
    """The lowest reading looks back six months: the first month is out of sight."""
    eight = instalments("50", 8)
    assert own_letters(eight) == [40, *[20] * 7]
    assert own_letters(eight, Readings(later="first")) == [40, *[20] * 5, 40, 20]
    # After six months without costs both begin again.
    gap = [*instalments("50", 1), Debt(date(2026, 7, 1), D("50"))]
    assert own_letters(gap) == own_letters(gap, Readings(later="first")) == [40, 40]


def test_maximum_in_six_months():
    """40 + 5 x 20 = 140; of weekly instalments the seventh costs nothing."""
    weekly = [
        Debt(date(2026, 1, 1) + timedelta(weeks=week), D("50")) for week in range(8)
    ]
    for later in ("next", "first"):
        assert own_letters(weekly, Readings(later=later)) == [40, *[20] * 5, 0, 0]


def test_one_letter_after_earlier_costs():
    """Each of the three would cost 20 on its own."""
    charged = [(date(2025, 12, 1), D("40"))]
    costs = recurring_costs(instalments("100", 3), SENT, TABLES, Recurring(charged))
    assert costs.amount == 20


def test_readings_that_come_to_the_same():
    """15% of 200 is 30, so the minimum by both: the rule for instalments explains."""
    costs = recurring_costs(instalments("100", 2), SENT, TABLES)
    assert [step.rule for step in costs.steps] == ["costs.recurring"]
    assert costs.amount == 40


def test_one_letter_with_a_large_instalment():
    """40 for the small ones and 105 for 700; the sum, 15% of 900, is lower: 135."""
    mixed = [*instalments("100", 2), Debt(date(2026, 3, 1), D("700"))]
    assert recurring_costs(mixed, SENT, TABLES).amount == 135
    highest = Recurring((), Readings(one_letter="highest"))
    assert recurring_costs(mixed, SENT, TABLES, highest).amount == 145


def test_instalment_just_large_enough_follows_the_scale():
    charged = Recurring([(date(2026, 1, 1), D("40"))])
    for amount, expected in (("266.66", "20"), ("266.67", "40"), ("266.70", "40.01")):
        debt = Debt(date(2026, 2, 1), D(amount))
        assert recurring_costs([debt], SENT, TABLES, charged).amount == D(expected)


def test_instalments_before_the_rule():
    """Until 1 October 2024 art. 6:96 lid 7 BW adds up: 15% of 300."""
    on = date(2024, 9, 30)
    assert recurring_costs(instalments("100", 3), on, TABLES).amount == 45
    assert (
        recurring_costs(instalments("100", 3), date(2024, 10, 1), TABLES).amount == 40
    )


def test_consumer_with_instalments_pays_one_in_the_term():
    recurring = Recurring([(date(2026, 9, 1), D("40"))])
    costs = consumer(
        "50", "50", paid=[(0, "50")], announced="20.00", recurring=recurring
    )
    assert costs.amount == 20
    assert consumer("50", "50", paid=[(0, "100")], recurring=recurring).amount == 0


@pytest.mark.parametrize("principal", ["-0.01", "-100"])
def test_principal_below_zero(principal):
    for compute in (consumer, business):
        with pytest.raises(ValueError, match="below zero"):
            compute(principal, **({"announced": "1"} if compute is consumer else {}))
    with pytest.raises(ValueError, match="below zero"):
        scale_costs(D(principal), TODAY, TABLES)


# === PROPERTIES === #


def by_the_book(principal):
    """Art. 2 lid 1 and 2 BIK in exact fractions, written out."""
    if not principal:
        return Decimal(0)
    p = Fraction(principal)
    fee = (
        min(p, 2500) * 15
        + min(max(p - 2500, 0), 2500) * 10
        + min(max(p - 5000, 0), 5000) * 5
        + min(max(p - 10000, 0), 190000)
        + Fraction(max(p - 200000, 0), 2)
    ) / 100
    return half_up(min(max(fee, 40), 6775))


@given(amounts)
def test_scale_by_the_book(principal):
    assert scale_costs(principal, TODAY, TABLES).amount == by_the_book(principal)


@given(amounts, amounts)
def test_more_principal_never_costs_less(one, other):
    low, high = sorted((one, other))
    low, high = (scale_costs(p, TODAY, TABLES, D("21")) for p in (low, high))
    assert low.amount <= high.amount
    assert low.vat <= high.vat


@given(st.lists(amounts, max_size=5))
def test_one_notice_adds_up_and_never_costs_more_than_several(principals):
    together = scale_costs(principals, TODAY, TABLES)
    assert together.amount == scale_costs(sum(principals, D(0)), TODAY, TABLES).amount
    apart = sum(scale_costs(p, TODAY, TABLES).amount for p in principals)
    # Each may be rounded down by half a cent.
    assert together.amount <= apart + D("0.01") * len(principals)


@given(amounts.filter(bool), amounts)
def test_part_payment_in_the_term_never_raises_the_costs(principal, paid):
    announced = scale_costs(principal, SENT, TABLES).amount
    debts = [Debt(DUE, principal)]
    costs = consumer_costs(
        debts,
        TODAY,
        TABLES,
        default_from=IN_DEFAULT,
        notice=notice(announced),
        received=[(SENT, paid)],
    )
    assert costs.amount == by_the_book(max(principal - paid, 0))
    assert costs.amount <= announced


@given(
    st.lists(
        st.tuples(
            st.dates(date(2025, 1, 1), date(2026, 9, 1)),
            st.decimals("0.01", 266, places=2),
        ),
        max_size=30,
        unique_by=lambda debt: debt[0],
    )
)
def test_no_six_months_cost_more_than_the_maximum(debts):
    debts = sorted(Debt(*debt) for debt in debts)
    costs = dict(zip((debt.due for debt in debts), own_letters(debts), strict=True))
    for start in costs:
        # 181 days: no six months are shorter
        window = [c for day, c in costs.items() if 0 <= (day - start).days < 181]
        assert sum(window) <= 140
    assert set(costs.values()) <= {D("40"), D("20"), D("0")}
