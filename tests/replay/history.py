"""The history: invoices, when they were due, and when they were settled.

Read from a file in the form of the public "Accounts Receivable" sample of IBM Watson
Analytics. Its dates are moved to a period in which today's law holds.
"""

import csv
import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

#: Names the file; without it, the file is looked for beside the checkout.
VARIABLE = "INCASSO_HISTORY"
BESIDE = Path(__file__).resolve().parents[3] / "shared/data/receivables_history.csv"
#: 2012 becomes 2025: the same calendar for the most part, and today's law.
YEARS = 13


class Invoice(NamedTuple):
    """One invoice of the history, and what became of it.

    :param number: of the invoice, unique
    :param customer: who owes it
    :param office: which of the creditor's offices sent it
    :param day: invoice date
    :param due: last day of the term of payment
    :param amount: euro, VAT included
    :param disputed: the customer disputed it on the due date, until it was settled
    :param settled: the day on which the customer paid the invoice amount
    :param paperless: from this day on the customer is written to by e-mail
    """

    number: str
    customer: str
    office: str
    day: date
    due: date
    amount: Decimal
    disputed: bool
    settled: date
    paperless: date

    @property
    def is_late(self):
        """Settled after the term."""
        return self.settled > self.due


def find():
    """Return the file of the history, or None where there is none.

    :rtype: Path | None
    """
    path = Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else BESIDE
    return path if path.is_file() else None


def shifted(text, years=YEARS):
    """Read a date written month/day/year and move it; 29 February becomes 28 February.

    :rtype: date
    """
    day = datetime.strptime(text, "%m/%d/%Y").date()
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year + years)


def read(path, years=YEARS):
    """Read the history.

    :param Path path: the file
    :param int years: how far its dates are moved
    :return: the invoices by date, and by number within a date
    :rtype: list[Invoice]
    :raises ValueError: an invoice number occurs twice
    """
    with open(path, newline="") as file:
        invoices = [
            Invoice(
                row["invoiceNumber"],
                row["customerID"],
                row["countryCode"],
                shifted(row["InvoiceDate"], years),
                shifted(row["DueDate"], years),
                Decimal(row["InvoiceAmount"]),
                row["Disputed"] == "Yes",
                shifted(row["SettledDate"], years),
                shifted(row["PaperlessDate"], years),
            )
            for row in csv.DictReader(file)
        ]
    if len({invoice.number for invoice in invoices}) != len(invoices):
        raise ValueError(f"{path}: an invoice number occurs twice")
    return sorted(invoices, key=lambda invoice: (invoice.day, invoice.number))


def is_consumer(customer):
    """Tell whether a customer of the sample is taken for a consumer: the last digit
    before the dash is even. The others are businesses."""
    return int(customer.partition("-")[0][-1]) % 2 == 0
