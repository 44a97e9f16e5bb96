"""Half a year of the history through the product, and the parts it is made of."""

import subprocess
from datetime import date
from decimal import Decimal

import pytest
from workbench import databases, odoo
from workbench.addon_database import TEST
from workbench.commands import replay as replay_command
from workbench.paths import ROOT

from replay import history
from replay.checks import interest_by_hand, is_quiet

DATABASE = "incasso_test_replay"
#: The whole history takes twenty minutes: setup/replay --check.
SLICE = ("--every", 3)


def write_history(path, *rows):
    header = (
        "countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,"
        "InvoiceAmount,Disputed,SettledDate,PaperlessBill,DaysToSettle,DaysLate"
    )
    path.write_text("\n".join((header, *rows)))
    return path


def test_dates_move_thirteen_years(tmp_path):
    [invoice] = history.read(
        write_history(
            tmp_path / "history.csv",
            "391,0379-NEVHP,4/6/2013,0000611365,1/2/2013,2/1/2013,55.94,No,1/15/2013,"
            "Paper,13,0",
        )
    )
    assert invoice == history.Invoice(
        number="0000611365",
        customer="0379-NEVHP",
        office="391",
        day=date(2026, 1, 2),
        due=date(2026, 2, 1),
        amount=Decimal("55.94"),
        disputed=False,
        settled=date(2026, 1, 15),
        paperless=date(2026, 4, 6),
    )
    assert not invoice.is_late


def test_a_leap_day_becomes_the_day_before():
    assert history.shifted("2/29/2012") == date(2025, 2, 28)
    assert history.shifted("3/1/2012") == date(2025, 3, 1)


def test_the_last_digit_before_the_dash_tells_what_a_customer_is():
    assert history.is_consumer("0378-NEVHP")
    assert not history.is_consumer("0379-NEVHP")


def test_an_invoice_number_occurs_once(tmp_path):
    row = "391,0379-NEVHP,4/6/2013,1,1/2/2013,2/1/2013,5.94,No,1/15/2013,Paper,13,0"
    path = write_history(tmp_path / "history.csv", row, row)
    with pytest.raises(ValueError, match="occurs twice"):
        history.read(path)


def test_interest_by_hand():
    # 1,000 euro, 30 days of 2025 at 6%: 1000 x 6% x 30 / 365 = 4.93; 400 euro is paid
    # that day; then 10 days over 600 euro: 600 x 6% x 10 / 365 = 0.99.
    assert interest_by_hand(
        "6:119",
        Decimal(1000),
        date(2025, 3, 1),
        date(2025, 4, 10),
        [(date(2025, 3, 31), Decimal(400))],
    ) == Decimal("5.92")
    # A business, across 1 July 2025: 10 days at 11.15% = 3.05, 5 at 10.15% = 1.39.
    assert interest_by_hand(
        "6:119a", Decimal(1000), date(2025, 6, 20), date(2025, 7, 5), []
    ) == Decimal("4.44")
    # Over a year at 6% of 2025 and 4% of 2026: 306 days = 50.30, 59 days = 6.47; the
    # 56.77 join the principal on 1 March; 10 days over 1,056.77 at 4% = 1.16.
    assert interest_by_hand(
        "6:119", Decimal(1000), date(2025, 2, 28), date(2026, 3, 10), []
    ) == Decimal("57.93")


def test_quiet_days():
    assert is_quiet(date(2025, 4, 18))  # Good Friday
    assert is_quiet(date(2025, 5, 5))  # Liberation Day, in every year
    assert is_quiet(date(2025, 5, 30))  # equated by decree
    assert is_quiet(date(2026, 3, 1))  # a Sunday
    assert not is_quiet(date(2026, 3, 2))


@pytest.fixture(scope="module")
def replay_database():
    """A fresh copy of the database that the addons' tests run on."""
    tools = odoo.prepare()
    TEST.make_current(*tools)
    databases.copy(tools[1], TEST.name, DATABASE)
    yield DATABASE
    databases.drop(tools[1], DATABASE)


@pytest.mark.skipif(
    not history.find(),
    reason=f"no history of invoices: name the file in {history.VARIABLE}, or put it at"
    " shared/data/receivables_history.csv beside the checkout",
)
def test_half_a_year_keeps_every_invariant(replay_database, tmp_path, record_property):
    """Stopped once on the way, to go on where it was; and a database that lies is found
    out."""
    mail = tmp_path / "mail"
    run(replay_database, mail, *SLICE, "--until", "2025-03-12")
    outcome = run(replay_database, mail, *SLICE, "--until", "2025-06-30", "--prove")
    record_property("outcome", outcome)


def run(database, mail, *arguments):
    """Replay, and return what it printed.

    :raises AssertionError: with what it printed, when an invariant is broken
    """
    command, environment = replay_command.command(
        *odoo.prepare(), database, mail, *arguments
    )
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout
