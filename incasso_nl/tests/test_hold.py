from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import IncassoCommon

TODAY = date(2026, 6, 30)


@tagged("post_install", "-at_install")
@freeze_time("2026-06-30")
class TestHold(IncassoCommon):
    """What stops a dossier, how it goes on, and who is written to meanwhile."""

    # === HOLDS === #

    def test_flow_goes_on_where_it_was_with_its_days_moved(self):
        dossier = self._dossier()
        dossier.next_action_date = date(2026, 7, 6)
        hold = dossier._hold("dispute", "Not delivered")
        self.assertTrue(dossier.is_held)
        self.assertEqual(dossier.held_since, TODAY)
        with freeze_time("2026-07-14"):
            hold._end()
            self.assertFalse(dossier.is_held)
            self.assertFalse(dossier.held_since)
            # 14 days later: Monday 6 July becomes Monday 20 July
            self.assertEqual(dossier.next_action_date, date(2026, 7, 20))
        self.assertEqual(hold.end_date, date(2026, 7, 13), "the last day it stood")

    def test_holds_that_overlap_count_once(self):
        dossier = self._dossier()
        dossier.next_action_date = date(2026, 7, 6)
        first = dossier._hold("dispute")
        with freeze_time("2026-07-04"):
            second = dossier._hold("payment_transit")
        with freeze_time("2026-07-07"):
            first._end()
            self.assertTrue(dossier.is_held, "the other one still stands")
            self.assertEqual(dossier.next_action_date, date(2026, 7, 6))
        with freeze_time("2026-07-14"):
            second._end()
            # From 30 June to 14 July: 14 days, not 7 + 10
            self.assertEqual(dossier.next_action_date, date(2026, 7, 20))

    def test_hold_ends_by_itself(self):
        dossier = self._dossier()
        hold = dossier._hold("promise", end=date(2026, 7, 10))
        with freeze_time("2026-07-10"):
            self._cron_end()
            self.assertTrue(dossier.is_held, "the last day counts")
        with freeze_time("2026-07-11"):
            self._cron_end()
            self.assertFalse(dossier.is_held)
        self.assertEqual(hold.state, "ended")
        self.assertEqual(hold.end_date, date(2026, 7, 10))

    def test_part_of_the_claims(self):
        dossier = self._dossier(claims=[(1000.0, "2026-03-31"), (500.0, "2026-03-31")])
        disputed, undisputed = dossier.claim_ids.sorted("amount", reverse=True)
        hold = dossier._hold("dispute", claims=disputed)
        self.assertFalse(dossier.is_held, "the rest goes on")
        self.assertTrue(disputed.is_disputed)
        self.assertFalse(undisputed.is_disputed)
        balance = dossier._balances(TODAY, exclude_held=True)[dossier.id]
        self.assertEqual(balance.principal, 500)
        balance = dossier._balances(TODAY)[dossier.id]
        self.assertEqual(balance.principal, 1500)
        self.assertEqual([claim.is_held for claim in balance.claims], [True, False])
        other = dossier._hold("awaiting_creditor", claims=undisputed)
        self.assertTrue(dossier.is_held, "nothing is left that goes on")
        hold._end()
        self.assertFalse(dossier.is_held)
        other._end()
        self.assertFalse(dossier.hold_summary)

    def test_a_new_claim_ends_the_standstill_of_held_ones(self):
        dossier = self._dossier()
        dossier.next_action_date = date(2026, 7, 6)
        hold = dossier._hold("dispute", claims=dossier.claim_ids)
        with freeze_time("2026-07-02"):
            invoice = self._invoice(self.consumer, 80.0, "2026-06-01", "2026-07-01")
            self.env["incasso.claim"].create(
                {
                    "dossier_id": dossier.id,
                    "name": invoice.name,
                    "move_line_id": self._receivable(invoice).id,
                    "invoice_date": date(2026, 6, 1),
                    "due_date": date(2026, 7, 1),
                    "amount": 80.0,
                }
            )
            self.assertFalse(dossier.is_held)
            self.assertFalse(dossier.held_since)
            # It stood still for two days: Monday 6 July becomes Wednesday 8 July
            self.assertEqual(dossier.next_action_date, date(2026, 7, 8))
        with freeze_time("2026-07-07"):
            hold._end()
            self.assertEqual(
                dossier.next_action_date, date(2026, 7, 8), "it did not stand still"
            )

    def test_no_costs_on_a_disputed_claim(self):
        dossier = self._dossier(
            self.business,
            claims=[(1000.0, "2026-03-31"), (500.0, "2026-03-31")],
            flow_id=False,
        )
        dossier._hold("dispute", claims=dossier.claim_ids.sorted("amount")[1])
        dossier._charge_costs(TODAY)
        # 500 x 15%
        self.assertEqual(dossier.costs_open, 75.0)

    def test_only_its_own_claims(self):
        dossier = self._dossier()
        other = self._dossier(self.business)
        with self.assertRaisesRegex(ValidationError, "own dossier"):
            self.env["incasso.hold"].create(
                {
                    "dossier_id": dossier.id,
                    "kind": "dispute",
                    "claim_ids": other.claim_ids.ids,
                }
            )

    def test_ended_stays_ended(self):
        dossier = self._dossier()
        hold = dossier._hold("manual")
        with self.assertRaisesRegex(UserError, "End a hold"):
            hold.state = "ended"
        hold._end()
        with self.assertRaisesRegex(UserError, "stays so"):
            hold.end_date = date(2026, 12, 31)
        events = len(dossier.event_ids)
        hold._end()
        self.assertEqual(len(dossier.event_ids), events, "ends once")

    def test_no_hold_in_the_future_or_on_a_closed_dossier(self):
        dossier = self._dossier()
        with self.assertRaisesRegex(ValidationError, "future"):
            dossier._hold("manual", start=date(2026, 7, 1))
        dossier._close("withdrawn")
        with self.assertRaisesRegex(UserError, "closed"):
            dossier._hold("manual")

    def test_wizard(self):
        dossier = self._dossier()
        form = Form(
            self.env["incasso.set.hold"]
            .with_user(self.handler)
            .sudo(False)
            .with_context(default_dossier_ids=dossier.ids)
        )
        form.kind = "arrangement"
        self.assertTrue(form.no_interest, "a consumer who keeps an arrangement")
        form.reason = "50 a month"
        form.end_date = date(2026, 12, 31)
        form.save().action_hold()
        self.assertTrue(dossier.is_held)
        self.assertEqual(dossier.hold_ids.user_id, self.handler)
        self.assertIn("50 a month", dossier.hold_summary)

    # === MESSAGES === #

    def test_no_message_while_it_stands(self):
        dossier = self._dossier()
        self.assertFalse(dossier._message_refusals(TODAY))
        hold = dossier._hold("manual")
        self.assertIn("held", dossier._message_refusals(TODAY)[dossier.id])
        hold._end()
        self.assertFalse(dossier._message_refusals(TODAY))
        dossier._close("withdrawn")
        self.assertIn("closed", dossier._message_refusals(TODAY)[dossier.id])

    def test_no_message_about_what_lapsed(self):
        dossier = self._dossier()
        self.assertEqual(dossier.limitation_date, date(2031, 3, 31))
        self.assertFalse(dossier._message_refusals(date(2031, 3, 31)))
        refusal = dossier._message_refusals(date(2031, 4, 1))[dossier.id]
        self.assertIn("3:306", refusal)

    # === LIMITATION === #

    def test_interruptions(self):
        """Vector V-03: a consumer purchase due 2024-11-20, interrupted 2025-03-10."""
        dossier = self._dossier(
            claims=[
                {
                    "name": "F1",
                    "kind": "consumer-purchase",
                    "invoice_date": "2024-11-06",
                    "due_date": "2024-11-20",
                    "amount": 100.0,
                }
            ],
            creditor=self.creditor,
        )
        self.assertEqual(dossier.limitation_date, date(2026, 11, 20))
        self.assertFalse(dossier.limitation_soon)
        with freeze_time("2026-08-22"):
            dossier.invalidate_recordset(["limitation_soon"])
            self.assertTrue(dossier.limitation_soon, "90 days before")
        interruption = self.env["incasso.interruption"].create(
            {
                "dossier_id": dossier.id,
                "date": "2025-03-10",
                "kind": "letter",
                "note": "Registered letter in the post book",
            }
        )
        self.assertEqual(dossier.limitation_date, date(2027, 3, 10))
        self.assertIn("3:317", dossier.claim_ids.limitation_html)
        interruption.unlink()
        self.assertEqual(dossier.limitation_date, date(2026, 11, 20))

    def test_demand_that_was_received(self):
        """A demand interrupts the claims that it names (art. 3:317 BW)."""
        dossier = self._dossier(claims=[(1000.0, "2026-03-31"), (500.0, "2026-03-31")])
        named, other = dossier.claim_ids

        def message(kind, received):
            template = self.env.ref(f"incasso_nl.template_{kind}")
            return self.env["incasso.message"].create(
                {
                    "dossier_id": dossier.id,
                    "recipient_id": self.consumer.id,
                    "template_id": template.id,
                    "kind": kind,
                    "channel": "post",
                    "date": received,
                    "received_date": received,
                    "state": "sent",
                    "snapshot": {"claims": [{"claim_id": named.id}]},
                }
            )

        message("reminder", "2026-06-20")
        self.assertEqual(named.limitation_date, date(2031, 3, 31))
        demand = message("demand", "2026-06-15")
        # Five years from the day after it was received (art. 3:319 lid 2 BW).
        self.assertEqual(named.limitation_date, date(2031, 6, 15))
        self.assertEqual(other.limitation_date, date(2031, 3, 31))
        self.assertEqual(dossier.limitation_date, date(2031, 3, 31))
        demand.state = "returned"
        self.assertEqual(named.limitation_date, date(2031, 3, 31))

    def test_warned_once(self):
        dossier = self._dossier(
            claims=[
                {
                    "name": "F1",
                    "invoice_date": "2021-07-01",
                    "due_date": "2021-07-31",
                    "amount": 100.0,
                }
            ],
            creditor=self.creditor,
            handler_id=self.handler.id,
        )
        self.assertEqual(dossier.limitation_date, date(2026, 7, 31))
        found = self.env["incasso.dossier"].search(
            [("limitation_soon", "=", True), ("id", "=", dossier.id)]
        )
        self.assertEqual(found, dossier)
        for _day in range(2):
            self.env["incasso.dossier"]._cron_warn_limitation()
        activity = dossier.activity_ids
        self.assertEqual(activity.user_id, self.handler)
        self.assertEqual(
            activity.activity_type_id,
            self.env.ref("incasso_nl.mail_activity_type_limitation"),
        )

    # === DEBT AID === #

    def _debt_aid(self, kind, **values):
        return self.env["incasso.debt.aid"].create(
            {
                "partner_id": self.consumer.id,
                "kind": kind,
                "start_date": "2026-05-01",
                **values,
            }
        )

    def test_all_dossiers_of_a_person_stop(self):
        first = self._dossier()
        second = self._dossier(creditor=self.creditor)
        other = self._dossier(self.business)
        aid = self._debt_aid("counselling")
        self.assertTrue(first.is_held)
        self.assertTrue(second.is_held)
        self.assertFalse(other.is_held)
        new = self._dossier(claims=[(50.0, "2026-05-31")])
        self.assertTrue(new.is_held, "new ones too")
        self.assertEqual(new.hold_ids.debt_aid_id, aid)
        aid._end()
        for dossier in first + second + new:
            self.assertFalse(dossier.is_held)
        self.assertFalse(self._dossier(claims=[(60.0, "2026-05-31")]).is_held)

    def test_dossiers_of_every_company_stop(self):
        other = self.setup_other_company(name="Ander bedrijf")["company"]
        elsewhere = self.env["incasso.dossier"]._open(
            [
                {
                    "company_id": other.id,
                    "creditor_id": other.partner_id.id,
                    "debtor_id": self.consumer.id,
                }
            ]
        )
        aid = self.env["incasso.debt.aid"].with_user(self.handler).sudo(False)
        aid = aid.create(
            {
                "partner_id": self.consumer.id,
                "kind": "counselling",
                "start_date": "2026-05-01",
            }
        )
        self.assertTrue(elsewhere.is_held)
        aid.action_end()
        self.assertFalse(elsewhere.is_held)

    def test_letters_go_to_the_representative(self):
        dossier = self._dossier()
        self.assertEqual(dossier._recipients()[dossier.id], self.consumer)
        trustee = self._partner("Bewindvoering De Brug", is_company=True)
        aid = self._debt_aid("administration", representative_id=trustee.id)
        self.assertEqual(dossier._recipients()[dossier.id], trustee)
        # Administration does not stop collecting by itself: the handler lets it go on,
        # and writes to the administrator.
        dossier.hold_ids._end()
        self.assertFalse(dossier.is_held)
        self.assertEqual(dossier._recipients()[dossier.id], trustee)
        aid._end()
        self.assertEqual(dossier._recipients()[dossier.id], self.consumer)

    def test_no_interest_from_the_ruling_on(self):
        for kind in ("wsnp", "bankruptcy"):
            with self.subTest(kind):
                dossier = self._dossier(claims=[(1000.0, "2026-03-31")])
                aid = self._debt_aid(kind)
                # 1000 x 4% x 30 / 365 = 3.29, from 1 to 30 April
                balance = dossier._balances(TODAY)[dossier.id]
                self.assertEqual(str(balance.interest), "3.29")
                rules = [step["rule"] for step in balance.claims[0].steps]
                self.assertIn("interest.insolvent", rules)
                # Without a clean slate it revives with hindsight (art. 303 lid 3 Fw):
                # 1000 x 4% x 91 / 365 = 9.97
                aid._end()
                balance = dossier._balances(TODAY)[dossier.id]
                self.assertEqual(str(balance.interest), "9.97")

    def test_interest_runs_during_counselling(self):
        dossier = self._dossier()
        self._debt_aid("counselling")
        balance = dossier._balances(TODAY)[dossier.id]
        self.assertEqual(str(balance.interest), "9.97")

    def test_clean_slate(self):
        dossier = self._dossier()
        aid = self._debt_aid("wsnp", clean_slate=True)
        aid._end()
        self.assertTrue(dossier.is_held, "what is left cannot be enforced")
        self.assertTrue(dossier.claim_ids.interest_stop_date)

    def test_claim_of_after_the_ruling_is_not_covered(self):
        self._debt_aid("wsnp")
        dossier = self._dossier(claims=[(100.0, "2026-06-15")])  # invoiced 16 May
        self.assertFalse(dossier.claim_ids.interest_stop_date)

    def test_limitation_does_not_end_during_a_bankruptcy(self):
        dossier = self._dossier(
            claims=[
                {
                    "name": "F1",
                    "invoice_date": "2021-07-01",
                    "due_date": "2021-07-31",
                    "amount": 100.0,
                }
            ],
            creditor=self.creditor,
        )
        aid = self._debt_aid("bankruptcy")
        self.assertFalse(dossier.limitation_date, "it runs on while it lasts")
        aid.end_date = "2026-06-30"
        aid._end()
        # Six months after the end: art. 36 lid 1 Fw
        self.assertEqual(dossier.limitation_date, date(2026, 12, 30))

    def test_recorded_once_it_started(self):
        with self.assertRaisesRegex(ValidationError, "once it has started"):
            self._debt_aid("wsnp", start_date=TODAY + timedelta(days=1))

    # === HELPERS === #

    def _cron_end(self):
        with self.enter_registry_test_mode():
            self.env.ref("incasso_nl.cron_end_holds").method_direct_trigger()
