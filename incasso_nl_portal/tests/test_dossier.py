from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields, sql_db
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.incasso_nl.tests.common_receipt import ReceiptCommon

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestDossierPage(PortalCommon):
    # === AMOUNTS === #

    def test_amounts_add_up(self):
        """1,000.00 due on 31 March 2026, interest asked for: 4% from 1 April on, what
        the letters show as well; no costs yet."""
        self.dossier._claim_interest(fields.Date.to_date("2026-04-01"))
        today = fields.Date.context_today(self.dossier.with_context(tz="Europe/Paris"))
        balance = self.dossier._balances(today)[self.dossier.id]
        self.assertGreater(balance.interest, 0)
        self.assertEqual(balance.due, 1000 + balance.interest)
        words = self._words()
        for amount in (balance.principal, balance.interest, balance.due):
            self.assertIn(f"€ {amount:,.2f}", words)
        # How it came about, in the same words as everywhere.
        step = balance.claims[0].steps[0]
        explained = self.env["incasso.entry"]._explain([step])
        self.assertIn(str(explained).split("<li>")[1][:30], self._visit().text)

    def test_interest_that_nobody_asked_for(self):
        words = self._words()
        self.assertIn("€ 1,000.00", words)
        self.assertIn("We do not ask for interest yet.", words)

    def test_who_claims_for_whom(self):
        dossier = self._dossier(
            debtor=self.stranger,
            creditor=self.creditor,
            claims=[(100.0, "2026-03-31"), (200.0, "2026-04-30")],
        )
        words = self._words(self._visit(dossier))
        self.assertIn("To Fietsenmaker Jansen B.V., for 2 invoices.", words)
        self.assertIn(
            "Bakkerij De Korenaar B.V. collects this on behalf of Fietsenmaker", words
        )

    # === WHAT HAPPENS NEXT === #

    def test_next_letter(self):
        step = self.env["incasso.flow.step"].search([("action", "=", "message")])[:1]
        self.dossier.next_step_id = step
        self.dossier.next_action_date = "2026-12-03"
        with freeze_time("2026-11-22 12:00:00"):
            sentence = self._next()
        self.assertEqual(
            sentence,
            "If we have not received your payment before 3 December 2026, we write to "
            "you again on that day.",
        )

    def test_next_call_and_proposal(self):
        for action, words in (("call", "we call you"), ("proposal", "we talk with")):
            step = self.env["incasso.flow.step"].search([("action", "=", action)])[:1]
            self.dossier.next_step_id = step
            self.dossier.next_action_date = "2026-12-03"
            with freeze_time("2026-11-22 12:00:00"):
                self.assertIn(words, self._next())

    def test_next_when_somebody_looks_at_it(self):
        self.dossier.run_error = "broken"
        self.assertIn("One of our people", self._next())
        self.assertNotIn("broken", self._words())

    def test_next_while_held(self):
        hold = self.env["incasso.hold"].create(
            {
                "dossier_id": self.dossier.id,
                "kind": "manual",
                "reason": "secret of the house",
                "end_date": fields.Date.today() + timedelta(days=9),
            }
        )
        self.assertIn("Your dossier stands still.", self._next())
        self.assertIn("This is so through", self._next())
        self.assertNotIn("secret", self._words())
        hold._end()
        self.assertNotIn("stands still", self._next())

    def test_closed(self):
        self.dossier._close("withdrawn", "")
        self.assertIn("This dossier is closed.", self._next())
        words = self._words()
        self.assertIn("You have nothing to pay", words)
        self.assertNotIn("Pay in instalments", words)

    def _next(self):
        dossier = self.dossier.with_context(lang="en_US")
        return dossier._portal_next(fields.Date.today(), dossier._portal_letters())

    # === DOCUMENTS === #

    def test_invoice(self):
        claim = self.dossier.claim_ids
        url = f"{self.dossier_url}/invoice/{claim.id}"
        self._visit()
        found = {"filename": "INV.pdf", "filetype": "pdf", "content": b"%PDF-1"}
        model = type(claim.move_id)
        with patch.object(
            model, "_get_invoice_legal_documents", return_value=found, autospec=True
        ) as asked:
            page = self._get(url)
        self.assertEqual(page.content, b"%PDF-1")
        self.assertIn("attachment", page.headers["Content-Disposition"])
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertEqual(asked.call_args.args[0], claim.move_id)
        with patch.object(
            model, "_get_invoice_legal_documents", side_effect=UserError("no printer")
        ):
            page = self.url_open(url)
        self.assertEqual(page.status_code, 200)
        self.assertIn("we send it to you", page.text)
        self.assertNotIn("no printer", page.text)

    def test_document_of_a_claim(self):
        """A download under a type that no browser opens, whatever it is."""
        attachment = self.env["ir.attachment"].create(
            {
                "name": "contract.html",
                "raw": b"<script>alert(1)</script>",
                "res_model": "incasso.claim",
                "res_id": self.dossier.claim_ids.id,
            }
        )
        page = self._visit()
        url = f"{self.dossier_url}/document/{attachment.id}"
        self.assertIn(url, page.text)
        page = self._get(url)
        self.assertEqual(page.headers["Content-Type"], "application/octet-stream")
        self.assertIn("attachment", page.headers["Content-Disposition"])

    def test_letter_as_it_was_sent(self):
        message = self._letter()
        page = self._visit()
        self.assertIn(message.pdf_sha256, page.text)
        page = self._get(f"{self.dossier_url}/letter/{message.id}")
        self.assertEqual(page.content, message._pdf_attachment().raw)

    def test_letters_that_did_not_go_out_are_not_shown(self):
        message = self._letter(sent=False)
        self.assertNotIn("letter/", self._visit().text)
        page = self._get(f"{self.dossier_url}/letter/{message.id}")
        self.assertEqual(page.status_code, 404)

    def test_letters_to_others_are_not_shown(self):
        """The creditor's, and the representative's, which has a code in it."""
        message = self._letter(recipient=self.stranger)
        self.assertNotIn("letter/", self._visit().text)
        page = self._get(f"{self.dossier_url}/letter/{message.id}")
        self.assertEqual(page.status_code, 404)

    def _letter(self, dossier=None, sent=True, recipient=None):
        dossier = dossier or self.dossier
        message = self.env["incasso.message"].create(
            {
                "dossier_id": dossier.id,
                "recipient_id": (recipient or dossier.debtor_id).id,
                "template_id": self.env.ref("incasso_nl_portal.template_access").id,
                "kind": "information",
                "channel": "post",
                "lang": "nl",
                "date": fields.Date.today(),
            }
        )
        message._render()
        self.assertEqual(message.state, "rendered", message.failure)
        if sent:
            message.write({"state": "sent", "sent_at": fields.Datetime.now()})
        return message

    # === QUERIES === #

    def test_queries_do_not_grow(self):
        """A dossier of twelve invoices with six letters takes no more queries than one
        of one invoice with one."""
        small = self.dossier
        self._letter(small)
        large = self._dossier(
            debtor=self.stranger,
            claims=[(100.0 + number, "2026-03-31") for number in range(12)],
        )
        for _letter in range(6):
            self._letter(large)
        counts = []
        for dossier in (small, large):
            self._visit(dossier)
            url = f"/incasso/dossier/{dossier.id}"
            # What is cached between requests is not counted.
            self._get(url)
            before = sql_db.sql_counter
            self.assertEqual(self._get(url).status_code, 200)
            counts.append(sql_db.sql_counter - before)
        self.assertLessEqual(counts[1], counts[0])
        # About 20 of the page, and those of the other parts and of Odoo itself; a full
        # read of everybody's contact would be 10 more.
        self.assertLess(counts[0], 45)

    def test_more_than_one_company(self):
        """The visitor's pages do not depend on the companies of the public user."""
        company = self._create_company(name="Andere Incasso B.V.")
        self.env.ref("base.public_user").write(
            {
                "company_ids": [Command.set(company.ids)],
                "company_id": company.id,
            }
        )
        self.assertIn(self.dossier.name, self._visit().text)


