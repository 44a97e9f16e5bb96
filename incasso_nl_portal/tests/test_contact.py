import io

from lxml import html
from PIL import Image

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PortalCommon

SCRIPT = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;"
FORMS = ("messages", "complaint", "call", "data", "data/request")


def make_picture():
    """A small JPEG."""
    target = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(target, "JPEG")
    return target.getvalue()


@tagged("post_install", "-at_install")
class TestContact(PortalCommon):
    """Messages, complaints, call-backs and own data, by the debtor."""

    def _found(self, model, dossier=None):
        self.env.invalidate_all()
        return self.env[model].search(
            [("dossier_id", "=", (dossier or self.dossier).id)]
        )

    def _post(self, form, values, **kwargs):
        return self._send(f"{self.dossier_url}/{form}", values, **kwargs)

    # === MESSAGES === #

    def test_message_with_files(self):
        self._visit()
        response = self._post(
            "messages",
            {"text": "Wanneer betaalde ik?\nGroet, Jan"},
            files=[("files", ("foto.jpg", make_picture()))],
        )
        self.assertEqual(response.status_code, 303)
        letter = self._found("incasso.correspondence")
        self.assertEqual(letter.text, "Wanneer betaalde ik?\nGroet, Jan")
        self.assertEqual((letter.source, letter.state), ("portal", "new"))
        self.assertEqual(letter.file_ids.name, "foto.jpg")
        page = self.url_open(self.dossier_url)
        self.assertIn("We have received your message", page.text)
        self.assertIn("Wanneer betaalde ik?", page.text)
        file = self.url_open(f"{self.dossier_url}/file/{letter.file_ids.id}")
        self.assertEqual(file.content, letter.file_ids.raw)
        self.assertTrue(file.headers["Content-Disposition"].startswith("attachment"))

    def test_answer_is_read_online(self):
        self._visit()
        self._post("messages", {"text": "Vraag"})
        letter = self._found("incasso.correspondence")
        letter.answer = "Ons antwoord"
        self.assertNotIn("Ons antwoord", self.url_open(self.dossier_url).text)
        letter.answer_file_ids = self.env["ir.attachment"].create(
            {"name": "factuur.txt", "raw": b"factuur"}
        )
        url = f"{self.dossier_url}/file/{letter.answer_file_ids.id}"
        self.assertEqual(self.url_open(url).status_code, 404, "not sent yet")
        letter.action_send()
        page = self.url_open(f"{self.dossier_url}/messages")
        self.assertIn("Ons antwoord", page.text)
        self.assertEqual(self.url_open(url).content, b"factuur")

    def test_late_answer_is_not_promised_for_a_day_that_is_over(self):
        for model in ("incasso.correspondence", "incasso.complaint"):
            self.env[model].create(
                {
                    "dossier_id": self.dossier.id,
                    "text": "Hallo",
                    "received_at": "2026-01-05 09:00:00",
                }
            )
        self._visit()
        for form in ("messages", "complaint"):
            page = self.url_open(f"{self.dossier_url}/{form}").text
            self.assertIn("We are late with our answer", page)
            self.assertNotIn("7 January", page)
            self.assertNotIn("16 February", page)

    def test_every_field_is_there(self):
        self._visit()
        for form, names in (
            ("messages", ("text", "files")),
            ("complaint", ("kind", "text", "files")),
            ("call", ("phone", "slot", "text")),
            ("data", ("email", "phone", "channel", "lang")),
            ("data/request", ("kind", "text")),
        ):
            page = html.fromstring(self.url_open(f"{self.dossier_url}/{form}").content)
            found = page.xpath("//main//form//*[@name]/@name")
            self.assertEqual(set(found), {"csrf_token", *names}, form)
            for control in page.xpath("//main//form//*[@id and @name]"):
                label = page.xpath(f"//label[@for='{control.get('id')}']")
                self.assertTrue(label, control.get("id"))

    def test_what_somebody_else_wrote_is_not_shown(self):
        letter = self.env["incasso.correspondence"].create(
            {
                "dossier_id": self.dossier.id,
                "sender": "buurman@elders.example",
                "text": "Over mijn buurman",
            }
        )
        file = letter._attach([("a.txt", b"geheim")])
        self._visit()
        page = self.url_open(f"{self.dossier_url}/messages")
        self.assertNotIn("buurman", page.text)
        url = f"{self.dossier_url}/file/{file.id}"
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_refused_file_keeps_what_was_typed(self):
        self._visit()
        response = self._post(
            "messages",
            {"text": "Mijn lange verhaal"},
            files=[("files", ("bewijs.pdf", b"<html><script>x</script></html>"))],
        )
        self.assertEqual(response.status_code, 200)
        self.assertIn("Mijn lange verhaal", response.text)
        self.assertIn('id="field-files-error"', response.text)
        self.assertIn("bewijs.pdf", response.text)
        self.assertFalse(self._found("incasso.correspondence"))

    def test_too_large_file(self):
        self._visit()
        response = self._post(
            "messages",
            {"text": "Groot"},
            files=[("files", ("groot.txt", b"a" * (11 * 1024 * 1024)))],
        )
        self.assertIn("larger than 10 MB", response.text)
        self.assertFalse(self._found("incasso.correspondence"))

    def test_sent_twice_is_one(self):
        self._visit()
        for _time in range(2):
            self._post("messages", {"text": "Eén keer"})
        self.assertEqual(len(self._found("incasso.correspondence")), 1)

    def test_no_flood(self):
        self._visit()
        self.env["incasso.correspondence"].create(
            [
                {"dossier_id": self.dossier.id, "source": "portal", "text": str(number)}
                for number in range(20)
            ]
        )
        response = self._post("messages", {"text": "Nog een"})
        self.assertIn("Please call us", response.text)
        self.assertEqual(len(self._found("incasso.correspondence")), 20)

    # === COMPLAINTS, CALL-BACKS === #

    def test_complaint_with_number_and_term(self):
        self._visit()
        self._post("complaint", {"kind": "conduct", "text": "Onvriendelijk"})
        complaint = self._found("incasso.complaint")
        self.assertEqual((complaint.kind, complaint.source), ("conduct", "portal"))
        self.assertTrue(complaint.confirmation_id)
        self.assertIn(complaint.name, self.url_open(self.dossier_url).text)
        self.assertIn(
            complaint.name, self.url_open(f"{self.dossier_url}/complaint").text
        )

    def test_call_at_a_time_that_was_offered(self):
        self._visit()
        page = self.url_open(f"{self.dossier_url}/call").text
        slot = self.env["incasso.callback"]._slots(self.company, count=12)[-1]
        self.assertIn(f'value="{slot[0]}"', page)
        self._post("call", {"phone": "06 12345678", "slot": str(slot[0])})
        callback = self._found("incasso.callback")
        self.assertEqual(callback.phone, "+31612345678")
        self.assertEqual((callback.call_from, callback.call_until), slot)

    def test_call_at_another_time(self):
        self._visit()
        for slot in ("2026-11-22 03:00:00", "", "' OR 1=1", "9999-99-99 00:00:00"):
            response = self._post("call", {"phone": "06 12345678", "slot": slot})
            self.assertIn('id="field-slot-error"', response.text, slot)
        self.assertFalse(self._found("incasso.callback"))

    # === OWN DATA === #

    def test_contact_data_changed(self):
        self._visit()
        self._post(
            "data",
            {
                "email": "nieuw@debiteur.example",
                "phone": "06 12345678",
                "channel": "post",
                "lang": "nl",
            },
        )
        self.env.invalidate_all()
        self.assertEqual(self.consumer.email, "nieuw@debiteur.example")
        self.assertEqual(self.consumer.phone, "+31612345678")
        self.assertEqual(self.consumer.incasso_channel, "post")
        self.assertEqual(self.consumer.lang, "nl_NL")
        self.assertTrue(
            self.dossier.outbox_ids.filtered(
                lambda message: (
                    message.email_to == "jan.devries@debiteur.example"
                    and message.template_id
                    == self.env.ref("incasso_nl.template_contact_changed")
                )
            )
        )

    def test_wrong_contact_data_at_its_field(self):
        self._visit()
        right = {
            "email": "a@b.example",
            "phone": "06 12345678",
            "channel": "email",
            "lang": "nl",
        }
        for name, value in (
            ("email", "geen adres"),
            ("phone", "bel mij"),
            ("channel", "duif"),
            ("lang", "fr"),
        ):
            response = self._post("data", {**right, name: value})
            self.assertIn(f'id="field-{name}-error"', response.text)
        self.env.invalidate_all()
        self.assertEqual(self.consumer.email, "jan.devries@debiteur.example")

    def test_what_we_hold(self):
        self._visit()
        page = self.url_open(f"{self.dossier_url}/data/held").text
        for text in (
            self.dossier.name,
            self.dossier.claim_ids.name,
            "jan.devries@debiteur.example",
            "Link in an e-mail",
        ):
            self.assertIn(text, page)
        self.assertNotIn(self.other_dossier.name, page)
        self.assertNotIn(self.stranger.name, page)

    def test_privacy_request(self):
        self._visit()
        self._post("data/request", {"kind": "removal", "text": "Alles weg"})
        asked = self._found("incasso.privacy.request")
        self.assertEqual((asked.kind, asked.identity_checked), ("removal", True))

    # === ATTACKS === #

    def test_nothing_without_access(self):
        for form in (*FORMS, "data/held", "file/1"):
            response = self._get(f"{self.dossier_url}/{form}")
            self.assertEqual(response.status_code, 303, form)
            self.assertIn("/incasso", response.headers["Location"])
            self.assertNotIn("dossier", response.headers["Location"])

    def test_nothing_of_another_dossier(self):
        letter = self.env["incasso.correspondence"].create(
            {"dossier_id": self.other_dossier.id, "text": "Geheim"}
        )
        file = letter._attach([("geheim.txt", b"geheim")])
        complaint = self.env["incasso.complaint"].create(
            {"dossier_id": self.other_dossier.id, "text": "Geheim"}
        )
        self._visit()
        other = f"/incasso/dossier/{self.other_dossier.id}"
        for form in (*FORMS, "data/held", f"file/{file.id}"):
            self.assertEqual(self._get(f"{other}/{form}").status_code, 303, form)
        found = self._get(f"{self.dossier_url}/file/{file.id}")
        self.assertEqual(found.status_code, 404)
        for form in ("messages", "complaint", "data/held"):
            page = self.url_open(f"{self.dossier_url}/{form}").text
            self.assertNotIn("Geheim", page)
            self.assertNotIn(complaint.name, page)

    def test_fields_that_are_not_on_the_form(self):
        self._visit()
        self._post(
            "messages",
            {
                "text": "Hallo",
                "dossier_id": self.other_dossier.id,
                "state": "done",
                "answer": "Alles kwijtgescholden",
                "direction": "out",
            },
        )
        letter = self._found("incasso.correspondence")
        self.assertEqual(
            (letter.state, letter.answer, letter.direction), ("new", False, "in")
        )
        self.assertFalse(self._found("incasso.correspondence", self.other_dossier))

    @mute_logger("odoo.http")
    def test_no_post_without_token(self):
        self._visit()
        for form in FORMS:
            response = self.url_open(
                f"{self.dossier_url}/{form}", data={"text": "x", "kind": "other"}
            )
            self.assertEqual(response.status_code, 400, form)
        self.assertFalse(self._found("incasso.correspondence"))

    def test_scripts_are_shown_as_text(self):
        self._visit()
        self._post("messages", {"text": f"Hallo {SCRIPT}"})
        self._post("complaint", {"kind": "other", "text": f"Klacht {SCRIPT}"})
        self._post("data/request", {"kind": "removal", "text": f"Weg {SCRIPT}"})
        for form in ("", "messages", "complaint", "data/request", "data/held"):
            page = self.url_open(f"{self.dossier_url}/{form}".rstrip("/")).text
            self.assertNotIn(SCRIPT, page, form)
        self.assertIn(ESCAPED, self.url_open(f"{self.dossier_url}/messages").text)
        # Shown again with an error
        response = self._post("call", {"phone": f'"{SCRIPT}', "text": SCRIPT})
        self.assertNotIn(SCRIPT, response.text)
        self.assertIn(ESCAPED, response.text)
        response = self._post(
            "data", {"email": f'"><img src=x>{SCRIPT}', "lang": SCRIPT}
        )
        self.assertNotIn("<img src=x", response.text)
        self.assertNotIn(SCRIPT, response.text)

    def test_long_texts_are_cut_off(self):
        self._visit()
        self._post("messages", {"text": "a" * 10_000})
        self.assertEqual(len(self._found("incasso.correspondence").text), 4000)
