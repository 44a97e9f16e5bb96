import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from unittest.mock import patch

import psycopg2
from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_messages import TODAY, Killed, MessageCommon


@tagged("post_install", "-at_install")
class TestQueue(MessageCommon):
    def test_amounts(self):
        """A reminder asks for the principal only; 1,000.00 due 31 March 2026.

        With interest: 6:119 BW, 4% over 231 days (1 April through 17 November):
        1000 x 4% x 231 / 365 = 25.315, half-up 25.32.
        """
        dossier = self._dossier()
        plain = self._queue(dossier, self.reminder)
        self.assertEqual(
            (plain.principal, plain.interest, plain.costs, plain.amount),
            (1000.00, 0.00, 0.00, 1000.00),
        )
        self.assertEqual(plain.snapshot["claims"][0]["interest"], "0")
        asking = self._queue(dossier, self.reminder, claim_interest=True)
        self.assertEqual(
            (asking.principal, asking.interest, asking.amount),
            (1000.00, 25.32, 1025.32),
        )
        period = asking.snapshot["claims"][0]["steps"][0]
        values = period["values"]
        self.assertEqual(
            (values["start"], values["end"], values["days"], period["amount"]),
            ("2026-04-01", "2026-11-17", 231, "25.32"),
        )
        self.assertEqual(Decimal(values["percentage"]), 4)

    def test_notice_announces(self):
        """Costs of 1,000.00: 15% is 150.00 (art. 2 lid 1 BIK); they are no part of the
        total."""
        message = self._queue(self._dossier(), self.notice)
        self.assertEqual((message.announced_costs, message.costs), (150.00, 0.00))
        self.assertEqual(message.amount, 1000.00)
        self.assertEqual(message.term_days, 15)

    def test_notice_for_creditor_without_vat(self):
        """Art. 2 lid 3 BIK: 21% of 150.00 is 31.50."""
        self.creditor.incasso_vat_recoverable = False
        message = self._queue(self._dossier(creditor=self.creditor), self.notice)
        self.assertEqual(message.announced_costs, 181.50)

    def test_demand_charges(self):
        """What is charged with a message is in its total before it is in the ledger."""
        business = self.env.ref("incasso_nl.template_demand_business")
        dossier = self._dossier(self.business)
        balances = dossier._balances(TODAY)
        costs = dossier._claimable_costs(balances, TODAY, due_only=True)
        message = self.Message._queue(dossier, business, TODAY, balances, costs=costs)
        dossier._charge_costs(TODAY, message)
        self.assertEqual((message.costs, message.amount), (150.00, 1150.00))
        self.assertEqual(dossier.costs_open, 150.00)
        again = self._queue(dossier, business)
        self.assertEqual((again.costs, again.amount), (150.00, 1150.00))
        self.assertEqual(again.snapshot["costs"], message.snapshot["costs"])

    def test_channel(self):
        dossier = self._dossier()
        by = {
            channel: self._queue(dossier, self.reminder, channel=channel).mapped(
                "channel"
            )
            for channel in ("preferred", "email", "post", "both")
        }
        self.assertEqual(
            by,
            {
                "preferred": ["email"],
                "email": ["email"],
                "post": ["post"],
                "both": ["email", "post"],
            },
        )
        self.consumer.incasso_email_unreachable = True
        message = self._queue(dossier, self.reminder, channel="email")
        self.assertEqual((message.channel, message.email_to), ("post", False))
        self.consumer.incasso_post_unreachable = True
        self.assertFalse(self._queue(dossier, self.reminder, channel="both"))

    def test_language(self):
        """Dutch, unless the partner's language says otherwise."""
        dossier = self._dossier()
        self.env["res.lang"]._activate_lang("nl_NL")
        self.consumer.lang = "nl_NL"
        self.assertEqual(self._queue(dossier, self.reminder).lang, "nl")
        self.consumer.lang = "en_US"
        self.assertEqual(self._queue(dossier, self.reminder).lang, "en")
        self.consumer.lang = False
        self.assertEqual(self._queue(dossier, self.reminder).lang, "nl")

    def test_language_without_dutch(self):
        """Where Odoo has no Dutch, en_US says nothing of a Dutch debtor."""
        dossier = self._dossier()
        dutch = self.env["res.lang"].search([("code", "=like", "nl%")])
        self.env["res.partner"].search(
            [("lang", "in", dutch.mapped("code"))]
        ).lang = "en_US"
        self.env["res.users"].with_context(active_test=False).search([]).lang = "en_US"
        dutch.active = False
        message = self._rendered(dossier, self.reminder)
        self.assertEqual(message.lang, "nl")
        self.assertIn("Herinnering", message.subject)
        self.consumer.country_id = self.env.ref("base.de")
        self.assertEqual(self._queue(dossier, self.reminder).lang, "en")

    def test_representative(self):
        """Who represents the debtor gets the letter, and reads whose debt it is."""
        administrator = self._partner("Bewindkantoor Noord", is_company=True)
        dossier = self._dossier()
        self.env["incasso.debt.aid"].create(
            {
                "partner_id": self.consumer.id,
                "kind": "administration",
                "representative_id": administrator.id,
                "start_date": TODAY,
            }
        )
        message = self._queue(dossier, self.env.ref("incasso_nl.template_hold"))
        self.assertEqual(message.recipient_id, administrator)

    def test_refuses_template(self):
        dossier = self._dossier(self.business)
        with self.assertRaisesRegex(UserError, "is not for the debtor"):
            self._queue(dossier, self.notice)
        self.reminder.action_draft()
        with self.assertRaisesRegex(UserError, "is not active"):
            self._queue(dossier, self.reminder)

    @mute_logger("odoo.sql_db")
    def test_once_per_step(self):
        dossier = self._dossier()
        step = self.env["incasso.flow.step"].search(
            [("action", "=", "message")], limit=1
        )
        self._queue(dossier, self.reminder, step=step)
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            with self.env.cr.savepoint():
                self._queue(dossier, self.reminder, step=step)
        dossier.outbox_ids._cancel("changed my mind")
        self.assertEqual(len(self._queue(dossier, self.reminder, step=step)), 1)

    def test_queries_do_not_grow(self):
        """As many queries for twelve dossiers as for three."""
        few = self._dossier() + self._dossier() + self._dossier()
        many = few.browse()
        for _number in range(12):
            many += self._dossier()
        balances = (few + many)._balances(TODAY)
        self._queue(few[:1], self.reminder)
        counts = []
        for dossiers in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Message._queue(
                dossiers, self.reminder, TODAY, balances, claim_interest=True
            )
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_hours(self):
        """E-mail is put off to the next allowed hour (art. 4.2 Bki), post is not."""
        self.clock.move_to("2026-11-21 20:30:00")  # Saturday, 21:30
        today = date(2026, 11, 21)
        both = self._queue(self._dossier(), self.reminder, channel="both", today=today)
        mail = both.filtered(lambda m: m.channel == "email")
        # Monday 7:00, which is 6:00 UTC: Sunday is out of bounds too.
        self.assertEqual(mail.scheduled_at, datetime(2026, 11, 23, 6, 0))
        self.assertEqual((both - mail).scheduled_at, datetime(2026, 11, 21, 20, 30))


