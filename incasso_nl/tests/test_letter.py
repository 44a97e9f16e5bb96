from collections import defaultdict
from datetime import date
from decimal import Decimal
from io import BytesIO

from pypdf import PdfReader

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..law import references
from ..report import codes
from ..report.letter_values import amount_text, date_text, full_stop, listed
from .common_messages import TODAY, MessageCommon

try:
    import pypdfium2
    import zxingcpp
except ImportError:  # tools of the tests only
    pypdfium2 = zxingcpp = None


@tagged("post_install", "-at_install")
class TestLetter(MessageCommon):
    """Letters are read back from the PDF, as the debtor reads them."""

    def _read(self, message):
        reader = PdfReader(BytesIO(message._pdf_attachment().raw))
        text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
        return reader, text

    def _codes(self, message):
        """What the codes on the letter say, by kind, read from a picture of it."""
        if not zxingcpp:
            self.skipTest("zxing-cpp and pypdfium2 are not installed")
        page = pypdfium2.PdfDocument(message._pdf_attachment().raw)[0]
        picture = page.render(scale=3).to_pil()
        codes = defaultdict(list)
        for found in zxingcpp.read_barcodes(picture):
            kind = str(found.format).split(".")[-1].replace(" ", "").upper()
            codes[kind].append(found.text)
        return codes

    def test_reminder(self):
        dossier = self._dossier()
        message = self._rendered(dossier, self.reminder, channel="post")
        reader, text = self._read(message)
        for expected in (
            "Jan de Vries",
            "Dorpsstraat 12",
            "1234 AB",
            "VOORBEELD",
            "Herinnering: uw betaling van € 1.000,00 staat nog open",
            "uiterlijk op 24 november 2026",
            "NL91 ABNA 0417 1643 00",
            "Bakkerij De Korenaar B.V.",
            references.grouped(dossier.payment_reference),
            dossier.name,
            dossier.claim_ids.name,
            "31-03-2026",
            "0800-8115",
            "klachten@korenaar.example",
            "2024.00123",
            "Pagina 1 van 2",
            "Pagina 2 van 2",
        ):
            self.assertIn(expected, text)
        self.assertNotIn("Rente", text)
        self.assertNotIn("Incassokosten", text)
        self.assertLess(len(message._pdf_attachment().raw), 100_000)

    def test_address_block(self):
        """PostNL: one space in the postcode, two before the town in capitals."""
        self.consumer.write({"zip": "1234ab", "street2": "t.a.v. de boekhouding"})
        party = self.Message._party(self.consumer, "nl")
        self.assertEqual(
            party.address,
            ("Dorpsstraat 12", "t.a.v. de boekhouding", "1234 AB  VOORBEELD"),
        )
        self.consumer.write({"country_id": self.env.ref("base.de").id, "zip": "10115"})
        self.assertEqual(
            self.Message._party(self.consumer, "nl").address[-2:],
            ("10115  VOORBEELD", "GERMANY"),
        )

    def test_accessible(self):
        """Tagged, in a language, with a title: PDF/UA-1 (ISO 14289-1)."""
        message = self._rendered(self._dossier(), self.reminder, channel="post")
        reader, _text = self._read(message)
        root = reader.trailer["/Root"]
        self.assertEqual(root["/Lang"], "nl")
        self.assertTrue(root["/MarkInfo"]["/Marked"])
        self.assertTrue(root["/ViewerPreferences"]["/DisplayDocTitle"])
        self.assertIn("/StructTreeRoot", root)
        self.assertIn(message.dossier_id.name, reader.metadata.title)
        self.assertEqual(reader.metadata.author, "Bakkerij De Korenaar B.V.")
        self.assertIn(b"<pdfuaid:part>1<", root["/Metadata"].get_data())
        embedded = {
            font["/BaseFont"].split("+")[-1]
            for page in reader.pages
            for font in (
                item.get_object() for item in page["/Resources"]["/Font"].values()
            )
        }
        # The two fonts of the letter, and no other.
        self.assertEqual(embedded, {"SourceSans3-Regular", "SourceSans3-SemiBold"})

    def test_codes(self):
        """The QR code is the transfer (EPC069-12) and the barcode is the message."""
        dossier = self._dossier()
        message = self._rendered(
            dossier, self.reminder, channel="post", claim_interest=True
        )
        found = self._codes(message)
        expected = references.epc_payload(
            "Bakkerij De Korenaar B.V.",
            "NL91ABNA0417164300",
            # See TestQueue.test_amounts.
            Decimal("1025.32"),
            reference=dossier.payment_reference,
        )
        # Beside it stands the way to the portal, where that is installed.
        self.assertIn(expected, found["QRCODE"])
        self.assertEqual(found["CODE128"], [message.barcode])

    def test_third_party(self):
        """In the names of creditor and agency, to be paid to the trust account."""
        self.creditor.write({"phone": "+31 10 765 4321"})
        dossier = self._dossier(creditor=self.creditor)
        message = self._rendered(
            dossier, self.notice, channel="post", claim_interest=True
        )
        _reader, text = self._read(message)
        for expected in (
            "Wij schrijven u namens Fietsenmaker Jansen B.V. U had",
            "Stichting Derdengelden Korenaar",
            references.grouped("NL44RABO0123456789"),
            "+31 10 765 4321",
            "KvK 87654321",
            "Bakkerij De Korenaar B.V. int dit bedrag voor Fietsenmaker Jansen B.V.",
            "binnen vijftien dagen nadat deze brief bij u is bezorgd",
            "€ 150,00 incassokosten",
            # 1,000.00 + 25.32 interest + 150.00 costs
            "€ 1.175,32",
            "Van 01-04-2026 tot en met 17-11-2026: 4% per jaar over € 1.000,00",
            "15% over € 1.000,00 is € 150,00.",
        ):
            self.assertIn(expected, text)
        self.assertNotIn("Jansen B.V..", text)

    def test_vat(self):
        self.creditor.incasso_vat_recoverable = False
        dossier = self._dossier(creditor=self.creditor)
        message = self._rendered(dossier, self.notice, channel="post")
        _reader, text = self._read(message)
        # 21% of 150.00 is 31.50.
        self.assertIn("€ 181,50 incassokosten", text)
        self.assertIn(
            "In de incassokosten zit € 31,50 btw. Fietsenmaker Jansen B.V. kan", text
        )
        self.assertIn("met 21% btw zijn verhoogd", text)

    def test_business_demand(self):
        """6:119a BW: 10.15% through 30 June, 10.40% from 1 July 2026.

        1,000 x 10.15% x 91 / 365 = 25.305 -> 25.31 (1 April through 30 June);
        1,000 x 10.40% x 140 / 365 = 39.890 -> 39.89 (1 July through 17 November).
        Together 65.20; costs 150.00; total 1,215.20.
        """
        template = self.env.ref("incasso_nl.template_demand_business")
        dossier = self._dossier(self.business)
        balances = dossier._balances(TODAY)
        costs = dossier._claimable_costs(balances, TODAY, due_only=True)
        message = self.Message._queue(
            dossier,
            template,
            TODAY,
            balances,
            channel="post",
            claim_interest=True,
            costs=costs,
        )
        message._render()
        self.assertEqual(message.state, "rendered", message.failure)
        _reader, text = self._read(message)
        for expected in (
            "10,15% per jaar",
            "10,4% per jaar",
            "€ 25,31",
            "€ 39,89",
            "€ 65,20",
            "€ 150,00",
            "€ 1.215,20",
            "Geachte heer of mevrouw,",
        ):
            self.assertIn(expected, text)

    def test_english(self):
        self.consumer.lang = "en_US"
        self.env["res.lang"]._activate_lang("nl_NL")
        message = self._rendered(self._dossier(), self.notice, channel="post")
        reader, text = self._read(message)
        self.assertEqual(reader.trailer["/Root"]["/Lang"], "en")
        for expected in (
            "Dear Jan de Vries,",
            "within 15 days after this letter was delivered to you",
            # The words of the Supreme Court stand beside it.
            "binnen vijftien dagen nadat deze brief bij u is bezorgd",
            "€ 1,000.00",
            "Page 1 of 2",
        ):
            self.assertIn(expected, text)

    def test_twelve_invoices_on_two_pages(self):
        claims = [
            (100.00 + month, date(2025, 12, 15).replace(year=2026, month=month))
            for month in range(1, 10)
        ] + [(90.00, "2025-12-15"), (80.00, "2026-10-01"), (70.00, "2026-10-15")]
        dossier = self._dossier(self.business, claims=claims)
        template = self.env.ref("incasso_nl.template_demand_business")
        message = self._rendered(dossier, template, channel="post", claim_interest=True)
        reader, text = self._read(message)
        self.assertEqual(len(reader.pages), 2)
        for claim in dossier.claim_ids:
            self.assertIn(claim.name, text)

    def test_markup_in_names(self):
        """What a debtor or creditor is called is text, whatever it looks like."""
        self.consumer.name = "<b>Jan</b> & Co <script>"
        message = self._rendered(self._dossier(), self.reminder, channel="post")
        _reader, text = self._read(message)
        self.assertIn("<b>Jan</b> & Co <script>", text)

    def test_window(self):
        """The address stands where the company's envelopes have their window."""
        if not pypdfium2:
            self.skipTest("pypdfium2 is not installed")
        lefts = {}
        dossier = self._dossier()
        for side in ("left", "right"):
            self.company.incasso_letter_window = side
            message = self._rendered(dossier, self.reminder, channel="post")
            page = pypdfium2.PdfDocument(message._pdf_attachment().raw)[0]
            text = page.get_textpage()
            index, _count = text.search("Dorpsstraat 12").get_next()
            left, _bottom, _right, top = text.get_charbox(index)
            lefts[side] = left * 25.4 / 72
            # Between 45 and 80 mm from the top of the sheet: inside the window.
            from_top = 297 - top * 25.4 / 72
            self.assertTrue(45 < from_top < 80, from_top)
        self.assertAlmostEqual(lefts["left"], 25, delta=1)
        self.assertAlmostEqual(lefts["right"], 117, delta=1)

    def test_invalid_account(self):
        self.own_bank.write({"acc_number": "NL91ABNA0417164301"})
        message = self._queue(self._dossier(), self.reminder)
        message._render()
        self.assertEqual(message.state, "failed")
        self.assertIn("NL91ABNA0417164301", message.failure)


