from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_messages import TODAY
from .test_help import HelpCommon


class PersonCommon(HelpCommon):
    def _report(self, kind, **values):
        """A report by somebody with access to the dossier."""
        return self.env["incasso.person.report"].create(
            {
                "dossier_id": self.own.id,
                "kind": kind,
                "proof": "access",
                "source": "portal",
                **values,
            }
        )

    def _unproven(self, kind="not_me", **values):
        return self.env["incasso.person.report"]._receive_unproven(
            self.own, {"kind": kind, "proof": "none", **values}
        )


@tagged("post_install", "-at_install")
class TestPersonReport(PersonCommon):
    # === NOT ME === #

    def test_not_me_stops_mail_and_registers_the_incident(self):
        letter = self._posted(self.own, self.reminder)
        waiting = self._queue(self.third, self.reminder)
        report = self._report("not_me", was_opened=True)
        self.assertTrue(self.consumer.incasso_post_unreachable)
        self.assertFalse(self.consumer.incasso_email_unreachable)
        for dossier in self.dossiers:
            self.assertEqual(dossier.hold_ids.kind, "address_unknown")
        self.assertEqual(waiting.state, "cancelled")
        # Each company has its own register.
        incidents = report.incident_ids
        self.assertEqual(incidents.company_id, self.company | self.other_company)
        incident = incidents.filtered(lambda i: i.company_id == self.company)
        self.assertEqual(incident.state, "suspected")
        self.assertEqual(incident.partner_id, self.consumer)
        self.assertEqual(incident.occurred_date, TODAY)
        self.assertIn(letter.dossier_id.name, incident.what)
        # 72 hours after Tuesday 17 November, 9:00 UTC
        self.assertEqual(incident.report_deadline, datetime(2026, 11, 20, 9))

    def test_not_me_confirmed(self):
        report = self._report("not_me")
        self._decide(report, "action_confirm")
        self.assertEqual(report.decision, "confirmed")
        self.assertEqual(set(report.incident_ids.mapped("state")), {"confirmed"})
        for dossier in self.dossiers:
            active = dossier.hold_ids.filtered(lambda hold: hold.state == "active")
            self.assertEqual(active.kind, "address_unknown")
            self.assertFalse(active.end_date, "until there is an address")
        # The address is found: what waited for it goes on.
        self.consumer.street = "Kerkstraat 5"
        self.assertFalse(any(self.dossiers.mapped("is_held")))

    def test_not_me_rejected(self):
        report = self._report("not_me")
        with self.assertRaisesRegex(UserError, "Write the answer first"):
            self._decide(report, "action_reject")
        self._by_handler(report).answer = "Naam en geboortedatum kloppen."
        self._decide(report, "action_reject")
        self.assertFalse(self.consumer.incasso_post_unreachable)
        self.assertFalse(any(self.dossiers.mapped("is_held")))
        self.assertEqual(set(report.incident_ids.mapped("state")), {"dismissed"})
        letter = self._letters(self.own, "person_rejected")
        letter._render()
        self.assertEqual(letter.state, "rendered", letter.failure)
        self.assertIn("Naam en geboortedatum kloppen.", letter.email_body)

    def test_mark_of_before_stays(self):
        """Rejecting takes back what the report did, and nothing else."""
        self.consumer.incasso_post_unreachable = True
        report = self._report("not_me", wrong_channel="both")
        report.answer = "Het klopt."
        self._decide(report, "action_reject")
        self.assertTrue(self.consumer.incasso_post_unreachable)
        self.assertFalse(self.consumer.incasso_email_unreachable)

    # === UNPROVEN === #

    def test_unproven_report_does_little(self):
        """Anybody who found a letter: a few days' hold of one dossier, no more."""
        report = self._unproven()
        self.assertTrue(self.own.is_held)
        # Seven days from 17 November
        self.assertEqual(self.own.hold_ids.end_date, date(2026, 11, 24))
        self.assertFalse((self.third | self.elsewhere).hold_ids)
        self.assertFalse(self.consumer.incasso_post_unreachable)
        self.assertFalse(self.consumer.incasso_email_unreachable)
        self.assertEqual(report.incident_ids.company_id, self.company)
        self.assertEqual(report.state, "new", "a handler has to look")
        self.assertTrue(
            self.own.event_ids.filtered(lambda event: event.kind == "request"),
            "nothing happens silently",
        )

    def test_unproven_report_does_not_pile_up(self):
        report = self._unproven()
        self.assertEqual(self._unproven(text="again"), report)
        self.assertEqual(len(self.own.hold_ids), 1)

    def test_unproven_report_stops_a_dossier_once(self):
        first = self._unproven()
        first.answer = "Het klopt wel."
        self._decide(first, "action_reject")
        self.assertFalse(self.own.is_held)
        with freeze_time("2027-01-10 09:00:00"):
            second = self._unproven()
            self.assertNotEqual(second, first)
            self.assertFalse(self.own.is_held, "within three months: a task only")
            self.assertEqual(second.state, "new")
        with freeze_time("2027-05-10 09:00:00"):
            second.answer = "Nog steeds."
            self._decide(second, "action_reject")
            self._unproven()
            self.assertTrue(self.own.is_held)

    def test_unproven_hold_ends_by_itself(self):
        self._unproven()
        with freeze_time("2026-11-25 09:00:00"):
            self.env["incasso.hold"]._cron_end()
        self.assertFalse(self.own.is_held)

    def test_unproven_confirmed_by_a_handler(self):
        report = self._unproven()
        self._decide(report, "action_confirm")
        self.assertTrue(self.consumer.incasso_post_unreachable)
        self.assertTrue(all(self.dossiers.mapped("is_held")))

    def test_unproven_cannot_be_forged(self):
        """The proof is what the page found, whatever else is sent along."""
        self.assertFalse(self._unproven(proof="code")._is_proven())

    # === MOVED === #

    def test_moved_with_one_click(self):
        reminder = self._queue(self.own, self.reminder, step=self.own.next_step_id)
        report = self._report(
            "moved", street="Kerkstraat 5", zip="2611 GB", city="Delft"
        )
        self.assertEqual(reminder.state, "cancelled")
        self.assertTrue(all(self.dossiers.mapped("is_held")))
        self.assertEqual(self.consumer.street, "Dorpsstraat 12", "not decided yet")
        self._decide(report, "action_confirm")
        self.assertEqual(self.consumer.street, "Kerkstraat 5")
        self.assertEqual(self.consumer.city, "Delft")
        self.assertFalse(self.consumer.incasso_post_unreachable)
        self.assertIn("Dorpsstraat 12", report.old_address)
        self.assertIn(
            "Dorpsstraat 12",
            " ".join(self.consumer.message_ids.mapped("body")),
            "the history is kept with the contact",
        )
        self.assertFalse(any(self.dossiers.mapped("is_held")))
        letter = self._letters(self.own, "moved")
        self.assertEqual(letter.recipient_id, self.consumer)
        letter._render()
        self.assertEqual(letter.state, "rendered", letter.failure)
        self.assertTrue(self.own.next_action_date, "the flow goes on")

    def test_moved_without_address_waits_for_one(self):
        report = self._report("moved")
        self._decide(report, "action_confirm")
        self.assertTrue(all(self.dossiers.mapped("is_held")))
        self.assertTrue(self.consumer.incasso_post_unreachable)

    def test_wrong_email(self):
        report = self._report(
            "contact", wrong_channel="email", email="jan@nieuw.example"
        )
        self.assertTrue(self.consumer.incasso_email_unreachable)
        self.assertFalse(self.consumer.incasso_post_unreachable)
        self._decide(report, "action_confirm")
        self.assertEqual(self.consumer.email, "jan@nieuw.example")
        self.assertFalse(self.consumer.incasso_email_unreachable)
        self.assertFalse(any(self.dossiers.mapped("is_held")))
        with self.assertRaisesRegex(UserError, "Fill in what is right"):
            self._decide(self._report("contact"), "action_confirm")

    def test_about_the_representative(self):
        """A letter to the administrator that is not theirs is about their address."""
        helper = self._partner("De Brug", email="post@debrug.example")
        self.env["incasso.debt.aid"].create(
            {
                "partner_id": self.consumer.id,
                "kind": "administration",
                "representative_id": helper.id,
                "start_date": TODAY,
            }
        )
        self._report("contact", wrong_channel="email", addressee_id=helper.id)
        self.assertTrue(helper.incasso_email_unreachable)
        self.assertFalse(self.consumer.incasso_email_unreachable)
        # The debtor who moves meanwhile moves; the administrator does not.
        moved = self._report(
            "moved", street="Kerkstraat 5", zip="2611 GB", city="Delft"
        )
        self._decide(moved, "action_confirm")
        self.assertEqual(self.consumer.street, "Kerkstraat 5")
        self.assertEqual(helper.street, "Dorpsstraat 12")
        # Nor does the debtor die with the administrator.
        dead = self._report("deceased", addressee_id=helper.id, since_date="2026-11-10")
        with self.assertRaisesRegex(UserError, "not the debtor who died"):
            self._decide(dead, "action_confirm")

    # === DECEASED === #

    def test_deceased(self):
        report = self._report(
            "deceased",
            since_date="2026-11-10",
            contact_name="De erven van J. de Vries",
            street="Notarisplein 2",
            zip="2611 GB",
            city="Delft",
            reporter_name="A. de Vries",
            reporter_relation="dochter",
        )
        for dossier in self.dossiers:
            self.assertEqual(dossier.hold_ids.kind, "deceased")
        self.assertFalse(self.consumer.incasso_death_date, "not decided yet")
        with self.assertRaisesRegex(UserError, "Confirm first"):
            self._decide(report, "action_write_to_heirs")
        self._decide(report, "action_confirm")
        self.assertEqual(self.consumer.incasso_death_date, date(2026, 11, 10))
        estate = self.consumer.incasso_estate_id
        self.assertEqual(estate.name, "De erven van J. de Vries")
        for dossier in self.dossiers:
            self.assertTrue(dossier.is_held)
            self.assertEqual(dossier._recipients()[dossier.id], estate)
        self.assertFalse(self._letters(self.own, "heirs"), "a handler decides that")
        self._decide(report, "action_write_to_heirs")
        letter = self._letters(self.own, "heirs")
        self.assertEqual(letter.recipient_id, estate)
        self.assertEqual(letter.principal, 1000.0)
        letter._render()
        self.assertEqual(letter.state, "rendered", letter.failure)
        self.assertTrue(self.own.is_held, "the letter asks, it does not go on")

    def test_nothing_is_addressed_to_the_dead(self):
        self._decide(
            self._report("deceased", since_date="2026-11-10"), "action_confirm"
        )
        self.assertNotIn(self.own.id, self.own._recipients())
        self.assertFalse(self._queue(self.own, self.thanks))
        self.assertEqual(self.own._channels(), {})

    def test_death_needs_a_date(self):
        report = self._report("deceased")
        with self.assertRaisesRegex(UserError, "date of death"):
            self._decide(report, "action_confirm")
        with self.assertRaisesRegex(ValidationError, "cannot be in the future"):
            report.since_date = "2026-11-18"

    def test_interest_goes_on_after_a_death(self):
        # 1000 x 4% x 231 / 365 = 25.32, as in test_help: the heirs owe it.
        self._decide(
            self._report("deceased", since_date="2026-11-10"), "action_confirm"
        )
        balance = self.third._balances(TODAY)[self.third.id]
        self.assertEqual(str(balance.interest), "25.32")

    # === WHO MAY === #

    def test_only_handlers_decide(self):
        report = self._report("not_me")
        for user in (self.finance, self.auditor):
            with self.assertRaises(AccessError):
                report.with_user(user).sudo(False).action_confirm()

    def test_register_is_for_the_manager(self):
        incident = self._report("not_me").incident_ids[0]
        for user in (self.handler, self.finance):
            with self.assertRaises(AccessError):
                incident.with_user(user).sudo(False).read(["what"])
        self.assertTrue(incident.with_user(self.auditor).sudo(False).read(["what"]))