@tagged("post_install", "-at_install")
class TestOutcome(MessageCommon):
    def test_notice_by_post(self):
        """Posted on Tuesday 17 November 2026: delivered on Thursday 19, the second day;
        fifteen days later is Friday 4 December. Costs not before three weeks after
        sending, 8 December, and two bank days: 10 December."""
        dossier = self._dossier()
        message = self._posted(dossier, self.notice)
        self.assertEqual(message.state, "sent")
        self.assertEqual(message.received_date, date(2026, 11, 19))
        self.assertEqual(message.deadline_date, date(2026, 12, 4))
        claim = dossier.claim_ids
        self.assertEqual(claim.notice_id, message)
        self.assertEqual(claim.costs_due_from, date(2026, 12, 10))

    def test_notice_without_safe_distance(self):
        """The day after the term, by the company's choice."""
        self.company.write(
            {"incasso_notice_safe_distance": False, "incasso_bank_days": 0}
        )
        dossier = self._dossier()
        self._posted(dossier, self.notice)
        self.assertEqual(dossier.claim_ids.costs_due_from, date(2026, 12, 5))

    def test_notice_posted_later(self):
        """The term runs from the day of posting, not from the date on the letter."""
        dossier = self._dossier()
        message = self._rendered(dossier, self.notice, channel="post")
        batch = self.env["incasso.print.batch"]._make(message)
        self.clock.move_to("2026-11-20 09:00:00")  # Friday
        batch.action_posted()
        # Saturday 21, then not Sunday nor Monday, Tuesday 24; 15 days: 9 December.
        self.assertEqual(message.received_date, date(2026, 11, 24))
        self.assertEqual(message.deadline_date, date(2026, 12, 9))

    def test_newest_notice_counts(self):
        """Who is written to again has the term that the new letter promises."""
        dossier = self._dossier()
        self._posted(dossier, self.notice)
        first_day = dossier.claim_ids.costs_due_from
        self.clock.move_to("2026-11-24 09:00:00")
        newest = self._posted(dossier, self.notice, today=date(2026, 11, 24))
        self.assertEqual(dossier.claim_ids.notice_id, newest)
        self.assertEqual(
            dossier.claim_ids.costs_due_from - first_day, timedelta(days=7)
        )

    def test_returned_notice_gives_no_costs(self):
        """A letter that came back did not reach the debtor (art. 3:37 lid 3 BW)."""
        dossier = self._dossier()
        message = self._posted(dossier, self.notice)
        wizard = self.env["incasso.return.post"].create(
            {"barcodes": f"{message.barcode}\n", "reason": "moved"}
        )
        wizard.action_returned()
        self.assertEqual((message.state, message.failure), ("returned", "Moved"))
        self.assertTrue(self.consumer.incasso_post_unreachable)
        self.assertFalse(dossier.claim_ids.notice_id)
        self.assertFalse(dossier.claim_ids.costs_due_from)
        with self.assertRaisesRegex(UserError, "6:96"):
            dossier._charge_costs(date(2026, 12, 31))

    def test_returned_letter_of_two(self):
        """The e-mail of the same notice did arrive."""
        dossier = self._dossier()
        both = self._rendered(dossier, self.notice, channel="both")
        letter = both.filtered(lambda m: m.channel == "post")
        both._mark_sent()
        letter._mark_returned("Moved")
        self.assertEqual(dossier.claim_ids.notice_id, both - letter)
        self.assertEqual(dossier.claim_ids.costs_due_from, date(2026, 12, 10))

    def test_returned_after_costs(self):
        """They are taken back, and a person is told: see `test_late_bounce`."""
        dossier = self._dossier()
        message = self._posted(dossier, self.notice)
        self.clock.move_to("2026-12-10 09:00:00")
        dossier._charge_costs(date(2026, 12, 10))
        message._mark_returned("Unknown")
        self.assertEqual(dossier.costs_open, 0.00)
        self.assertIn("Costs without a notice", dossier.activity_ids.mapped("summary"))

    def test_unknown_barcode(self):
        for text in ("IM0000000009", "F2026-1"):
            wizard = self.env["incasso.return.post"].create({"barcodes": text})
            with self.assertRaisesRegex(UserError, "No letter has the barcode"):
                wizard.action_returned()
        unsent = self._rendered(self._dossier(), self.reminder, channel="post")
        wizard = self.env["incasso.return.post"].create({"barcodes": unsent.barcode})
        with self.assertRaisesRegex(UserError, "not letters that were posted"):
            wizard.action_returned()

    def test_interest_claimed(self):
        dossier = self._dossier()
        self._posted(dossier, self.reminder)
        self.assertFalse(dossier.interest_claimed_date)
        self._posted(dossier, self.reminder, claim_interest=True)
        self.assertEqual(dossier.interest_claimed_date, TODAY)

    def test_withdrawn_when_held(self):
        dossier = self._dossier()
        mail = self._rendered(dossier, self.reminder)
        letter = self._rendered(dossier, self.reminder, channel="post")
        dossier._hold("dispute", "Says it was paid")
        self.Message._cron_send()
        self.assertEqual(mail.state, "cancelled")
        self.assertFalse(self.env["incasso.print.batch"]._make(letter))
        self.assertEqual(
            (letter.state, letter.failure), ("cancelled", "The dossier is held.")
        )

    def test_withdrawn_when_amounts_changed(self):
        dossier = self._dossier()
        message = self._rendered(dossier, self.reminder, channel="post")
        self.env["incasso.entry"].create(
            {
                "dossier_id": dossier.id,
                "claim_id": dossier.claim_ids.id,
                "date": TODAY,
                "component": "principal",
                "kind": "credit",
                "amount": -100.00,
            }
        )
        self.env["incasso.print.batch"]._make(message)
        self.assertEqual(message.state, "cancelled")

    def test_withdrawn_letter_in_printed_batch(self):
        """A letter that was printed and then withdrawn is not counted as sent."""
        one, two = self._dossier(), self._dossier(self.business)
        letters = self._rendered(one, self.reminder, channel="post")
        letters += self._rendered(two, self.reminder, channel="post")
        batch = self.env["incasso.print.batch"]._make(letters)
        letters[0]._cancel("Paid this morning")
        self.assertEqual(batch.withdrawn_ids, letters[0])
        batch.action_posted()
        self.assertEqual(letters.mapped("state"), ["cancelled", "sent"])

    def test_thanks_goes_to_closed_dossier(self):
        dossier = self._dossier()
        dossier._close("withdrawn", TODAY)
        extra = {dossier.id: {"received": "1000.00", "received_date": "2026-11-16"}}
        message = self._posted(dossier, self.thanks, extra=extra)
        self.assertEqual(message.state, "sent")

    def test_one_bad_letter_fails_alone(self):
        """A letter in which something compulsory is missing is not made."""
        dossiers = self._dossier() + self._dossier(creditor=self.creditor)
        messages = self._queue(dossiers, self.reminder, channel="post")
        self.creditor.street = self.creditor.zip = self.creditor.city = False
        self.company.incasso_trust_journal_id.bank_account_id = False
        messages._render()
        good, bad = messages
        self.assertEqual((good.state, bad.state), ("rendered", "failed"))
        self.assertIn("how to pay", bad.failure)
        self.assertFalse(bad.pdf)
        self.company.incasso_trust_journal_id.bank_account_id = self.trust_bank
        bad.action_retry()
        bad._render()
        self.assertEqual(bad.state, "rendered", bad.failure)

    def test_crash_fails_alone(self):
        messages = self._queue(self._dossier() + self._dossier(), self.reminder)
        render = type(messages)._render_one

        def broken(message):
            if message == messages[0]:
                raise ZeroDivisionError("a bug")
            return render(message)

        with (
            patch.object(type(messages), "_render_one", broken),
            mute_logger("odoo.addons.incasso_nl.models.incasso_message_letter"),
        ):
            messages._render()
        self.assertEqual(messages.mapped("state"), ["failed", "rendered"])
        self.assertIn("a bug", messages[0].failure)

    def test_render_cron_is_resumed(self):
        """Killed halfway, nothing is lost and nothing is made twice."""
        messages = self._queue(self._dossier() + self._dossier(), self.reminder)
        self._committed()
        with patch(
            "odoo.addons.incasso_nl.models.incasso_message_letter.RENDER_BATCH", 1
        ):
            render = type(messages)._render
            seen = []

            def killed(batch):
                seen.append(batch.ids)
                if len(seen) == 2:
                    raise Killed
                return render(batch)

            with patch.object(type(messages), "_render", killed):
                self._run_until_killed(self.Message._cron_render)
            self.assertEqual(messages.mapped("state"), ["rendered", "queued"])
            self.Message._cron_render()
        self.assertEqual(messages.mapped("state"), ["rendered", "rendered"])
        self.assertEqual(len(messages._pdf_attachment()), 2)