@tagged("post_install", "-at_install")
class TestWords(MessageCommon):
    def test_amounts_and_dates(self):
        self.assertEqual(amount_text("1234.5", "nl"), "€\N{NO-BREAK SPACE}1.234,50")
        self.assertEqual(amount_text("1234.5", "en"), "€\N{NO-BREAK SPACE}1,234.50")
        self.assertEqual(date_text("2026-03-01", "nl"), "1 maart 2026")
        self.assertEqual(listed(["a", "b", "c"], "nl"), "a, b en c")
        self.assertEqual(listed(["a"], "en"), "a")
        self.assertEqual(full_stop("van Jansen B.V.."), "van Jansen B.V.")

    def test_qr_code_has_its_limit(self):
        with self.assertRaises(ValueError):
            codes.qr_code("x" * 400)


@tagged("post_install", "-at_install")
class TestPreview(MessageCommon, HttpCase):
    def test_pdf(self):
        """Managers see a letter before it exists; nothing is stored."""
        dossier = self._dossier()
        text = self.notice._text("nl")
        before = self.Message.search_count([])
        self.manager.password = self.manager.login
        self.authenticate(self.manager.login, self.manager.login)
        url = f"/incasso/template/{text.id}/preview?dossier={dossier.id}"
        response = self.url_open(url)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        words = PdfReader(BytesIO(response.content)).pages[0].extract_text()
        self.assertIn("Jan de Vries", words)
        self.assertEqual(self.Message.search_count([]), before)
        portal = self._new_user("visitor", "base.group_portal", password="visitor1")
        self.authenticate(portal.login, "visitor1")
        with mute_logger("odoo.http"):
            self.assertIn(self.url_open(url).status_code, (403, 404))

    def test_portal_link(self):
        """The portal's link stands in the letter with its own QR code."""
        address = "https://incasso.example/d/K7M4Q2XR"
        self.patch(type(self.Message), "_get_portal_url", lambda self: address)
        self.patch(type(self.Message), "_get_portal_code", lambda self: "")
        message = self._rendered(self._dossier(), self.reminder, channel="post")
        text = PdfReader(BytesIO(message._pdf_attachment().raw)).pages[0].extract_text()
        self.assertIn(address.removeprefix("https://"), text)

    def test_portal_code(self):
        """Who cannot scan types a short address, and the code."""
        hooks = {
            "_get_portal_url": "https://incasso.example/incasso/K7M4P2XR",
            "_get_portal_code": "K7M4 P2XR",
        }
        for name, value in hooks.items():
            self.patch(type(self.Message), name, lambda self, value=value: value)
        message = self._rendered(self._dossier(), self.reminder, channel="post")
        text = PdfReader(BytesIO(message._pdf_attachment().raw)).pages[0].extract_text()
        self.assertIn("incasso.example/incasso", text)
        self.assertIn("K7M4 P2XR", text)
        self.assertNotIn("K7M4P2XR", text)
