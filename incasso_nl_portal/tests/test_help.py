import re
import time
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers import help as help_pages
from .common import PortalCommon

HELPER = {
    "organisation": "Bewindvoering De Brug",
    "contact_name": "S. Bakker",
    "email": "post@debrug.example",
    "phone": "",
    "street": "Stationsweg 3",
    "zip": "3811 MH",
    "city": "Amersfoort",
    "start_date": "2026-01-05",
    "reference": "BB-118",
    "text": "Ik sta onder bewind.",
}


class HelpPortal(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._dossier(creditor=cls.creditor)
        cls.help_url = f"{cls.dossier_url}/help"
        cls.person_url = f"{cls.dossier_url}/person"

    def setUp(self):
        super().setUp()
        # Padding the time is tested by itself; everywhere else it only costs time.
        self.patch(help_pages, "REPORT_TIME", 0.0)

    def _requests(self, model="incasso.help.request"):
        return self.env[model].search([("debtor_id", "=", self.consumer.id)])


@tagged("post_install", "-at_install")
class TestHelpPages(HelpPortal):
    def test_help_page_names_free_help(self):
        self._visit()
        page = self.url_open(self.help_url)
        for words in (
            "0800-8115",
            "municipality",
            "nederlandseschuldhulproute.nl",
            "uwbeslagvrijevoet.nl",
        ):
            self.assertIn(words, page.text)

    def test_administrator_registered(self):
        self._visit()
        answer = self._send(f"{self.help_url}/administration", HELPER)
        self.assertEqual(answer.status_code, 303)
        request = self._requests()
        self.assertEqual(request.kind, "administration")
        self.assertEqual(request.source, "portal")
        self.assertEqual(request.organisation, "Bewindvoering De Brug")
        self.assertEqual(str(request.start_date), "2026-01-05")
        self.assertTrue(self.dossier.is_held)
        self.assertTrue(self.second.is_held, "all dossiers of the person")
        self.assertFalse(self.other_dossier.is_held)
        page = self.url_open(self.dossier_url)
        self.assertIn("stand still", page.text)
        self.assertIn("You told us about help", page.text)
        self.assertNotIn("Our letters go to", page.text, "nothing is decided")
        request.action_accept()
        page = self.url_open(self.dossier_url)
        self.assertIn("Bewindvoering De Brug", page.text)

    def test_told_once(self):
        self._visit()
        self._send(f"{self.help_url}/administration", HELPER)
        answer = self._get(f"{self.help_url}/administration")
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(len(self._requests()), 1)
        self.assertIn("You told us this already", self.url_open(self.dossier_url).text)

    def test_breathing_space(self):
        self._visit()
        self._send(f"{self.help_url}/none_yet", {"text": ""})
        request = self._requests()
        self.assertTrue(request.breathing_date)
        self.assertIn("help is free", self.url_open(self.dossier_url).text)
        self.assertTrue(
            self.dossier.outbox_ids.filtered(
                lambda m: (
                    m.template_id == self.env.ref("incasso_nl.template_help_referral")
                )
            )
        )

    def test_file_goes_along(self):
        self._visit()
        self._send(
            f"{self.help_url}/administration",
            HELPER,
            files=[("files", ("beschikking.txt", b"De kantonrechter beslist."))],
        )
        self.assertEqual(self._requests().file_ids.mapped("name"), ["beschikking.txt"])

    def test_disguised_file_is_refused_and_nothing_kept(self):
        self._visit()
        answer = self._send(
            f"{self.help_url}/administration",
            HELPER,
            files=[("files", ("beschikking.pdf", b"MZ\x90\x00" + b"\x00" * 200))],
        )
        self.assertEqual(answer.status_code, 200)
        self.assertIn('id="field-files-error"', answer.text)
        self.assertIn("S. Bakker", answer.text, "what was typed is kept")
        self.assertFalse(self._requests())
        self.assertFalse(self.dossier.is_held)

    def test_what_is_missing_is_said_at_the_field(self):
        self._visit()
        answer = self._send(
            f"{self.help_url}/administration",
            {**HELPER, "organisation": "", "contact_name": "", "email": "geen adres"},
        )
        self.assertIn('id="field-organisation-error"', answer.text)
        self.assertIn('id="field-email-error"', answer.text)
        self.assertIn('aria-invalid="true"', answer.text)
        self.assertIn('value="geen adres"', answer.text)
        answer = self._send(
            f"{self.help_url}/administration", {**HELPER, "start_date": "2999-01-01"}
        )
        self.assertIn("still to come", answer.text)
        answer = self._send(f"{self.help_url}/special_care", {"care": "anything"})
        self.assertIn("Choose what you need", answer.text)
        self.assertFalse(self._requests())

    def test_scripts_are_text(self):
        self._visit()
        script = "<script>alert(1)</script>"
        answer = self._send(
            f"{self.help_url}/administration",
            {**HELPER, "organisation": script, "text": script, "email": "x"},
        )
        self.assertNotIn(script, answer.text)
        self.assertIn("&lt;script&gt;", answer.text)
        self._send(
            f"{self.help_url}/administration",
            {**HELPER, "organisation": script, "text": script},
        )
        request = self._requests()
        self.assertEqual(request.organisation, script)
        request.action_accept()
        page = self.url_open(self.dossier_url)
        self.assertNotIn(script, page.text)

    def test_long_texts_are_cut_off(self):
        self._visit()
        self._send(
            f"{self.help_url}/administration",
            {**HELPER, "organisation": "x" * 5000, "text": "y" * 100_000},
        )
        request = self._requests()
        self.assertEqual(len(request.organisation), 100)
        self.assertEqual(len(request.text), 4000)

    def test_strangers_get_nothing(self):
        self._visit(self.other_dossier)
        for url in (
            self.help_url,
            f"{self.help_url}/administration",
            self.person_url,
            f"{self.person_url}/moved",
        ):
            answer = self._get(url)
            self.assertEqual(answer.status_code, 303, url)
            location = answer.headers["Location"].partition("?")[0]
            self.assertTrue(location.endswith("/incasso"), url)
        own = f"/incasso/dossier/{self.other_dossier.id}/help/administration"
        self._send(f"{self.help_url}/administration", HELPER, page=own)
        self.assertFalse(self._requests())
        self.assertFalse(self.dossier.is_held)

    @mute_logger("odoo.http")
    def test_nothing_without_token(self):
        self._visit()
        answer = self.url_open(
            f"{self.help_url}/administration", data=HELPER, allow_redirects=False
        )
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._requests())

    def test_forged_fields_change_nothing(self):
        """What a form does not ask for is not taken over."""
        self._visit()
        self._send(
            f"{self.help_url}/administration",
            {
                **HELPER,
                "representative_id": str(self.stranger.id),
                "dossier_id": str(self.other_dossier.id),
                "state": "done",
                "decision": "accepted",
                "debt_aid_id": "1",
                "kind": "bankruptcy",
            },
        )
        request = self._requests()
        self.assertEqual(request.dossier_id, self.dossier)
        self.assertEqual((request.kind, request.state), ("administration", "new"))
        self.assertFalse(request.representative_id or request.decision)
        self.assertFalse(self.other_dossier.is_held)


