import re
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.incasso_access import MOST_TRIES_ADDRESS, MOST_TRIES_CODE
from ..models.incasso_access_try import WINDOW
from ..tools import codes
from .common import PortalCommon

#: A code of the right form that nobody has.
NO_CODE = "22222222"


@tagged("post_install", "-at_install")
class TestAccessModel(PortalCommon):
    def test_code_is_not_in_the_database(self):
        access = self._access()
        code = access._code().replace(" ", "")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(access)::text FROM incasso_access access WHERE id = %s",
            [access.id],
        )
        [(row,)] = self.env.cr.fetchall()
        self.assertNotIn(code, row)
        # And a copy of the database does not give it: the other half of the key is
        # elsewhere.
        with patch.dict("os.environ", {codes.SECRET_VARIABLE: "another server"}):
            self.assertNotEqual(access._make_code(access.version), code)

    def test_same_code_in_every_letter_until_reissued(self):
        access = self._access()
        code = access._code()
        self.assertRegex(code, r"^[2-9A-Y]{4} [2-9A-Y]{4}$")
        self.assertEqual(access._code(), code)
        self.assertEqual(self._access(), access)
        access._reissue()
        self.assertNotEqual(access._code(), code)

    def test_reissued_when_the_server_key_is_another(self):
        access = self._access()
        code = access._code()
        with patch.dict("os.environ", {codes.SECRET_VARIABLE: "another server"}):
            fresh = access._code()
            self.assertNotEqual(fresh, code)
            self.assertEqual(access.version, 2)
            answers = {"postcode": "1234AB", "number": "12", "birth_date": ""}
            entry = access._enter(fresh.replace(" ", ""), answers, "10.0.0.1")
            self.assertEqual(entry.access, access)

    def test_two_accesses_with_the_same_code_are_parted(self):
        access, other = self._access(), self._access(self.other_dossier)
        taken = access._make_code(1)
        with patch.object(
            type(access),
            "_make_code",
            lambda self, version: taken if version == 7 else f"CODE{self.id}{version}",
        ):
            access.version = other.version = 7
            (access + other)._set_codes()
            self.assertEqual(sorted([access.version, other.version]), [7, 8])
            self.assertNotEqual(access.code_hash, other.code_hash)

    def test_revoked_gives_no_code(self):
        access = self._access()
        self.dossier.action_revoke_access()
        self.assertTrue(access.revoked_at)
        with self.assertRaises(UserError):
            access._code()
        self.dossier.action_reissue_access()
        self.assertFalse(access.revoked_at)
        self.assertTrue(access._code())

    def test_rights(self):
        access = self._access()
        for role in ("handler", "auditor", "finance"):
            as_role = access.with_user(getattr(self, role))
            as_role.read(["version", "issued_at"])
            with self.assertRaises(AccessError):
                as_role.read(["code_hash"])
            with self.assertRaises(AccessError):
                as_role.write({"revoked_at": False})
        access.with_user(self.handler).action_reissue()
        self.assertEqual(access.version, 2)
        for role in ("auditor", "finance"):
            with self.assertRaises(AccessError):
                access.with_user(getattr(self, role)).action_revoke()
        portal = self._new_user("visitor", "base.group_portal")
        with self.assertRaises(AccessError):
            access.with_user(portal).read(["version"])

    def test_representative_gets_all_dossiers_of_the_debtor(self):
        second = self._dossier(claims=[(50.0, "2026-05-31")])
        helper = self._partner("Bewindvoerder Smit", street="Gracht 3", zip="1011AA")
        accesses = self.env["incasso.access"]
        access = accesses._of_representative(helper, self.consumer, self.company)
        self.assertEqual(access._dossiers(), second + self.dossier)
        answers = {"postcode": "1011 aa", "number": "3", "birth_date": ""}
        code = access._code().replace(" ", "")
        self.assertEqual(accesses._enter(code, answers, "10.0.0.1").access, access)
        versions = {access.id: access.version}
        self.assertEqual(accesses._valid(versions, second.id), (access, helper.id))
        self.assertFalse(accesses._valid(versions, self.other_dossier.id)[0])
        # Ended, and given again: under another code.
        access._revoke()
        self.assertFalse(accesses._valid(versions, second.id)[0])
        again = accesses._of_representative(helper, self.consumer, self.company)
        self.assertEqual(again, access)
        self.assertNotEqual(again._code().replace(" ", ""), code)

    def test_letter_to_a_representative_has_its_own_code(self):
        helper = self._partner("Bewindvoerder Smit", street="Gracht 3", zip="1011AA")
        access = self.env["incasso.access"]._of_representative(
            helper, self.consumer, self.company
        )
        message = self.env["incasso.message"].create(
            {
                "dossier_id": self.dossier.id,
                "recipient_id": helper.id,
                "template_id": self.env.ref("incasso_nl.template_reminder").id,
                "kind": "reminder",
                "channel": "post",
                "date": fields.Date.today(),
            }
        )
        self.assertEqual(message._get_portal_code(), access._code())
        message = message.copy({"recipient_id": self.consumer.id})
        self.assertEqual(message._get_portal_code(), self._access()._code())

    def test_message_has_code_and_link(self):
        message = self.env["incasso.message"].create(
            {
                "dossier_id": self.dossier.id,
                "recipient_id": self.consumer.id,
                "template_id": self.env.ref("incasso_nl.template_reminder").id,
                "kind": "reminder",
                "channel": "email",
                "date": fields.Date.today(),
            }
        )
        code = self._access()._code()
        self.assertEqual(message._get_portal_code(), code)
        self.assertTrue(
            message._get_portal_url().endswith("/incasso/" + code.replace(" ", ""))
        )
        self.assertIn("/incasso/link/", message._get_portal_link())
        message.channel = "post"
        self.assertFalse(message._get_portal_link())
        self._access()._revoke()
        self.assertFalse(message._get_portal_url())
        self.assertEqual(message._get_portal_code(), "")

    def test_preview_gives_out_no_code(self):
        before = self.env["incasso.access"].search_count([])
        text = self.env.ref("incasso_nl.template_reminder_nl")
        text._preview_facts(self.dossier)
        self.assertEqual(self.env["incasso.access"].search_count([]), before)

    def test_same_queries_for_a_wrong_code_and_a_wrong_postcode(self):
        """Nothing that takes time tells which of the two was wrong."""
        code = self._access()._code().replace(" ", "")
        right = {"postcode": "1234AB", "number": "12", "birth_date": ""}
        wrong = {"postcode": "9999XX", "number": "12", "birth_date": ""}
        seen = []
        for tried, answers in ((NO_CODE, right), (code, wrong), (NO_CODE, wrong)):
            self.env.flush_all()
            with self.assertQueryCount(4), self._statements() as statements:
                entry = self.env["incasso.access"]._enter(tried, answers, "10.0.0.1")
            self.assertFalse(entry.access)
            self.assertFalse(entry.locked_until)
            seen.append(statements)
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(seen[0], seen[2])

    def _statements(self):
        """The statements that are sent, without their values."""
        return _Statements(self.env.cr)

    def test_locked_per_code_and_open_again_after_an_hour(self):
        access = self._access()
        code = access._code().replace(" ", "")
        right = {"postcode": "1234AB", "number": "12", "birth_date": ""}
        wrong = {**right, "number": "13"}
        with freeze_time("2026-11-22 10:00:00") as clock:
            for turn in range(MOST_TRIES_CODE):
                # From everywhere: it is the code that is locked.
                entry = access._enter(code, wrong, f"10.{turn}.0.1")
                self.assertFalse(entry.locked_until)
                clock.tick(timedelta(minutes=1))
            entry = access._enter(code, right, "10.99.0.1")
            self.assertFalse(entry.access)
            # An hour after the first of the five: 10:00.
            self.assertEqual(str(entry.locked_until), "2026-11-22 11:00:00")
            clock.move_to("2026-11-22 11:00:01")
            self.assertEqual(access._enter(code, right, "10.99.0.1").access, access)
            # What was wrong before does not count any more.
            for _turn in range(MOST_TRIES_CODE):
                entry = access._enter(code, wrong, "10.99.0.1")
                self.assertFalse(entry.locked_until)

    def test_locked_per_address(self):
        access = self._access()
        code = access._code().replace(" ", "")
        right = {"postcode": "1234AB", "number": "12", "birth_date": ""}
        for turn in range(MOST_TRIES_ADDRESS):
            tried = codes.make_code(b"guess", str(turn))
            entry = access._enter(tried, right, "10.0.0.1")
            self.assertFalse(entry.locked_until)
        self.assertTrue(access._enter(code, right, "10.0.0.1").locked_until)
        self.assertEqual(access._enter(code, right, "10.0.0.2").access, access)

    def test_one_network_is_one_address_in_ipv6(self):
        key = self.env["incasso.access"]._address_key
        self.assertEqual(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"))
        self.assertNotEqual(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"))
        self.assertNotEqual(key("10.0.0.1"), key("10.0.0.2"))
        self.assertTrue(key(None))

    def test_tries_are_deleted_after_they_count(self):
        tries = self.env["incasso.access.try"]
        with freeze_time("2026-11-22 10:00:00"):
            tries._reserve({"code x": 5})
        with freeze_time("2026-11-22 10:30:00"):
            tries._reserve({"code x": 5})
        with freeze_time(fields.Datetime.to_datetime("2026-11-22 10:20:00") + WINDOW):
            tries._gc_tries()
        self.assertEqual(tries.search_count([("key", "=", "code x")]), 1)


class _Statements:
    def __init__(self, cr):
        self.cursor = type(cr)
        self.found = []

    def __enter__(self):
        from odoo.sql_db import BaseCursor, Cursor

        self.patches = []
        for cursor in {self.cursor, Cursor, BaseCursor}:
            if "execute" not in vars(cursor):
                continue
            execute = cursor.execute

            def listening(cr, query, *args, execute=execute, **kwargs):
                self.found.append(
                    re.sub(r"\s+", " ", str(getattr(query, "code", query)))
                )
                return execute(cr, query, *args, **kwargs)

            patcher = patch.object(cursor, "execute", listening)
            patcher.start()
            self.patches.append(patcher)
        return self.found

    def __exit__(self, *_error):
        for patcher in self.patches:
            patcher.stop()


@tagged("post_install", "-at_install")
class TestEntry(PortalCommon):
    # === CODE === #

    def test_code_from_the_letter(self):
        code = self._access()._code()
        page = self._get("/incasso/" + code.replace(" ", ""))
        self.assertEqual(page.status_code, 200)
        self.assertIn(f'value="{code.replace(" ", "")}"', page.text)
        self._assert_nothing_personal(page)
        page = self._try_code(code.lower(), "1234ab", "12 ")
        self.assertEqual(page.status_code, 303)
        self.assertTrue(page.headers["Location"].endswith(self.dossier_url))
        page = self.url_open(self.dossier_url)
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.dossier.name, page.text)

    def test_birth_date_instead(self):
        self.consumer.incasso_birth_date = "1980-02-01"
        code = self._access()._code()
        page = self._try_code(code, "", "", "1 februari 1980")
        self.assertEqual(page.status_code, 303)

    def test_wrong_answers_say_the_same(self):
        code = self._access()._code()
        pages = [
            self._try_code(code, postcode="1234 AC"),
            self._try_code(code, number="13"),
            self._try_code(NO_CODE),
            self._try_code(code, "", "", "1-1-1970"),
        ]
        messages = set()
        for page in pages:
            self.assertEqual(page.status_code, 200)
            self._assert_nothing_personal(page)
            messages.add(re.search(r'class="errors".*?</div>', page.text, re.S)[0])
        self.assertEqual(len(messages), 1)
        # What was typed is kept.
        self.assertIn('value="1234 AC"', pages[0].text)

    def test_what_is_missing_stands_at_the_field(self):
        page = self._try_code("K7", "", "")
        for name in ("code", "postcode", "number"):
            self.assertIn(f'href="#field-{name}"', page.text)
            self.assertIn(f'id="field-{name}-error"', page.text)
        self.assertEqual(page.text.count('aria-invalid="true"'), 3)

    def test_revoked_and_reissued_codes_do_not_open(self):
        access = self._access()
        code = access._code()
        access._reissue()
        self.assertEqual(self._try_code(code).status_code, 200)
        code = access._code()
        access._revoke()
        self.assertEqual(self._try_code(code).status_code, 200)

    def test_two_hundred_wrong_codes_from_one_address(self):
        """Nothing is shown, and then the right one does not open either."""
        for turn in range(MOST_TRIES_ADDRESS):
            page = self._try_code(codes.make_code(b"guess", str(turn)))
            self._assert_nothing_personal(page)
        page = self._try_code(self._access()._code())
        self.assertEqual(page.status_code, 200)
        self.assertIn("Try again after", page.text)
        self._assert_nothing_personal(page)

    @mute_logger("odoo.http")
    def test_without_csrf_token(self):
        page = self.url_open(
            "/incasso",
            data={"code": self._access()._code(), "postcode": "1234AB", "number": "12"},
            allow_redirects=False,
        )
        self.assertEqual(page.status_code, 400)

    def test_scripts_are_text(self):
        page = self._try_code("<script>alert(1)</script>", '"><b>', "'><i>")
        self.assertNotIn("<script>alert", page.text)
        self.assertNotIn("<b>", page.text)
        page = self._get("/incasso/%22%3E%3Cb%3Ex")
        self.assertNotIn("<b>", page.text)

    # === LINKS === #

    def test_fresh_link_opens_and_leaves_the_address(self):
        page = self._send_link(self.dossier)
        self.assertEqual(page.status_code, 303)
        self.assertTrue(page.headers["Location"].endswith(self.dossier_url))
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertEqual(self._get(self.dossier_url).status_code, 200)

    def test_altered_link(self):
        token = self._access()._link().rpartition("/")[2]
        for altered in (
            token[:-4],
            token[:20] + ("A" if token[20] != "A" else "B") + token[21:],
            token.swapcase(),
            "x",
            "=",
            "%00",
            token + "A" * 400,
        ):
            page = self._get(f"/incasso/link/{altered}")
            self.assertIn(page.status_code, (404,), altered)
            self._assert_nothing_personal(page)
            self._assert_closed()

    def test_link_of_another_access_does_not_open_this(self):
        self._send_link(self.other_dossier)
        self._assert_closed()

    def test_expired_link(self):
        self.company.incasso_link_days = 30
        link = "/incasso/link/" + self._access()._link().rpartition("/")[2]
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            page = self._get(link)
        self.assertEqual(page.status_code, 404)
        self._assert_nothing_personal(page)

    def test_link_of_before_a_reissue(self):
        link = "/incasso/link/" + self._access()._link().rpartition("/")[2]
        self._access()._reissue()
        self.assertEqual(self._get(link).status_code, 404)
        self._assert_closed()

    def test_older_link_asks_for_the_postcode(self):
        self.company.incasso_link_sure_days = 7
        with freeze_time(fields.Datetime.now() - timedelta(days=8)):
            link = "/incasso/link/" + self._access()._link().rpartition("/")[2]
        page = self._get(link)
        self.assertTrue(page.headers["Location"].endswith("/incasso/confirm"))
        self._assert_closed()
        page = self._get("/incasso/confirm")
        self._assert_nothing_personal(page)
        answers = {"postcode": "1234AB", "number": "13", "birth_date": ""}
        page = self._send("/incasso/confirm", answers)
        self.assertEqual(page.status_code, 200)
        self._assert_closed()
        page = self._send("/incasso/confirm", {**answers, "number": "12"})
        self.assertEqual(page.status_code, 303)
        self.assertEqual(self._get(self.dossier_url).status_code, 200)

    def test_older_link_is_locked_after_wrong_answers(self):
        self.company.incasso_link_sure_days = 0
        self._send_link(self.dossier)
        answers = {"postcode": "1234AB", "number": "13", "birth_date": ""}
        for _turn in range(MOST_TRIES_CODE):
            self._send("/incasso/confirm", answers)
        page = self._send("/incasso/confirm", {**answers, "number": "12"})
        self.assertIn("Try again after", page.text)
        self._assert_closed()

    # === SESSION === #

    def test_strangers_are_sent_to_the_code(self):
        self._visit(self.other_dossier)
        for url in (
            self.dossier_url,
            f"{self.dossier_url}/others",
            f"{self.dossier_url}/invoice/{self.dossier.claim_ids.id}",
            f"{self.dossier_url}/letter/1",
            f"{self.dossier_url}/document/1",
            "/incasso/dossier/999999999",
        ):
            page = self._get(url)
            self.assertEqual(page.status_code, 303, url)
            self.assertRegex(page.headers["Location"], r"/incasso(\?ended=1)?$")

    def test_no_other_records_through_an_own_dossier(self):
        self._visit()
        other = self.other_dossier
        attachment = self.env["ir.attachment"].create(
            {
                "name": "a.pdf",
                "raw": b"x",
                "res_model": "incasso.claim",
                "res_id": other.claim_ids.id,
            }
        )
        with mute_logger("odoo.http"):
            for url in (
                f"{self.dossier_url}/invoice/{other.claim_ids.id}",
                f"{self.dossier_url}/document/{attachment.id}",
            ):
                self.assertEqual(self._get(url).status_code, 404, url)

    def test_session_ends_after_half_an_hour(self):
        self._visit()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=29)):
            # Somebody who is still there stays in.
            self.assertEqual(self._get(self.dossier_url).status_code, 200)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=50)):
            self.assertEqual(self._get(self.dossier_url).status_code, 200)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=81)):
            page = self._get(self.dossier_url)
            self.assertTrue(page.headers["Location"].endswith("/incasso?ended=1"))

    def test_revoked_while_somebody_is_in(self):
        self._visit()
        self._access()._reissue()
        self._assert_closed()

    def test_log_out(self):
        page = self._visit()
        old = self.opener.cookies["session_id"]
        page = self.url_open(
            "/incasso/logout",
            data={"csrf_token": self._token(page)},
            allow_redirects=False,
        )
        self.assertEqual(page.status_code, 303)
        self._assert_closed()
        self.opener.cookies.set("session_id", old)
        self._assert_closed()

    def test_new_session_when_somebody_gets_in(self):
        """A session that was planted on a visitor does not become theirs."""
        self.url_open("/incasso")
        before = self.opener.cookies["session_id"]
        self._visit()
        self.assertNotEqual(self.opener.cookies["session_id"], before)

    def test_looks_are_logged(self):
        self._visit()
        self._get(self.dossier_url)
        self._get(f"{self.dossier_url}/others")
        looks = self.env["incasso.access.look"].search(
            [("dossier_id", "=", self.dossier.id)], order="id"
        )
        self.assertEqual(looks.mapped("page"), ["/", "/", "/others"])
        self.assertEqual(set(looks.mapped("way")), {"link"})
        self.assertEqual(looks.partner_id, self.consumer)
        self.assertEqual(set(looks.mapped("network")), {"127.0.0.0/24"})
        # Once on the time line.
        visits = self.dossier.event_ids.filtered(lambda event: event.kind == "visit")
        self.assertEqual(len(visits), 1)

    # === HEADERS AND LANGUAGE === #

    def test_headers(self):
        code = self._access()._code().replace(" ", "")
        pages = [self._get("/incasso"), self._get(f"/incasso/{code}"), self._visit()]
        for page in pages:
            headers = page.headers
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertIn("noindex", headers["X-Robots-Tag"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            policy = headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertNotIn("script-src", policy)
            # Nothing that the policy would refuse.
            self.assertNotIn("<script", page.text)
            self.assertNotIn(" style=", page.text)
            self.assertFalse(re.search(r"\son\w+=", page.text))
            # Nothing from anywhere else.
            for url in re.findall(r'(?:src|href)="([^"]+)"', page.text):
                if not url.startswith(("/", "#", "data:", "tel:", "mailto:")):
                    self.assertTrue(url.startswith("https://geldfit.nl"), url)

    def test_language_of_the_debtor_and_by_choice(self):
        if not self._lang_active("nl_NL"):
            self.env["res.lang"]._activate_lang("nl_NL")
        self.authenticate(None, None)
        self.consumer.lang = "nl_NL"
        self.assertIn('<html lang="nl">', self._visit().text)
        page = self.url_open(f"/incasso/language/en?path={self.dossier_url}")
        self.assertIn('<html lang="en">', page.text)
        self.assertTrue(page.url.endswith(self.dossier_url))
        for path in ("https://elsewhere.example", "//elsewhere.example", "/web"):
            page = self._get(f"/incasso/language/nl?path={path}")
            self.assertTrue(page.headers["Location"].endswith("/incasso"), path)
        self.assertIn('<html lang="nl">', self.url_open("/incasso").text)

    # === ALL MY DOSSIERS, AND ACCOUNTS === #

    def test_all_my_dossiers_after_an_extra_check(self):
        self.consumer.incasso_birth_date = "1980-02-01"
        second = self._dossier(claims=[(50.0, "2026-05-31")])
        self._visit()
        second_url = f"/incasso/dossier/{second.id}"
        self.assertEqual(self._get(second_url).status_code, 303)
        others = f"{self.dossier_url}/others"
        page = self._send(others, {"birth_date": "2-2-1980"})
        self.assertEqual(page.status_code, 200)
        self.assertEqual(self._get(second_url).status_code, 303)
        page = self._send(others, {"birth_date": "1-2-1980"})
        self.assertTrue(page.headers["Location"].endswith("/incasso/dossiers"))
        page = self.url_open("/incasso/dossiers")
        self.assertIn(second.name, page.text)
        self.assertIn(self.dossier.name, page.text)
        self.assertNotIn(self.other_dossier.name, page.text)
        self.assertEqual(self._get(second_url).status_code, 200)
        other = f"/incasso/dossier/{self.other_dossier.id}"
        self.assertEqual(self._get(other).status_code, 303)

    def test_two_codes_show_two_dossiers(self):
        second = self._dossier(claims=[(50.0, "2026-05-31")])
        self._visit()
        self._try_code(self._access(second)._code())
        page = self.url_open("/incasso/dossiers")
        self.assertIn(second.name, page.text)
        self.assertIn(self.dossier.name, page.text)

    def test_portal_user_needs_no_code(self):
        self.env["res.users"].create(
            {
                "name": "Jan de Vries",
                "login": "jan.devries",
                "password": "jan.devries",
                "partner_id": self.consumer.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        self.authenticate("jan.devries", "jan.devries")
        self.assertIn(self.dossier_url, self.url_open("/my/dossiers").text)
        self.assertEqual(self._get(self.dossier_url).status_code, 200)
        look = self.dossier.look_ids[:1]
        self.assertEqual(look.way, "account")
        other = f"/incasso/dossier/{self.other_dossier.id}"
        self.assertEqual(self._get(other).status_code, 303)

    # === HELPERS === #

    def _assert_nothing_personal(self, page):
        for text in (self.dossier.name, "Vries", "1.000", "1,000", "Dorpsstraat"):
            self.assertNotIn(text, page.text)

    def _assert_closed(self):
        self.assertEqual(self._get(self.dossier_url).status_code, 303)