@tagged("post_install", "-at_install")
class TestPrivacyIncident(PersonCommon):
    """The register of art. 33 lid 5 AVG."""

    def setUp(self):
        super().setUp()
        report = self._report("not_me")
        self._decide(report, "action_confirm")
        self.incident = report.incident_ids.filtered(
            lambda incident: incident.company_id == self.company
        )

    def test_closed_when_everything_is_decided(self):
        incident = self.incident.with_user(self.manager).sudo(False)
        with self.assertRaisesRegex(ValidationError, "Judge the risk"):
            incident.action_close()
        incident.write({"risk": "unlikely", "measures": "Adres verwijderd."})
        with self.assertRaisesRegex(ValidationError, "Decide whether it is reported"):
            incident.action_close()
        incident.reported = "no"
        with self.assertRaisesRegex(ValidationError, "Say why"):
            incident.action_close()
        incident.report_reason = "Brief ongeopend teruggestuurd."
        incident.action_close()
        self.assertEqual(incident.state, "closed")
        with self.assertRaisesRegex(ValidationError, "Write down the measures"):
            incident.measures = False

    def test_a_risk_is_reported(self):
        self.incident.write(
            {
                "risk": "risk",
                "measures": "x",
                "reported": "no",
                "report_reason": "geen zin",
            }
        )
        with self.assertRaisesRegex(ValidationError, "A risk is reported"):
            self.incident.action_close()

    def test_late_report_needs_a_reason(self):
        self.incident.write(
            {
                "risk": "risk",
                "measures": "x",
                "reported": "yes",
                "reported_at": "2026-11-20 09:00:01",
            }
        )
        with self.assertRaisesRegex(ValidationError, "later than after 72 hours"):
            self.incident.action_close()
        self.incident.reported_at = "2026-11-20 09:00:00"
        self.incident.action_close()

    def test_high_risk_is_told_to_the_people(self):
        self.incident.write(
            {
                "risk": "high",
                "measures": "x",
                "reported": "yes",
                "reported_at": "2026-11-18 09:00:00",
            }
        )
        with self.assertRaisesRegex(ValidationError, "Tell the people"):
            self.incident.action_close()
        self.incident.informed_date = "2026-11-18"
        self.incident.action_close()

    def test_privacy_officer_is_told(self):
        self.company.incasso_privacy_user_id = self.manager
        # Not at the other company, which has no officer.
        incidents = self._report("not_me").incident_ids
        activity = incidents.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.date_deadline, date(2026, 11, 20))
        incidents._dismiss("Vergissing.")
        self.assertFalse(incidents.activity_ids)

    def test_who_cannot_see_the_register_is_not_told(self):
        self.company.incasso_privacy_user_id = self.handler
        self.assertFalse(self._report("not_me").incident_ids.activity_ids)

    def test_late_after_72_hours(self):
        self.assertFalse(self.incident.is_late)
        with freeze_time("2026-11-20 09:00:01"):
            self.incident.invalidate_recordset(["is_late"])
            self.assertTrue(self.incident.is_late)

    def test_never_deleted(self):
        with self.assertRaisesRegex(UserError, "kept whole"):
            self.incident.unlink()