@tagged("post_install", "-at_install")
class TestArchive(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dossier = cls._dossier()

    def setUp(self):
        super().setUp()
        self.message = self._posted(self.dossier, self.reminder)

    def test_hash(self):
        attachment = self.message._pdf_attachment()
        self.assertEqual(
            self.message.pdf_sha256, hashlib.sha256(attachment.raw).hexdigest()
        )
        self.assertTrue(self.message._verify_pdf())

    def test_python_refuses(self):
        for values in (
            {"amount": 1},
            {"pdf": False},
            {"subject": "x"},
            {"snapshot": {}},
        ):
            with self.assertRaisesRegex(UserError, "stays as it was sent"):
                self.message.write(values)
        with self.assertRaisesRegex(UserError, "never deleted"):
            self.message.unlink()

    @mute_logger("odoo.sql_db")
    def test_database_refuses(self):
        for statement in (
            "UPDATE incasso_message SET amount = 1 WHERE id = %s",
            "UPDATE incasso_message SET snapshot = '{}' WHERE id = %s",
            "UPDATE incasso_message SET pdf_sha256 = NULL WHERE id = %s",
            "UPDATE incasso_message SET sent_at = NULL WHERE id = %s",
            "DELETE FROM incasso_message WHERE id = %s",
        ):
            with (
                self.subTest(statement),
                self.assertRaises(psycopg2.errors.RestrictViolation),
            ):
                with self.env.cr.savepoint():
                    self.env.cr.execute(statement, [self.message.id])

    def test_attachment_refuses(self):
        attachment = self.message._pdf_attachment()
        with self.assertRaisesRegex(UserError, "kept as it was sent"):
            attachment.raw = b"%PDF-1.7 forged"
        with self.assertRaisesRegex(UserError, "kept as it was sent"):
            attachment.unlink()

    def test_report_prints_the_archive(self):
        pdf, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
            "incasso_nl.report_letter", self.message.ids
        )
        self.assertEqual(pdf, self.message._pdf_attachment().raw)

    def test_time_line(self):
        event = self.dossier.event_ids.filtered(lambda e: e.message_id == self.message)
        self.assertEqual(event.kind, "message")
        self.assertEqual(event.summary, "Reminder posted to Jan de Vries.")


