import io
from datetime import date
from decimal import Decimal

from PIL import Image

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..tools.typed import read_amount, read_day
from .common import PortalCommon

SCRIPT = "<script>alert('x')</script>"
TEXT = "Nooit gekregen."


@tagged("post_install", "-at_install")
class TestTyped(BaseCase):
    def test_amounts(self):
        for text, amount in {
            "25": "25",
            "25,50": "25.50",
            "25.50": "25.50",
            "1.250": "1250",
            "€ 1.250": "1250",
            "1.250,00": "1250.00",
        }.items():
            self.assertEqual(read_amount(text), Decimal(amount), text)
        for text in (
            *("", "-25", "25,505", "5,555", "1,234.50", "1.25.00", "1e3", "NaN"),
            *("25 euro", "²", "٣"),
        ):
            with self.assertRaises(ValueError, msg=text):
                read_amount(text)

    def test_days(self):
        for text in ("2026-04-03", "3-4-2026", "03/04/2026"):
            self.assertEqual(read_day(text), date(2026, 4, 3), text)
        for text in ("", "3-4", "31-2-2026", "31-02-2027", "morgen", "2026-13-01"):
            with self.assertRaises(ValueError, msg=text):
                read_day(text)


@tagged("post_install", "-at_install")
class TestObjection(PortalCommon):
    """The debtor of a dossier of two invoices does not agree."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dossier = cls._dossier(
            cls.consumer, [(100.00, "2026-03-15"), (40.00, "2026-03-20")]
        )
        cls.dossier_url = f"/incasso/dossier/{cls.dossier.id}"
        cls.url = f"{cls.dossier_url}/objection"
        cls.large, cls.small = cls.dossier.claim_ids.sorted("amount", reverse=True)

    def setUp(self):
        super().setUp()
        self._visit(self.dossier)

    def _object(self, claims=None, files=None, named=None, **values):
        """Send the form.

        :param named: what it names as claims, where that is no claims
        """
        return self._send(
            self.url,
            {
                "claims": named or [str(id_) for id_ in (claims or self.large).ids],
                "reason": "not_delivered",
                "amount": "",
                "text": TEXT,
                **values,
            },
            files=files,
        )

    @property
    def disputes(self):
        return self.env["incasso.dispute"].search(
            [("dossier_id", "=", self.dossier.id)]
        )

    # === THE PAGE === #

    def test_form(self):
        page = self.url_open(self.url)
        self.assertEqual(page.status_code, 200)
        for expected in (
            "I did not order this",
            self.large.name,
            self.small.name,
            f"{self.dossier_url}/paid",
            "never got a letter",
        ):
            self.assertIn(expected, page.text)
        self.assertNotIn("<script", page.text)

    def test_kept(self):
        answer = self._object()
        self.assertEqual(answer.status_code, 303)
        dispute = self.disputes
        self.assertRecordValues(
            dispute,
            [{"reason": "not_delivered", "source": "portal", "text": TEXT}],
        )
        self.assertEqual(dispute.hold_id.claim_ids, self.large)
        page = self.url_open(answer.headers["Location"])
        for expected in (dispute.name, TEXT, self.large.name, "40.00", "The rest"):
            self.assertIn(expected, page.text)
        # And on the page of the dossier.
        page = self.url_open(self.dossier_url)
        self.assertIn(dispute.name, page.text)
        self.assertIn("You do not agree", page.text)

    def test_a_part(self):
        self._object(amount="30,50")
        self.assertEqual(self.disputes.line_ids.amount, 30.50)

    def test_both(self):
        self._object(self.dossier.claim_ids)
        self.assertEqual(self.disputes.line_ids.claim_id, self.dossier.claim_ids)
        self.assertTrue(self.dossier.is_held)
        # Nothing is left to object to; what runs is shown.
        page = self.url_open(self.url)
        self.assertIn(self.disputes.name, page.text)
        self.assertNotIn("<form method=", page.text.replace('class="card" ', ""))

    def test_answer_is_shown(self):
        self._object()
        dispute = self.disputes
        dispute.answer = f"Toch bezorgd {SCRIPT}"
        dispute.action_reject()
        page = self.url_open(f"{self.url}/{dispute.id}")
        self.assertIn("see it differently", page.text)
        self.assertIn("Toch bezorgd", page.text)
        self.assertNotIn(SCRIPT, page.text)
        # What is new about it, a person reads.
        page = self.url_open(self.url)
        self.assertNotIn(f"Invoice {self.large.name}", page.text)
        self.assertIn(f"{self.dossier_url}/messages", page.text)

    # === WRONG === #

    def test_what_is_missing(self):
        """Errors at the fields; what was typed stays."""
        answer = self._object(reason="", text="", amount="veel")
        self.assertEqual(answer.status_code, 200)
        for field in ("reason", "text", "amount"):
            self.assertIn(f'id="field-{field}-error"', answer.text)
        self.assertIn('value="veel"', answer.text)
        self.assertRegex(answer.text, rf'value="{self.large.id}"\s+checked="checked"')
        self.assertFalse(self.disputes)

    def test_amount_larger_than_the_invoice(self):
        answer = self._object(amount="100,01")
        self.assertIn('id="field-amount-error"', answer.text)
        answer = self._object(self.dossier.claim_ids, amount="50")
        self.assertIn('id="field-amount-error"', answer.text)
        self.assertFalse(self.disputes)

    def test_claims_of_somebody_else(self):
        for claims in (
            self.other_dossier.claim_ids,
            self.other_dossier.claim_ids + self.large,
        ):
            answer = self._object(claims)
            self.assertEqual(answer.status_code, 200)
            self.assertIn('id="field-claims-error"', answer.text)
            self.assertNotIn(self.other_dossier.claim_ids.name, answer.text)
        for forged in ("0", "-1", "1e9", "x' OR 1=1", str(2**40)):
            answer = self._object(named=[forged])
            self.assertIn('id="field-claims-error"', answer.text)
        self.assertFalse(self.env["incasso.dispute"].search([("text", "=", TEXT)]))

    def test_dossier_of_somebody_else(self):
        url = f"/incasso/dossier/{self.other_dossier.id}"
        for path in ("/objection", "/paid", "/objection/1", "/paid/1"):
            answer = self._get(url + path)
            self.assertEqual(answer.status_code, 303, path)
            self.assertIn("/incasso", answer.headers["Location"])
        answer = self._send(
            f"{url}/objection", {"reason": "other", "text": TEXT}, page=self.url
        )
        self.assertEqual(answer.status_code, 303)
        self.assertFalse(self.env["incasso.dispute"].search([("text", "=", TEXT)]))

    def test_dispute_of_somebody_else(self):
        """In one's own dossier, with the number of another's dispute."""
        other = self.env["incasso.dispute"]._bring_up(
            self.other_dossier, self.other_dossier.claim_ids, "other", text="Geheim"
        )
        report = self.env["incasso.paid.report"].create(
            {
                "dossier_id": self.other_dossier.id,
                "amount": 1.00,
                "date": "2026-04-01",
                "text": "Geheim",
            }
        )
        for path in (f"objection/{other.id}", f"paid/{report.id}"):
            page = self.url_open(f"{self.dossier_url}/{path}")
            self.assertEqual(page.status_code, 404)
            self.assertNotIn("Geheim", page.text)

    @mute_logger("odoo.http")
    def test_no_token(self):
        answer = self.url_open(
            self.url,
            data={"claims": str(self.large.id), "reason": "other", "text": TEXT},
            allow_redirects=False,
        )
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.disputes)

    def test_script(self):
        answer = self._object(text=SCRIPT)
        page = self.url_open(answer.headers["Location"])
        self.assertNotIn(SCRIPT, page.text)
        self.assertIn("&lt;script&gt;", page.text)

    def test_long_text_is_cut_off(self):
        self._object(text="a" * 10000)
        self.assertEqual(len(self.disputes.text), 4000)

    def test_twice(self):
        token = self._token(self.url_open(self.url))
        values = {
            "csrf_token": token,
            "claims": str(self.large.id),
            "reason": "other",
            "text": TEXT,
        }
        for _time in range(2):
            self.url_open(self.url, data=values, allow_redirects=False)
        self.assertEqual(len(self.disputes), 1)

    def test_closed(self):
        self.dossier._close("withdrawn")
        page = self.url_open(self.url)
        self.assertIn("closed", page.text)
        self.assertNotIn('name="text"', page.text)

    # === FILES === #

    def _picture(self):
        buffer = io.BytesIO()
        Image.new("RGB", (20, 20), "white").save(buffer, "PNG")
        return buffer.getvalue()

    def test_files(self):
        self._object(files=[("files", ("foto.png", self._picture()))])
        self.assertEqual(len(self.disputes.file_ids), 1)

    @mute_logger("odoo.addons.incasso_nl.tools.outside_files")
    def test_bad_file(self):
        """A program with the name of a picture: nothing at all is kept."""
        answer = self._object(files=[("files", ("foto.png", b"MZ\x90\x00" * 50))])
        self.assertEqual(answer.status_code, 200)
        self.assertIn('id="field-files-error"', answer.text)
        self.assertIn(TEXT, answer.text)
        self.assertFalse(self.disputes)
        self.assertFalse(self.large.is_disputed)


@tagged("post_install", "-at_install")
class TestPaid(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = f"{cls.dossier_url}/paid"

    def setUp(self):
        super().setUp()
        self._visit(self.dossier)

    def _tell(self, **values):
        return self._send(
            self.url,
            {
                "amount": "250,00",
                "date": "2026-04-29",
                "paid_to": "collector",
                "iban": "",
                "text": "",
                **values,
            },
        )

    @property
    def reports(self):
        return self.dossier.paid_report_ids

    def test_not_found_yet(self):
        answer = self._tell(iban="NL20 INGB 0001 2345 67", text=SCRIPT)
        self.assertEqual(answer.status_code, 303)
        self.assertRecordValues(
            self.reports,
            [
                {
                    "amount": 250.00,
                    "date": date(2026, 4, 29),
                    "iban": "NL20INGB0001234567",
                    "source": "portal",
                    "state": "new",
                }
            ],
        )
        self.assertTrue(self.dossier.is_held)
        page = self.url_open(answer.headers["Location"])
        self.assertIn("not found your payment yet", page.text)
        self.assertIn(self.reports.name, page.text)
        self.assertNotIn(SCRIPT, page.text)
        self.assertIn(self.reports.name, self.url_open(self.dossier_url).text)

    def test_found_at_once(self):
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": "2026-04-30",
                "amount": 250.00,
                "payment_ref": self.dossier.payment_reference,
            }
        )
        answer = self._tell()
        page = self.url_open(answer.headers["Location"])
        self.assertIn("We have found your payment", page.text)
        self.assertEqual(self.reports.outcome, "found")
        self.assertFalse(self.dossier.is_held)

    def test_what_is_wrong(self):
        answer = self._tell(
            amount="0", date="2999-01-01", paid_to="me", iban="NL20INGB0001234568"
        )
        for field in ("amount", "date", "paid_to", "iban"):
            self.assertIn(f'id="field-{field}-error"', answer.text)
        self.assertIn('value="NL20INGB0001234568"', answer.text)
        self.assertFalse(self.reports)

    def test_claims_of_somebody_else(self):
        answer = self._tell(claims=[str(self.other_dossier.claim_ids.id)])
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.reports)

    def test_twice(self):
        self._tell()
        answer = self._tell()
        self.assertEqual(answer.status_code, 200)
        self.assertIn(self.reports.name, answer.text)
        self.assertEqual(len(self.reports), 1)

    def test_again_and_again(self):
        """Who tells of payments that are not there does not stop it for ever."""
        for amount in (1.00, 2.00, 3.00):
            report = self.reports.create(
                [
                    {
                        "dossier_id": self.dossier.id,
                        "amount": amount,
                        "date": "2026-04-29",
                    }
                ]
            )
            report.action_not_found()
        page = self.url_open(self.url)
        self.assertIn(f"{self.dossier_url}/messages", page.text)
        self.assertNotIn('name="amount"', page.text)
        token = self._token(self.url_open(f"{self.dossier_url}/objection"))
        self.url_open(
            self.url,
            data={
                "csrf_token": token,
                "amount": "4",
                "date": "2026-04-29",
                "paid_to": "collector",
            },
        )
        self.assertEqual(len(self.reports), 3)

    @mute_logger("odoo.http")
    def test_no_token(self):
        answer = self.url_open(
            self.url,
            data={"amount": "4", "date": "2026-04-29", "paid_to": "collector"},
            allow_redirects=False,
        )
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.reports)