@tagged("post_install", "-at_install")
class TestRepresentative(HelpPortal):
    """Who represents the debtor gets an access of their own, after a decision."""

    def _accept(self):
        request = self.env["incasso.help.request"].create(
            {
                "dossier_id": self.dossier.id,
                "kind": "administration",
                **{name: value for name, value in HELPER.items() if value},
            }
        )
        self.assertFalse(self._accesses(), "nobody gets in before a decision")
        request.action_accept()
        return request

    def _accesses(self):
        return self.env["incasso.access"].search([("partner_id", "!=", False)])

    def test_own_code_for_all_dossiers(self):
        request = self._accept()
        access = self._accesses()
        self.assertEqual(access.partner_id, request.representative_id)
        self.assertEqual(access.debtor_id, self.consumer)
        # With the postcode and number of their own, not the debtor's.
        self.assertEqual(self._try_code(access._code()).status_code, 200)
        answer = self._try_code(access._code(), "3811 MH", "3")
        self.assertEqual(answer.status_code, 303)
        for dossier in (self.dossier, self.second):
            page = self._get(f"/incasso/dossier/{dossier.id}")
            self.assertEqual(page.status_code, 200)
        other = self._get(f"/incasso/dossier/{self.other_dossier.id}")
        self.assertEqual(other.status_code, 303)

    def test_letter_holds_the_code_of_whom_it_goes_to(self):
        request = self._accept()
        letter = self.dossier.outbox_ids.filtered(
            lambda m: m.recipient_id == request.representative_id
        )
        code = self._accesses()._code().replace(" ", "")
        self.assertIn(code, letter._get_portal_url())

    def test_later_dossiers_too(self):
        self._accept()
        later = self._dossier(creditor=self._partner("Garage Smit", is_company=True))
        access = self._accesses()
        self._try_code(access._code(), "3811 MH", "3")
        page = self._get(f"/incasso/dossier/{later.id}")
        self.assertEqual(page.status_code, 200)

    def test_page_leads_with_who_helps(self):
        self._accept()
        page = self._visit()
        words = self._words(page)
        self.assertIn("You do not have to do anything now", words)
        self.assertIn("Bewindvoering De Brug handles this for you.", words)
        self.assertIn("Not paid yet: € 1,000.00", words)
        self.assertNotIn("You still have to pay", words)
        links = re.findall(r'class="way ?([^"]*)" href="([^"]*)', page.text)
        # Paying is still possible, but neither first nor most.
        balance = self.dossier._balances(fields.Date.today())[self.dossier.id]
        ways = self.dossier._portal_ways(balance)
        order = [ways[name] for name in ("object", "help", "pay", "arrange")]
        self.assertEqual(links, [("", address) for address in order])

    def test_page_of_who_helps(self):
        self._accept()
        self._try_code(self._accesses()._code(), "3811 MH", "3")
        words = self._words(self.url_open(self.dossier_url))
        self.assertIn(f"You handle this for {self.consumer.name}.", words)
        self.assertIn("Nothing happens without talking with you first.", words)
        self.assertIn("Our letters go to you.", words)
        self.assertNotIn("handles this for you", words)
        self.assertNotIn("You still have to pay", words)

    def test_page_before_a_decision(self):
        """Who tells of help is not asked to pay while somebody looks at it."""
        self._visit()
        self._send(f"{self.help_url}/administration", HELPER)
        words = self._words(self.url_open(self.dossier_url))
        self.assertIn("You do not have to do anything now", words)
        self.assertNotIn("You still have to pay", words)
        self.assertNotIn("handles this for you", words)

    def test_moves_and_the_debtor_does_not(self):
        request = self._accept()
        self._try_code(self._accesses()._code(), "3811 MH", "3")
        self._send(
            f"{self.person_url}/moved",
            {"street": "Plein 9", "zip": "2611 GB", "city": "Delft"},
        )
        report = self.env["incasso.person.report"].search([])
        self.assertEqual(report.addressee_id, request.representative_id)
        report.action_confirm()
        self.assertEqual(request.representative_id.street, "Plein 9")
        self.assertEqual(self.consumer.street, "Dorpsstraat 12")

    def test_ends_with_the_debt_aid(self):
        request = self._accept()
        access = self._accesses()
        self._try_code(access._code(), "3811 MH", "3")
        self.assertEqual(self._get(self.dossier_url).status_code, 200)
        request.debt_aid_id.action_end()
        self.assertTrue(access.revoked_at)
        self.assertEqual(self._get(self.dossier_url).status_code, 303)
        # The debtor's own way in was never touched.
        self.assertEqual(self._visit().status_code, 200)

    def test_another_representative(self):
        request = self._accept()
        first = self._accesses()
        other = self._partner("Nieuw Bewind", street="Plein 9", zip="2611 GB")
        request.debt_aid_id.representative_id = other
        self.assertTrue(first.revoked_at)
        self.assertEqual((self._accesses() - first).partner_id, other)

    def test_two_aids_in_the_same_hands(self):
        request = self._accept()
        aid = self.env["incasso.debt.aid"].create(
            {
                "partner_id": self.consumer.id,
                "kind": "counselling",
                "representative_id": request.representative_id.id,
            }
        )
        aid.action_end()
        self.assertFalse(self._accesses().revoked_at)