@tagged("post_install", "-at_install")
class TestByHand(MessageCommon):
    def _wizard(self, dossiers, template, user=None, **values):
        return (
            self.env["incasso.send.message"]
            .with_user(user or self.handler)
            .with_context(active_model="incasso.dossier", active_ids=dossiers.ids)
            .create({"template_id": template.id, **values})
        )

    def test_send(self):
        dossier = self._dossier(handler_id=self.handler.id)
        wizard = self._wizard(dossier, self.reminder, channel="post")
        self.assertIn("Herinnering", wizard.preview)
        wizard.action_send()
        message = dossier.outbox_ids
        self.assertEqual((message.state, message.channel), ("queued", "post"))
        self.assertFalse(message.step_id)

    def test_charges_where_the_law_allows(self):
        dossier = self._dossier(handler_id=self.handler.id)
        wizard = self._wizard(dossier, self.demand, channel="post", charge_costs=True)
        with self.assertRaisesRegex(UserError, "6:96"):
            wizard.action_send()
        business = self._dossier(self.business, handler_id=self.handler.id)
        template = self.env.ref("incasso_nl.template_demand_business")
        self._wizard(
            business, template, channel="post", charge_costs=True
        ).action_send()
        self.assertEqual(business.outbox_ids.costs, 150.00)
        self.assertEqual(business.costs_open, 150.00)

    def test_refusals(self):
        dossier = self._dossier(handler_id=self.handler.id)
        dossier._hold("dispute", "Says it was paid")
        wizard = self._wizard(dossier, self.reminder)
        self.assertIn("held", wizard.refusal)
        with self.assertRaisesRegex(UserError, "held"):
            wizard.action_send()

    def test_rights(self):
        dossier = self._dossier(handler_id=self.handler.id)
        message = self._queue(dossier, self.reminder)
        with self.assertRaises(AccessError):
            message.with_user(self.auditor).action_cancel()
        with self.assertRaises(AccessError):
            self._wizard(dossier, self.reminder, user=self.auditor)
        message.with_user(self.handler).action_cancel()
        self.assertEqual(message.state, "cancelled")

    def test_confirmation_goes_to_the_creditor(self):
        confirmation = self.env.ref("incasso_nl.template_confirmation")
        dossier = self._dossier(creditor=self.creditor)
        message = self._rendered(dossier, confirmation)
        self.assertEqual(message.recipient_id, self.creditor)
        self.assertFalse(self._queue(self._dossier(), confirmation))