@tagged("post_install", "-at_install")
class TestPaidPage(ReceiptCommon, PortalCommon):
    """What the page says of what was paid."""

    def test_invoice_that_was_paid(self):
        """The oldest comes first (art. 6:43 lid 2 BW): 100 pays it, and 30 and 20 are
        for the other one, of 200."""
        dossier = self._own_dossier(
            self._claim(100.0, "2026-03-31"), self._claim(200.0, "2026-04-30")
        )
        second = dossier.claim_ids.sorted("due_date")[1]
        self._receive(dossier, 100.0, "2026-04-02")
        self._receive(dossier, 30.0, "2026-05-04")
        self._receive(dossier, 20.0, "2026-05-06")
        words = self._words(self._visit(dossier))
        self.assertIn(f"for invoice {second.name} of", words)
        self.assertIn("€ 100.00 paid on 2 April 2026.", words)
        self.assertIn("€ 50.00 paid, the last part of it on 6 May 2026.", words)
        self.assertEqual(words.count("Not paid yet:"), 1)
        self.assertIn("Not paid yet: € 150.00", words)

    def test_dossier_that_was_paid(self):
        """1,000.00, and 150.00 of costs (15% of it): 300.00 pays these and 150.00 of
        the invoice (art. 6:44 BW), 850.00 pays the rest."""
        dossier = self._own_dossier(
            self._claim(1000.0, "2026-03-31"), costs_on="2026-04-15"
        )
        self._receive(dossier, 300.0, "2026-05-02")
        self._receive(dossier, 850.0, "2026-05-06")
        self.assertEqual(dossier.close_reason, "paid")
        words = self._words(self._visit(dossier))
        self.assertIn("You have nothing to pay", words)
        self.assertIn("You paid € 1,150.00, the last part of it on 6 May 2026.", words)
        self.assertIn("€ 1,000.00 paid, the last part of it on 6 May 2026.", words)
        self.assertIn(
            "With this you paid: € 150.00 of collection costs, € 150.00 of the "
            "invoices.",
            words,
        )
        self.assertNotIn("owe today", words)
        self.assertNotIn("Not paid yet", words)

    def test_credited(self):
        dossier = self._own_dossier(self._claim(100.0, "2026-03-31"))
        claim = dossier.claim_ids
        claim.move_id._incasso_credit(40.0, "Sent back")
        words = self._words(self._visit(dossier))
        self.assertRegex(words, r"€ 40\.00 taken off as of \d+ \w+ 2026\.")
        self.assertIn("Not paid yet: € 60.00", words)