@tagged("post_install", "-at_install")
class TestPersonPages(HelpPortal):
    def _report(self):
        return self._requests("incasso.person.report")

    def test_moved(self):
        code = self._access()._code()
        self._visit()
        self._send(
            f"{self.person_url}/moved",
            {
                "street": "Kerkstraat 5",
                "zip": "2611 GB",
                "city": "Delft",
                "email": "",
                "phone": "",
                "since_date": "2026-01-05",
                "text": "",
            },
        )
        report = self._report()
        self.assertEqual(report.proof, "access")
        self.assertEqual(self.consumer.street, "Dorpsstraat 12", "not decided yet")
        report.action_confirm()
        self.assertEqual(self.consumer.street, "Kerkstraat 5")
        # What lies on the old doormat opens nothing any more.
        self.assertNotEqual(self._access()._code(), code)
        self.assertEqual(self._get(self.dossier_url).status_code, 303)

    def test_moved_needs_an_address(self):
        self._visit()
        answer = self._send(f"{self.person_url}/moved", {"street": "Kerkstraat 5"})
        self.assertIn('id="field-zip-error"', answer.text)
        self.assertIn('id="field-city-error"', answer.text)
        self.assertFalse(self._report())

    def test_deceased(self):
        self._visit()
        answer = self._send(f"{self.person_url}/deceased", {"since_date": ""})
        self.assertIn('id="field-since_date-error"', answer.text)
        self._send(
            f"{self.person_url}/deceased",
            {
                "since_date": "2026-01-05",
                "reporter_name": "A. de Vries",
                "reporter_relation": "dochter",
                "contact_name": "Notaris Vermeer",
            },
        )
        self.assertEqual(self._report().reporter_name, "A. de Vries")
        self.assertEqual(self.dossier.hold_ids.kind, "deceased")
        page = self.url_open(self.dossier_url)
        self.assertIn("somebody died", page.text)

    def test_not_me_by_an_email_link_is_about_the_email_address(self):
        self._visit()
        self._send(f"{self.person_url}/not_me", {"text": "Ik heet anders."})
        self.assertTrue(self.consumer.incasso_email_unreachable)
        self.assertFalse(self.consumer.incasso_post_unreachable)
        self.assertTrue(
            self.env["incasso.privacy.incident"].search(
                [("person_report_id", "=", self._report().id)]
            )
        )


