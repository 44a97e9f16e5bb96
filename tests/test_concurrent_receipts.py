"""Money that comes in twice at the same moment, on a real server's database."""

import json
from pathlib import Path

SCRIPT = Path(__file__).with_name("concurrent_receipts.py")


def test_two_receipts_at_once_in_two_transactions(odoo_server):
    """Of 1,000.00 with 150.00 costs, two payments of 400.00 pay 150.00 + 250.00 and
    400.00, whichever worker is first: 350.00 is left, in the ledger and on the invoice.

    The second waits for the first, is refused what it saw before, and starts again.
    """
    output = odoo_server.shell(SCRIPT.read_text())
    [line] = [line for line in output.splitlines() if line.startswith("RESULT ")]
    result = json.loads(line.removeprefix("RESULT "))
    assert result == {
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
