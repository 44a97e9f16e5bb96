"""Money that comes in twice at the same moment, on a real server's database."""

import json
from pathlib import Path

HERE = Path(__file__).parent


def at_once(odoo_server, name):
    """What a script found that lets two transactions work at the same moment."""
    script = "".join((HERE / f).read_text() for f in ("at_once.py", name))
    output = odoo_server.shell(script)
    [line] = [line for line in output.splitlines() if line.startswith("RESULT ")]
    return json.loads(line.removeprefix("RESULT "))


def test_two_receipts_at_once_in_two_transactions(odoo_server):
    """Of 1,000.00 with 150.00 costs, two payments of 400.00 pay 150.00 + 250.00 and
    400.00, whichever worker is first: 350.00 is left, in the ledger and on the invoice.

    The second waits for the first, is refused what it saw before, and starts again.
    """
    assert at_once(odoo_server, "concurrent_receipts.py") == {
        "waited": True,
        "tries": {"first": 1, "second": 2},
        "paid": [
            {"costs": 150.0, "principal": 250.0, "surplus": 0.0},
            {"costs": 0.0, "principal": 400.0, "surplus": 0.0},
        ],
        "balance": 350.0,
        "invoice": 350.0,
        "findings": [],
    }


def test_two_charge_backs_at_once(odoo_server):
    """Two bank lines take back the same 400.00 at the same moment: it is reversed once,
    and the second line, which finds nothing left to take back, is for the bookkeeper.
    1,150.00 is owed again.
    """
    assert at_once(odoo_server, "concurrent_charge_backs.py") == {
        "waited": True,
        "tries": {"first": 1, "second": 2},
        "receipts": ["reversed"],
        "charge_backs": [["booked"], []],
        "balance": 1150.0,
        "findings": [],
    }


def test_webhook_and_return_page_at_once(odoo_server):
    """Two workers hear at the same moment that 1,150.00 was paid, and later that all of
    it was taken back: one payment, one receipt; one refund, and all is owed again.

    Each time the second waits for the first, is refused what it saw before, starts
    again, and finds nothing left to do.
    """
    waited = {"waited": True, "tries": {"first": 1, "second": 2}, "findings": []}
    assert at_once(odoo_server, "concurrent_payments.py") == {
        "paid": waited
        | {
            "payments": 1,
            "receipts": ["allocated"],
            "refunds": [],
            "balance": 0.0,
            "held": False,
        },
        "taken_back": waited
        | {
            # The outgoing payment names no dossier: it is no receipt.
            "payments": 1,
            "receipts": ["reversed"],
            "refunds": [-1150.0],
            "balance": 1150.0,
            "held": False,
        },
    }