@tagged("post_install", "-at_install")
class TestPrintBatch(MessageCommon):
    def test_sorted_and_numbered(self):
        """By postcode, each letter on a new sheet; the PDF has them in that order."""
        dossiers = self.env["incasso.dossier"]
        for name, postcode in (("C", "9000 AA"), ("A", "1000 AA"), ("B", "1000 AB")):
            debtor = self._partner(f"Debiteur {name}", zip=postcode)
            dossiers += self._dossier(debtor)
        letters = self._rendered(dossiers, self.reminder, channel="post")
        wizard = self.env["incasso.print.letters"].create(
            {"company_id": self.company.id}
        )
        self.assertEqual(wizard.letter_count, 3)
        batch = self.env["incasso.print.batch"].browse(wizard.action_print()["res_id"])
        self.assertRegex(batch.name, r"^POST/2026/\d{5}$")
        self.assertEqual(batch.letter_ids, letters)
        with self.assertRaisesRegex(UserError, "no letters"):
            wizard.action_print()
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", batch._name), ("res_field", "=", "pdf")]
        )
        pages = PdfReader(BytesIO(attachment.raw)).pages
        self.assertEqual(len(pages) % 2, 0)
        found = [
            page.extract_text().split("Debiteur ")[1][0]
            for page in pages
            if "Afzender" in page.extract_text()
        ]
        self.assertEqual(found, ["A", "B", "C"])

    def test_posted_not_in_future(self):
        letters = self._rendered(self._dossier(), self.reminder, channel="post")
        batch = self.env["incasso.print.batch"]._make(letters)
        batch.posted_date = date(2026, 11, 18)
        with self.assertRaisesRegex(UserError, "future"):
            batch.action_posted()
        batch.posted_date = date(2026, 11, 16)
        batch.action_posted()
        self.assertEqual(letters.sent_at.date(), date(2026, 11, 16))
        with self.assertRaisesRegex(UserError, "is kept"):
            batch.unlink()

    def test_one_company_a_batch(self):
        other = self.setup_other_company()["company"]
        self.assertNotEqual(other, self.company)
        self.handler.company_ids = [Command.link(other.id)]
        letters = self._rendered(self._dossier(), self.reminder, channel="post")
        wizard = self.env["incasso.print.letters"].create({"company_id": other.id})
        self.assertEqual(wizard.letter_count, 0)
        self.assertEqual(letters.state, "rendered")
