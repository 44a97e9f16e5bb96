from datetime import date, timedelta
from io import BytesIO

from freezegun import freeze_time
from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_messages import TODAY, MailCommon, MessageCommon


class HelpCommon(MessageCommon):
    """A person with dossiers of two creditors, and one at another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._dossier(handler_id=cls.handler.id)
        cls.third = cls._dossier(creditor=cls.creditor, handler_id=cls.handler.id)
        cls.other_company = cls._create_company(name="Ander Incassobureau B.V.")
        cls.elsewhere = cls.env["incasso.dossier"]._open(
            [
                {
                    "company_id": cls.other_company.id,
                    "creditor_id": cls._partner("Garage Smit", is_company=True).id,
                    "debtor_id": cls.consumer.id,
                    "claim_ids": [
                        Command.create(
                            {
                                "name": "G1",
                                "invoice_date": "2026-03-01",
                                "due_date": "2026-03-31",
                                "amount": 250.0,
                            }
                        )
                    ],
                }
            ]
        )
        cls.dossiers = cls.own | cls.third | cls.elsewhere
        cls.stranger_dossier = cls._dossier(cls.business)

    def _request(self, kind="administration", **values):
        """A request as the portal would make it."""
        return self.env["incasso.help.request"].create(
            {
                "dossier_id": self.own.id,
                "kind": kind,
                "source": "portal",
                "organisation": "Bewindvoering De Brug",
                "contact_name": "S. Bakker",
                "email": "post@debrug.example",
                "street": "Stationsweg 3",
                "zip": "3811 MH",
                "city": "Amersfoort",
                "start_date": "2026-11-01",
                "reference": "BB-118",
                **values,
            }
        )

    def _by_handler(self, record):
        """The record as a handler of the first company sees it."""
        return record.with_user(self.handler).sudo(False)

    def _decide(self, record, action):
        getattr(self._by_handler(record), action)()

    def _letters(self, dossiers, template):
        return dossiers.outbox_ids.filtered(
            lambda message: (
                message.template_id == self.env.ref(f"incasso_nl.template_{template}")
            )
        )


@tagged("post_install", "-at_install")
class TestHelp(HelpCommon):
    """Somebody is being helped: everything stops, a handler decides, letters follow."""

    # === AT ONCE === #

    def test_all_dossiers_stop_in_every_company(self):
        request = self._request()
        for dossier in self.dossiers:
            self.assertTrue(dossier.is_held)
            self.assertEqual(dossier.hold_ids.kind, "debt_aid")
            # Four weeks from 17 November
            self.assertEqual(dossier.hold_ids.end_date, date(2026, 12, 15))
        self.assertFalse(self.stranger_dossier.is_held)
        self.assertEqual(request.state, "new")
        self.assertFalse(request.debt_aid_id, "nothing is decided")
        # Tuesday: two working days on it is Thursday.
        self.assertEqual(request.answer_date, date(2026, 11, 19))

    def test_each_company_has_its_own_term(self):
        self.other_company.incasso_help_days = 10
        self._request()
        self.assertEqual(self.elsewhere.hold_ids.end_date, date(2026, 11, 27))
        self.assertEqual(self.own.hold_ids.end_date, date(2026, 12, 15))

    def test_what_is_in_the_outbox_is_withdrawn(self):
        queued = self._queue(self.own, self.reminder)
        rendered = self._rendered(self.third, self.reminder)
        self._request()
        self.assertEqual(queued.state, "cancelled")
        self.assertEqual(rendered.state, "cancelled")

    def test_goes_on_by_itself_when_nobody_looks(self):
        self._request()
        with freeze_time("2026-12-16 09:00:00"):
            self.env["incasso.hold"]._cron_end()
        self.assertFalse(any(self.dossiers.mapped("is_held")))

    def test_a_hold_is_not_ended_past_the_decision(self):
        self._request()
        hold = self._by_handler(self.own.hold_ids)
        with self.assertRaisesRegex(UserError, "waits for an answer"):
            hold.action_end()

    def test_other_company_may_end_its_own_hold(self):
        self._request()
        manager = self._new_user("elsewhere", "incasso_nl.group_manager")
        manager.write(
            {
                "company_ids": [Command.set(self.other_company.ids)],
                "company_id": self.other_company.id,
            }
        )
        self.elsewhere.hold_ids.with_user(manager).sudo(False).action_end()
        self.assertFalse(self.elsewhere.is_held)
        self.assertTrue(self.own.is_held)

    def test_claim_for_a_firm_does_not_stop_its_employee(self):
        """A consumer who is a contact of a firm is a person of their own."""
        employee = self._partner("Piet Bouma", parent_id=self.business.id)
        private = self._dossier(employee, debtor_type="consumer")
        self.assertEqual(private._person(), employee)
        self._request(dossier_id=private.id)
        self.assertTrue(private.is_held)
        self.assertFalse(self.stranger_dossier.is_held)

    def test_future_start_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "once it has started"):
            self._request(start_date=TODAY + timedelta(days=1))

    # === ACCEPTED === #

    def test_accepted_with_one_click(self):
        request = self._request()
        self._decide(request, "action_accept")
        aid = request.debt_aid_id
        self.assertEqual(request.state, "done")
        self.assertEqual(request.decision, "accepted")
        self.assertEqual(request.answer_user_id, self.handler)
        self.assertEqual(aid.partner_id, self.consumer)
        self.assertEqual(aid.kind, "administration")
        self.assertEqual(aid.start_date, date(2026, 11, 1))
        self.assertEqual(aid.reference, "BB-118")
        representative = aid.representative_id
        self.assertEqual(representative.name, "Bewindvoering De Brug")
        self.assertTrue(representative.is_company)
        self.assertEqual(representative.zip, "3811 MH")
        for dossier in self.dossiers:
            self.assertTrue(dossier.is_held)
            active = dossier.hold_ids.filtered(lambda hold: hold.state == "active")
            self.assertEqual(active.debt_aid_id, aid)
            self.assertFalse(active.end_date, "as long as the debt aid lasts")
            self.assertEqual(dossier._recipients()[dossier.id], representative)

    def test_letters_to_both(self):
        request = self._request()
        self._decide(request, "action_accept")
        representative = request.representative_id
        to_debtor = self._letters(self.dossiers, "help_accepted")
        # One for each company, not one for each dossier.
        self.assertEqual(to_debtor.dossier_id, self.own | self.elsewhere)
        self.assertEqual(to_debtor.recipient_id, self.consumer)
        to_helper = self._letters(self.dossiers, "help_representative")
        self.assertEqual(to_helper.dossier_id, self.dossiers)
        self.assertEqual(to_helper.recipient_id, representative)
        messages = to_debtor | to_helper
        self.other_company.partner_id.write(
            {"street": "Kade 1", "zip": "1011 AB", "city": "Amsterdam"}
        )
        messages._render()
        self.assertEqual(
            set(messages.mapped("state")), {"rendered"}, messages.mapped("failure")
        )
        to_own = to_helper.filtered(lambda m: m.dossier_id == self.own)
        # What is owed, though the dossier stands still: the helper needs it.
        self.assertEqual(to_own.principal, 1000.0)
        pages = PdfReader(BytesIO(to_own._pdf_attachment().raw)).pages
        letter = " ".join("".join(page.extract_text() for page in pages).split())
        # Whom it is for comes before how that person is greeted.
        self.assertRegex(
            letter, r"(Ter attentie|the attention) .*S\. Bakker (Geachte|Dear) "
        )
        text = to_own.email_body
        self.assertIn("BB-118", text)
        self.assertIn("Jan de Vries", text)
        self.assertIn("Bewindvoering De Brug", to_debtor[0].subject)

    def test_known_representative_is_used(self):
        known = self._partner(
            "bewindvoering de brug ",
            is_company=True,
            email="Post@DeBrug.example",
            street="Oude Weg 1",
        )
        request = self._request()
        self.assertEqual(request.found_representative_id, known)
        self._decide(request, "action_accept")
        self.assertEqual(request.representative_id, known)
        # What the request told does not change whom we know.
        self.assertEqual(known.street, "Oude Weg 1")

    def test_kvk_number_finds_the_representative(self):
        known = self._partner(
            "De Brug Bewind B.V.", is_company=True, company_registry="55667788"
        )
        request = self._request(company_registry="5566 7788", email="nep@vals.example")
        self._decide(request, "action_accept")
        self.assertEqual(request.representative_id, known)

    def test_same_address_other_name_is_somebody_else(self):
        self._partner("De Sluis", is_company=True, email="post@debrug.example")
        request = self._request()
        self.assertFalse(request.found_representative_id)

    def test_wildcards_find_nobody(self):
        self._partner("Bewindvoering De Brug", email="post@debrug.example")
        request = self._request(organisation="%", contact_name="%")
        self.assertFalse(request.found_representative_id)

    def test_nobody_represents_themselves(self):
        request = self._request(representative_id=self.consumer.id)
        with self.assertRaisesRegex(UserError, "represents themselves"):
            self._decide(request, "action_accept")

    def test_representative_needs_an_address(self):
        request = self._request(email=False, street=False)
        with self.assertRaisesRegex(UserError, "e-mail address of Bewindvoering"):
            self._decide(request, "action_accept")
        request = self._request(organisation=False, contact_name=False)
        with self.assertRaisesRegex(UserError, "Fill in who helps"):
            self._decide(request, "action_accept")

    def test_second_request_of_a_kind_changes_the_representative(self):
        first = self._request()
        self._decide(first, "action_accept")
        second = self._request(
            organisation="Nieuw Bewind", email="info@nieuwbewind.example"
        )
        self._decide(second, "action_accept")
        self.assertEqual(second.debt_aid_id, first.debt_aid_id)
        self.assertEqual(self.own._recipients()[self.own.id].name, "Nieuw Bewind")

    def test_decided_once(self):
        request = self._request()
        self._decide(request, "action_accept")
        with self.assertRaisesRegex(UserError, "decided already"):
            self._decide(request, "action_accept")
        request.answer = "Toch niet."
        with self.assertRaisesRegex(UserError, "decided already"):
            self._decide(request, "action_reject")

    # === INTEREST === #

    def _interest(self):
        return str(self.third._balances(TODAY)[self.third.id].interest)

    def test_interest_stops_where_the_law_says_so(self):
        # 1,000.00 due 31 March 2026, statutory interest 4%; 1 April to 17 November is
        # 231 days: 1000 x 4% x 231 / 365 = 25.32
        self.assertEqual(self._interest(), "25.32")
        request = self._request("wsnp", start_date="2026-10-01")
        self.assertEqual(self._interest(), "25.32", "asking changes no interest")
        self._decide(request, "action_accept")
        # Up to the day of the ruling, 1 April to 30 September, 183 days:
        # 1000 x 4% x 183 / 365 = 20.05 (art. 303 Fw)
        self.assertEqual(self._interest(), "20.05")

    def test_interest_runs_on_during_administration(self):
        self._decide(self._request("administration"), "action_accept")
        self.assertEqual(self._interest(), "25.32")

    # === REJECTED === #

    def test_rejected_with_a_reason(self):
        request = self._request()
        with self.assertRaisesRegex(UserError, "Write the answer first"):
            self._decide(request, "action_reject")
        self._by_handler(request).answer = "De Brug kent u niet."
        self._decide(request, "action_reject")
        self.assertFalse(any(self.dossiers.mapped("is_held")))
        self.assertFalse(
            self.env["incasso.debt.aid"].search([("partner_id", "=", self.consumer.id)])
        )
        letter = self._letters(self.dossiers, "help_rejected")
        self.assertEqual(letter.dossier_id, self.own)
        self.assertEqual(letter.recipient_id, self.consumer)
        letter._render()
        self.assertEqual(letter.state, "rendered", letter.failure)
        self.assertIn("De Brug kent u niet.", letter.email_body)

    def test_forged_representative_gets_nothing(self):
        """Whoever asks is nobody before a handler has decided."""
        self._request(
            organisation="Vals Bewind", email="vals@bewind.example", kind="bankruptcy"
        )
        self.assertFalse(
            self.env["res.partner"].search([("email", "=", "vals@bewind.example")])
        )
        for dossier in self.dossiers:
            self.assertEqual(dossier._recipients()[dossier.id], self.consumer)
            self.assertFalse(
                dossier.outbox_ids.filtered(lambda m: m.state != "cancelled")
            )

    # === NO HELP YET === #

    def test_breathing_space(self):
        request = self._request("none_yet", organisation=False, email=False)
        for dossier in self.dossiers:
            # Thirty days from 17 November
            self.assertEqual(dossier.hold_ids.end_date, date(2026, 12, 17))
        self.assertEqual(request.breathing_date, date(2026, 12, 17))
        letter = self._letters(self.own, "help_referral")
        self.assertEqual(letter.recipient_id, self.consumer)
        letter._render()
        self.assertEqual(letter.state, "rendered", letter.failure)
        for words in (
            "17 december 2026",
            "0800-8115",
            "nederlandseschuldhulproute.nl",
            "uwbeslagvrijevoet.nl",
            "gemeente",
        ):
            self.assertIn(words, letter.email_body)
        self._decide(request, "action_accept")
        self.assertTrue(self.own.is_held, "it lasts until its own end")
        self.assertEqual(len(self._letters(self.own, "help_referral")), 1)

    def test_breathing_space_once_a_year(self):
        first = self._request("none_yet")
        self._decide(first, "action_accept")
        with freeze_time("2027-01-20 09:00:00"):
            self.env["incasso.hold"]._cron_end()
            self.assertFalse(self.own.is_held)
            second = self._request("none_yet")
            self.assertFalse(second.breathing_date)
            hold = second.hold_ids.filtered(lambda h: h.dossier_id == self.own)
            # Only until somebody has looked: two working days, Friday 22 January.
            self.assertEqual(hold.end_date, date(2027, 1, 22))
            # A handler may give another one.
            self._decide(second, "action_accept")
            self.assertEqual(second.breathing_date, date(2027, 2, 19))
            self.assertTrue(self.own.is_held)
        with freeze_time("2028-01-21 09:00:00"):
            third = self._request("none_yet")
            self.assertTrue(third.breathing_date, "a year later again")

    # === EXTRA CARE === #

    def test_care_keeps_no_health(self):
        request = self._request(
            "special_care", organisation=False, text="Ik heb een ziekte.", care=False
        )
        with self.assertRaisesRegex(UserError, "Choose what is needed"):
            self._decide(request, "action_accept")
        self._by_handler(request).care = "phone"
        self._decide(request, "action_accept")
        self.assertEqual(self.consumer.incasso_care, "phone")
        self.assertFalse(request.text)
        self.assertFalse(any(self.dossiers.mapped("is_held")), "the dossiers go on")
        letter = self._letters(self.own, "help_care")
        letter._render()
        self.assertEqual(letter.state, "rendered", letter.failure)

    # === WHO MAY === #

    def test_only_handlers_decide(self):
        request = self._request()
        for user in (self.finance, self.auditor):
            with self.assertRaises(AccessError):
                request.with_user(user).sudo(False).action_accept()
        self.assertEqual(request.state, "new")

    def test_scripts_are_text(self):
        request = self._request(
            organisation="<script>alert(1)</script>", email="x@debrug.example"
        )
        self._decide(request, "action_accept")
        letter = self._letters(self.own, "help_accepted")
        letter._render()
        self.assertIn("&lt;script&gt;", letter.email_body)
        self.assertNotIn("<script>", letter.email_body)


@tagged("post_install", "-at_install")
class TestNothingGoesOut(MailCommon):
    """After a request for help the daily run and the outbox send nothing any more."""

    def test_run_and_outbox(self):
        dossiers = self._dossier() | self._dossier(creditor=self.creditor)
        for dossier in dossiers:
            dossier.next_action_date = TODAY
        # One e-mail is ready to go, the run would make more.
        self._rendered(dossiers[0], self.reminder)
        self.env["incasso.help.request"].create(
            {"dossier_id": dossiers[0].id, "kind": "counselling"}
        )
        counts = dossiers._run_steps(TODAY)
        self.assertEqual(counts["held"], 2)
        self.assertFalse(counts["take"])
        self.Message._cron_render()
        self.Message._cron_send()
        self.assertFalse(self.mailbox.mails)

    def test_letters_go_to_the_representative_only(self):
        dossier = self._dossier()
        request = self.env["incasso.help.request"].create(
            {
                "dossier_id": dossier.id,
                "kind": "administration",
                "organisation": "De Brug",
                "email": "post@debrug.example",
            }
        )
        request.action_accept()
        self.Message._cron_render()
        self.Message._cron_send()
        received = {mail["To"]: mail["Subject"] for mail in self.mailbox.mails}
        self.assertEqual(
            set(received), {"jan.devries@debiteur.example", "post@debrug.example"}
        )
        # The debtor hears once that letters go elsewhere; from then on nothing.
        self.assertIn("De Brug", received["jan.devries@debiteur.example"])
        self.mailbox.mails.clear()
        self._queue(dossier, self.thanks)
        self.Message._cron_render()
        self.Message._cron_send()
        self.assertEqual(
            [mail["To"] for mail in self.mailbox.mails], ["post@debrug.example"]
        )