@tagged("post_install", "-at_install")
class TestNotMe(HelpPortal):
    """The page for whoever opens a letter that is not for them: it asks for no proof,
    shows nothing, and does next to nothing."""

    URL = "/incasso/not-me"

    def _not_me(self, **values):
        return self._send(
            self.URL,
            {
                "code": "",
                "number": "",
                "zip": "",
                "kind": "not_me",
                "reached": "opened",
                "reporter_name": "",
                "reporter_contact": "",
                "text": "",
                **values,
            },
        )

    def _reports(self):
        return self.env["incasso.person.report"].search([])

    def test_reached_from_the_entry_page(self):
        self.assertIn("/incasso/not-me", self.url_open("/incasso").text)

    def test_with_the_code(self):
        answer = self._not_me(code=self._access()._code())
        self.assertIn("Thank you", answer.text)
        report = self._reports()
        self.assertEqual(report.dossier_id, self.dossier)
        self.assertEqual(report.proof, "code")
        self.assertTrue(report.was_opened)
        self.assertTrue(self.dossier.is_held)
        self.assertFalse(self.second.is_held, "one dossier only")
        self.assertFalse(self.consumer.incasso_post_unreachable, "no data change")
        self.assertTrue(
            self.env["incasso.privacy.incident"].search(
                [("person_report_id", "=", report.id)]
            )
        )

    def test_without_a_code(self):
        self._not_me(number=self.dossier.name.lower(), zip="1234ab", reached="closed")
        report = self._reports()
        self.assertEqual(report.dossier_id, self.dossier)
        self.assertEqual(report.proof, "none")
        self.assertFalse(report.was_opened)

    def test_letter_of_before_the_representative(self):
        helper = self._partner("De Brug", street="Plein 9", zip="2611 GB")
        self.env["incasso.debt.aid"].create(
            {
                "partner_id": self.consumer.id,
                "kind": "administration",
                "representative_id": helper.id,
            }
        )
        self._not_me(number=self.dossier.name, zip="1234 AB")
        self.assertEqual(self._reports().addressee_id, self.consumer)
        self._not_me(number=self.second.name, zip="2611 GB")
        self.assertEqual((self._reports()[:1]).addressee_id, helper)

    def test_reveals_nothing(self):
        """Right or wrong: the same words, and nothing of the dossier."""
        right = self._not_me(number=self.dossier.name, zip="1234 AB")
        wrong = self._not_me(number=self.dossier.name, zip="9999 ZZ")
        unknown = self._not_me(number="INC/1999/000001", zip="1234 AB")
        code = self._not_me(code="2345 6789")
        self.assertEqual(len(self._reports()), 1)
        self.assertEqual(right.text, wrong.text)
        self.assertEqual(right.text, unknown.text)
        self.assertEqual(right.text, code.text)
        for secret in (
            "Jan de Vries",
            self.dossier.name,
            "Dorpsstraat",
            "1234",
            "1,000",
        ):
            self.assertNotIn(secret, right.text)
        # Whoever reported it is not let in by that.
        self.assertEqual(self._get(self.dossier_url).status_code, 303)

    def test_takes_as_long_whatever_comes_of_it(self):
        self.patch(help_pages, "REPORT_TIME", 0.6)
        for zip_code in ("1234 AB", "9999 ZZ"):
            page = self.url_open(self.URL)
            token = self._token(page)
            start = time.monotonic()
            self.url_open(
                self.URL,
                data={
                    "csrf_token": token,
                    "kind": "not_me",
                    "reached": "opened",
                    "number": self.dossier.name,
                    "zip": zip_code,
                },
            )
            self.assertGreaterEqual(time.monotonic() - start, 0.6)

    def test_many_reports_do_not_add_up(self):
        for _time in range(3):
            self._not_me(number=self.dossier.name, zip="1234 AB")
        self.assertEqual(len(self._reports()), 1)
        self.assertEqual(len(self.dossier.hold_ids), 1)

    def test_one_address_cannot_go_through_the_numbers(self):
        numbers = [
            self.dossier.name,
            self.second.name,
            self.other_dossier.name,
            *(f"INC/2026/9{index:05}" for index in range(5)),
        ]
        answers = [
            self._not_me(number=number, zip="9999 ZZ").text for number in numbers
        ]
        self.assertEqual(
            ["used too often" in text for text in answers],
            [False] * 5 + [True] * 3,
        )
        self._not_me(number=self.dossier.name, zip="1234 AB")
        self.assertFalse(self._reports(), "locked is locked, right or wrong")

    def test_one_letter_from_many_addresses(self):
        for index in range(5):
            with patch.object(
                type(self.env["incasso.access"]),
                "_address_key",
                lambda _self, _address, index=index: f"address {index}",
            ):
                answer = self._not_me(number=self.dossier.name, zip="9999 ZZ")
        self.assertIn("used too often", answer.text)

    def test_does_not_lock_the_debtor_out(self):
        code = self._access()._code()
        for _time in range(6):
            self._not_me(code=code)
        self.assertEqual(self._try_code(code).status_code, 303)

    def test_debtor_is_not_told_of_it(self):
        self._not_me(code=self._access()._code(), text="Hij zit in de gevangenis.")
        page = self._visit()
        self.assertNotIn("gevangenis", page.text)
        self.assertIn("Something may be wrong", page.text)

    def test_what_is_missing(self):
        answer = self._not_me(kind="", reached="x")
        for name in ("kind", "reached", "number", "zip"):
            self.assertIn(f'id="field-{name}-error"', answer.text)
        answer = self._not_me(code="12")
        self.assertIn('id="field-code-error"', answer.text)
        self.assertFalse(self._reports())

    def test_scripts_are_text(self):
        script = "<script>alert(1)</script>"
        answer = self._not_me(text=script, reporter_name=script, number=script)
        self.assertNotIn(script, answer.text)
        self._not_me(code=self._access()._code(), text=script)
        self.assertEqual(self._reports().text, script)

    @mute_logger("odoo.http")
    def test_nothing_without_token(self):
        answer = self.url_open(
            self.URL,
            data={"code": self._access()._code(), "kind": "not_me", "reached": "post"},
            allow_redirects=False,
        )
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._reports())
