"""Paying in instalments: asked online, kept, missed and lapsed; or decided by a person.

What comes after today is lived through by the nightly jobs alone, with a clock of their
own; this file comes after those that need today.
"""

from datetime import date
from decimal import Decimal
from math import ceil

import letters
from amounts import ONE_DAY, euro, interest


def a_month_after(day):
    """The same day of the next month; of the 31st the last day of a shorter one."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    first_after = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + (day.day - 1) * ONE_DAY, first_after - ONE_DAY)


def test_kept_missed_lapsed(workshop, odoo_server, smtp, cases, visitor):
    """Within the rules it is agreed at once. The first instalment comes, the second
    does not: after a reminder and its term the dossier goes on where it was."""
    case = cases["haddad"]
    place = ("state", "step_id", "next_step_id", "proposed_date", "is_held")
    before = workshop.read("incasso.dossier", case.id, *place)
    due = workshop.ago(59)
    # 15% of 600.00 (BIK, art. 2).
    owed = 600 + Decimal("90.00")
    first = workshop.today + 10 * ONE_DAY
    visitor.enter(case.letters[-1], *case.home)
    today = interest(Decimal(600), due, workshop.today)
    assert euro(owed + today) in visitor.words
    # From the day on which it is agreed no interest is added.
    total = owed + interest(Decimal(600), due, workshop.ago(1))
    visitor.follow("/arrangement")
    visitor.look("form")
    visitor.fill(amount="100", first_date=first)
    visitor.choose(by="amount", period="month")
    visitor.send()
    visitor.look("preview")
    # Six times 100.00, and what is left.
    assert visitor.amounts("table.instalments tbody") == [euro(100)] * 6 + [
        euro(total - 600)
    ]
    visitor.send("main button[value=agree]")
    visitor.look("agreed")
    agreed = odoo_server.call(
        "incasso.arrangement",
        "search_read",
        [("dossier_id", "=", case.id)],
        ["id", "stage", "total", "instalment_ids"],
    )
    assert [(a["stage"], len(a["instalment_ids"])) for a in agreed] == [("active", 7)]
    assert Decimal(str(agreed[0]["total"])) == total
    arrangement = agreed[0]["id"]
    visitor.follow("/arrangement")
    visitor.look("running")

    smtp.clear()
    workshop.live(workshop.today, workshop.today + 4 * ONE_DAY)
    [confirmation] = letters.of_mails(
        smtp.messages, "karim.haddad@post.example", visitor.folder
    )
    assert euro(total) in letters.text(confirmation)
    assert letters.payment_code(confirmation)[7] == "EUR100.00"

    workshop.receive("haddad", 100.00, case.reference, first - ONE_DAY, first)
    paid = workshop.read("incasso.arrangement", arrangement, "paid_amount", "stage")
    assert (paid["paid_amount"], paid["stage"]) == (100.0, "active")

    # Reminded three days before the second one, and told when it did not come: three
    # days of grace and two banking days later. Seven days later it lapses.
    second = a_month_after(first)
    smtp.clear()
    workshop.live(second - 4 * ONE_DAY, second + 21 * ONE_DAY)
    told = letters.of_mails(smtp.messages, "karim.haddad@post.example", visitor.folder)
    words = [letters.text(letter) for letter in told]
    assert [letters.payment_code(letter)[7] for letter in told[:3]] == [
        "EUR100.00",
        "EUR100.00",
        # Interest stood still while it ran, and does not come back.
        f"EUR{total - 100:.2f}",
    ]
    assert "Uw betalingsregeling is gestopt" in words[2]
    ended = workshop.read("incasso.arrangement", arrangement, "stage")
    assert ended["stage"] == "lapsed"
    # Where it was, and nothing holds it any more.
    assert workshop.read("incasso.dossier", case.id, *place) == before
    assert not before["is_held"]


def test_a_person_decides(workshop, odoo_server, smtp, cases, visitor, handler):
    """Longer than the rules allow: income and expenses are asked; the handler agrees
    with one click."""
    case = cases["kuipers"]
    dossier = f"/incasso/dossier/{case.id}"
    # 15% of 1,450.00 (BIK, art. 2); no interest from the day on which it is agreed.
    running = interest(Decimal(1450), workshop.ago(59), workshop.ago(1))
    total = 1450 + running + Decimal("217.50")
    visitor.enter(case.letters[-1], *case.home)
    visitor.follow("/arrangement")
    first = workshop.today + 14 * ONE_DAY
    visitor.fill(amount="100,00", first_date=first)
    visitor.choose(by="amount", period="month")
    visitor.send()
    visitor.look("outside")
    visitor.send("main button[value=ask]")
    visitor.look("errors")
    visitor.fill(income="1900", housing="950", care="180", debts="0", household="2")
    visitor.fill(text="Ik werk minder uren sinds de zomer.")
    visitor.send("main button[value=ask]")
    visitor.look("asked")
    [asked] = odoo_server.call(
        "incasso.arrangement",
        "search_read",
        [("dossier_id", "=", case.id)],
        ["name", "stage", "budget_left"],
    )
    # 1,900 less 950 and 180.
    assert (asked["stage"], asked["budget_left"]) == ("asked", 770.0)

    handler.open(asked["name"])
    handler.picture("asked")
    handler.decide("action_approve")
    handler.picture("approved")
    [agreed] = odoo_server.call(
        "incasso.arrangement",
        "search_read",
        [("dossier_id", "=", case.id)],
        ["stage", "total", "instalment_count"],
    )
    assert agreed["stage"] == "active"
    assert Decimal(str(agreed["total"])) == total
    # As many times 100.00 as go into it, and the rest.
    assert agreed["instalment_count"] == ceil(total / 100)
    visitor.open(dossier)
    visitor.look("agreed")
    visitor.open(f"{dossier}/arrangement")
    visitor.look("schedule")
