from odoo.tests import BaseCase, tagged

from ..tools.remittance import DossierNumbers, plain, read

NUMBERS = DossierNumbers([("INC", 4, 6)])
# The example of Betaalvereniging Nederland, with a right check digit.
KENMERK = "5000056789012345"


@tagged("post_install", "-at_install")
class TestRemittance(BaseCase):
    """What people and banks write, and what is found in it."""

    def test_dossier_numbers(self):
        for text, expected in {
            "INC/2026/000001": ["INC2026000001"],
            "inc 2026 1": ["INC2026000001"],
            "INC2026000001": ["INC2026000001"],
            "betaling dossier Inc-2026-000012 J. Jansen": ["INC2026000012"],
            "INC.2026.12/fact 2025-0010": ["INC2026000012"],
            "FACTINC2026000001JANSEN": ["INC2026000001"],
            # Broken by the bank: read in both ways, and looked up in both.
            "INC/2026/0001 23": ["INC2026000001", "INC2026000123"],
            "INC/2026/0000\n12": ["INC2026000012"],
            "INC/2026/000001 en INC/2026/000002": ["INC2026000001", "INC2026000002"],
            "INC 26 1": [],
            "2026/000001": [],
        }.items():
            with self.subTest(text=text):
                self.assertEqual(list(read([text], NUMBERS).dossiers), expected)

    def test_payment_references(self):
        for text, expected in {
            "5000 0567 8901 2345": [KENMERK],
            "5000.0567.8901.2345": [KENMERK],
            "kenmerk:5000056789012345/jansen": [KENMERK],
            "1234 5000 0567 8901 2345 77": [KENMERK],
            # One digit wrong, one digit short: not a reference.
            "5000 0567 8901 2346": [],
            "5000 0567 8901 234": [],
        }.items():
            with self.subTest(text=text):
                self.assertEqual(list(read([text], NUMBERS).kenmerken), expected)

    def test_rf_references(self):
        for text, expected in {
            "RF18 5390 0754 7034": ["RF18539007547034"],
            "rf18539007547034 jansen": ["RF18539007547034"],
            "RF17539007547034": [],
        }.items():
            with self.subTest(text=text):
                self.assertEqual(list(read([text], NUMBERS).rf), expected)

    def test_invoice_numbers(self):
        found = read(["factuur INV/2026/00017, F-2026.0042 dd 01-02-2026"], NUMBERS)
        self.assertIn("INV202600017", found.numbers)
        self.assertIn("F20260042", found.numbers)
        self.assertFalse(
            [number for number in found.numbers if "01022026" in number],
            "a date is no invoice number",
        )

    def test_account_numbers_are_no_references(self):
        found = read(["van NL91 ABNA 0417 1643 00 huur"], NUMBERS)
        self.assertEqual(list(found.ibans), ["NL91ABNA0417164300"])
        self.assertEqual(list(found.numbers), [])

    def test_several_texts_are_not_glued(self):
        self.assertEqual(list(read(["INC/2026/", "", "1"], NUMBERS).dossiers), [])

    def test_plain(self):
        self.assertEqual(plain("inv/2026 - 1"), "INV20261")
