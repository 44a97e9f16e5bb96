"""Somebody means ill: other people's ids, codes and links, forged amounts and webhooks,
scripts, files. Nothing is shown, nothing changes, nothing is lost.

Every test ends with a look at the log: a warning or an error that it does not name
fails it (see ``tests/conftest.py``).
"""

import base64
import concurrent.futures
import io
import re
import struct
import time
import zipfile
import zlib
from datetime import timedelta
from itertools import product
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from attack import CANARY, WORLD, Intruder, Picture, told
from lxml import html
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

#: The pages without a dossier in their address: what is shown there is nobody's, or
#: what the session has proven. Every other page must turn a stranger away.
OPEN = {
    "/incasso",
    "/incasso/<string:code>",
    "/incasso/link/<string:token>",
    "/incasso/confirm",
    "/incasso/logout",
    "/incasso/bye",
    "/incasso/language/<string(length=2):lang>",
    "/incasso/not-me",
    "/incasso/dossiers",
}
#: What a part of an address may be that is text. A new one gets its line here.
WORDS = {
    "kind": ["moved", "deceased", "none_yet", "counselling"],
    "key": ["all", "instalment", "undisputed", "other-2500"],
    "code": ["22222222"],
    "token": ["x"],
    "lang": ["nl"],
}
#: Everything that some form asks for, as it would be right.
FILLED_IN = {
    "text": "Kwaad",
    "reason": "other",
    "amount": "10",
    "shown": "25.00",
    "number": "3",
    "by": "number",
    "period": "month",
    "step": "agree",
    "paid_to": "collector",
    "email": "kwaad@post.example",
    "phone": "0612345678",
    "channel": "email",
    "lang": "nl",
    "organisation": "Kwaad",
    "street": "Kwaadweg 1",
    "zip": "1234 AB",
    "city": "Kwaad",
    "reporter_name": "Kwaad",
    "birth_date": "1-2-1980",
    "answer": "no",
    "instalment": "1",
    "kind": "conduct",
}
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
TOO_MANY = "too many wrong tries"
TRAP = "window.caught = 1"
#: In one text: markup, an event, a way out of an attribute, of a script and of QWeb.
SCRIPT = (
    f'"\'><img src=x onerror="{TRAP}"><script>{TRAP}</script>'
    f"<svg/onload='{TRAP}'>{{{{7*7}}}}</textarea></title>"
)


class World:
    """What there is to attack, and who attacks.

    :ivar dict ids: ids, codes and links; see `attack.WORLD`
    :ivar Picture picture: of the database
    """

    def __init__(self, server, ids, mollie):
        self.server = server
        self.ids = ids
        self.mollie = mollie
        self.picture = Picture(server)
        self.visitors = []

    def __getitem__(self, name):
        return self.ids[name]

    def visitor(self, host=1):
        visitor = Intruder(self.server.url, host)
        self.visitors.append(visitor)
        # What the pages say is looked for in English.
        visitor.get("/incasso/language/en")
        return visitor

    def page(self, name):
        """The address of a dossier."""
        return f"/incasso/dossier/{self.ids[name]}"

    def close(self):
        for visitor in self.visitors:
            visitor.close()
        self.picture.close()


@pytest.fixture(scope="session")
def world(workshop, odoo_server, mollie_peer):
    """The dossiers of a victim and of others, made once."""
    script = f"COMPANY = {workshop.ids['company']}\n"
    made = World(odoo_server, told(odoo_server.shell(script + WORLD)), mollie_peer)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def unlocked(world):
    """Nobody is locked at the beginning of a test; webhooks are the test's own."""
    world.picture.forget_tries()
    world.mollie.calls_back = False


@pytest.fixture
def unchanged(world):
    """The test changes nothing at all."""
    before = world.picture.take()
    yield
    after = world.picture.take()
    assert before == after


@pytest.fixture
def mallory(world):
    """A debtor who is in her own dossier and wants to see another one."""
    return world.visitor().enter(world["links"]["mine"])


def assert_nothing_shown(answer):
    """Not a word of the victim, and no page of a server that fell over."""
    assert answer.status_code != 500, answer.url
    found = CANARY.search(answer.text)
    assert not found, f"{answer.url} shows {found}"


def plain(answer):
    """A page without what differs each time: tokens, what was typed, its address."""
    return re.sub(r'value="[^"]*"|(path|code)=[^"]*', "", answer.text)


# === OTHER PEOPLE'S IDS === #


def addresses(world, route, dossier_id):
    """The addresses of a route with each id of the victim in its place."""
    names = re.findall(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", route["rule"])
    choices = []
    for name in names:
        if name == "dossier_id":
            choices.append([dossier_id])
        elif name in WORDS:
            choices.append(WORDS[name])
        else:
            assert name in world["ids"], f"say in attack.WORLD what {name} is an id of"
            choices.append(world["ids"][name])
    for chosen in product(*choices):
        values = iter(chosen)
        yield re.sub(r"<[^>]+>", lambda _match: str(next(values)), route["rule"])  # noqa: B023


def attack(visitor, route, path, token):
    """Ask for an address in every way that its route allows."""
    if route["type"] == "jsonrpc":
        yield visitor.call(path, **FILLED_IN)
        return
    for method in route["methods"] or ["GET", "POST"]:
        data = {**FILLED_IN, "csrf_token": token} if method == "POST" else None
        yield visitor.send(method, path, data=data)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("who", ["nobody", "by link", "by account"])
def test_every_page_of_somebody_elses_dossier(world, odoo_server, who):
    """Every route of the product, those to come as well."""
    odoo_server.expect_log(r"odoo\.http: .*(AccessError|Access Denied|not allowed)")
    visitor = world.visitor()
    if who == "by link":
        visitor.enter(world["links"]["mine"])
    elif who == "by account":
        visitor.log_in("mallory")
    token = visitor.token()
    closed = [route for route in world["routes"] if route["rule"] not in OPEN]
    assert len(closed) > 20
    for route in closed:
        is_list = route["rule"].startswith("/my/dossiers")
        for path in addresses(world, route, world["hers"]):
            for answer in attack(visitor, route, path, token):
                assert_nothing_shown(answer)
                if answer.status_code == 303:
                    where = urlsplit(answer.headers["Location"]).path
                    assert where in ("/incasso", "/web/login"), path
                elif route["type"] == "jsonrpc":
                    assert "error" in answer.json(), path
                elif not (is_list and who == "by account"):
                    assert answer.status_code in (403, 404, 405), path


@pytest.mark.usefixtures("unchanged")
def test_somebody_elses_ids_in_an_own_dossier(world, mallory):
    """Ids of the victim below the attacker's own dossier, which opens."""
    assert mallory.get(world.page("mine")).status_code == 200
    for route in world["routes"]:
        names = set(re.findall(r":(\w+)>", route["rule"])) & set(world["ids"])
        if "dossier_id" not in route["rule"] or not names:
            continue
        for path in addresses(world, route, world["mine"]):
            answer = mallory.get(path)
            assert_nothing_shown(answer)
            assert answer.status_code == 404, path
            # There is no telling whether there is such a thing at all.
            nothing = re.sub(r"\d+$", "999999", path)
            assert plain(mallory.get(nothing)) == plain(answer)


@pytest.mark.usefixtures("unchanged")
def test_somebody_elses_ids_in_forms(world, mallory):
    """Ids in fields instead of in the address."""
    claims = world["ids"]["claim_id"]
    page = world.page("mine")
    own = world["handler_claims"]["mine"]
    token = mallory.token()
    today = time.strftime("%Y-%m-%d")
    for path, values in (
        ("objection", {"reason": "other", "text": "x", "claims": claims}),
        ("objection", {"reason": "other", "text": "x", "claims": [own[0], claims[0]]}),
        ("paid", {"amount": "5", "date": today, "paid_to": "other", "claims": claims}),
        ("arrangement/postpone", {"instalment": world["requests"]}),
        (f"pay/claim-{claims[0]}/start", {"shown": "4321.09"}),
    ):
        answer = mallory.post(f"{page}/{path}", values, token=token)
        assert_nothing_shown(answer)
        assert answer.status_code in (200, 303), path


@pytest.mark.usefixtures("unchanged")
def test_existing_and_missing_dossiers_look_the_same(world):
    """Also for numbers that no column can hold."""
    stranger = world.visitor()
    answers = set()
    for number in (world["hers"], world["mine"], 0, 999999, 2**31, 2**63, 10**40):
        answer = stranger.get(f"/incasso/dossier/{number}")
        answers.add((answer.status_code, answer.headers["Location"]))
    assert answers == {(303, "/incasso")}
    mallory = stranger.enter(world["links"]["mine"])
    for number in (2**31, 2**63, 10**40):
        assert mallory.get(f"/incasso/dossier/{number}").status_code == 303
        for below in ("invoice", "letter", "document", "file", "objection", "paid"):
            answer = mallory.get(f"{world.page('mine')}/{below}/{number}")
            assert answer.status_code == 404


@pytest.mark.usefixtures("unchanged")
def test_verbs_that_no_page_has(world, mallory, odoo_server):
    odoo_server.expect_log("CSRF validation failed|No CSRF validation token")
    below = ("", "/messages", "/arrangement/answer", "/pay/all/start", "/data")
    for path in [f"{world.page('hers')}{part}" for part in below]:
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "BREW"):
            answer = mallory.send(method, path, data=FILLED_IN)
            assert_nothing_shown(answer)
            # Odoo lets OPTIONS through to every page.
            closed = method == "OPTIONS" and answer.status_code == 303
            assert closed or answer.status_code in (400, 404, 405, 501), path
    for path in [f"{world.page('mine')}{part}" for part in below]:
        for method in ("PUT", "DELETE", "PATCH"):
            answer = mallory.send(method, path, data=FILLED_IN)
            assert answer.status_code in (404, 405), (method, path)
        mallory.send("OPTIONS", path, data=FILLED_IN)
        # No page takes the word of a header or a field for the verb.
        for header in ("X-HTTP-Method-Override", "X-Method-Override"):
            mallory.send(
                "GET",
                path,
                params={"_method": "POST", **FILLED_IN},
                headers={header: "POST"},
            )
        mallory.send("HEAD", path)


# === CODES === #


@pytest.mark.usefixtures("unchanged")
def test_two_hundred_wrong_codes_from_one_address(world):
    """In parallel: twenty are looked at, then nobody gets in from there, and who has
    the right code gets in from anywhere else."""
    guesser = world.visitor(host=200)
    token = guesser.token()
    letters = "23456789ACDEFGHJKMNPRTUVWXY"
    codes = [f"2222{a}{b}{c}2" for a, b, c in product(letters, letters, letters)][:200]
    # The right one is among them, too late.
    codes[150] = world["codes"]["guessed"]
    forged = [f"203.0.113.{turn}" for turn in range(200)]

    def guess(code, address):
        # Who guesses says to be somebody else each time.
        headers = dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "Client-IP"), address)
        with requests.Session() as session:
            session.cookies.update(guesser.session.cookies)
            session.adapters = guesser.session.adapters
            values = {"code": code, "postcode": "7777AE", "number": "4"}
            return session.post(
                f"{guesser.url}/incasso",
                data={"csrf_token": token, **values},
                headers={**headers, "Forwarded": f"for={address}"},
                allow_redirects=False,
                timeout=120,
            )

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, codes, forged))
    for answer in answers:
        assert_nothing_shown(answer)
        assert answer.status_code == 200, "Nobody got in."
        assert "Geraden" not in answer.text
    looked_at = [answer for answer in answers if TOO_MANY not in answer.text]
    assert 1 <= len(looked_at) <= 20
    tries = "incasso_access_try WHERE key LIKE 'address%'"
    assert 20 <= world.picture.count(tries) < 20 + 12

    neighbour = world.visitor(host=201)
    answer = neighbour.guess(world["codes"]["guessed"])
    assert answer.status_code == 303
    assert neighbour.get(answer.headers["Location"]).status_code == 200
    # What the neighbour did opens nothing for who guessed.
    assert TOO_MANY in guesser.guess(world["codes"]["guessed"]).text


@pytest.mark.usefixtures("unchanged")
def test_one_code_from_many_addresses(world):
    """Five tries, wherever they come from; of another code nothing is locked."""
    code = world["codes"]["guessed"]

    def guess(host):
        return world.visitor(host).guess(code, number="5")

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(guess, range(20, 32)))
    assert all(answer.status_code == 200 for answer in answers)
    looked_at = [answer for answer in answers if TOO_MANY not in answer.text]
    assert 1 <= len(looked_at) <= 5
    assert TOO_MANY in world.visitor(40).guess(code).text
    assert (
        world.visitor(20)
        .guess(world["codes"]["mine"], postcode="7777AA", number="13")
        .status_code
        == 303
    )


@pytest.mark.usefixtures("unchanged")
def test_nothing_tells_which_part_was_wrong(world):
    """Words, length and time are the same for a code that exists and one that does
    not."""
    real, none = world["codes"]["guessed"], "22222222"
    visitor = world.visitor(60)
    token = visitor.token()
    shown, took = {}, {real: [], none: []}
    for turn in range(12):
        world.picture.forget_tries()
        for code in (real, none) if turn % 2 else (none, real):
            started = time.monotonic()
            answer = visitor.guess(code, number="99", token=token)
            took[code].append(time.monotonic() - started)
            shown.setdefault(plain(answer), set()).add(code)
            assert "set-cookie" not in answer.headers or turn == 0
    assert list(shown.values()) == [{real, none}]
    # The quickest of each: what else the machine does slows both down.
    assert abs(min(took[real]) - min(took[none])) < 0.5 * min(took[none])


@pytest.mark.usefixtures("unchanged")
def test_codes_that_were_withdrawn(world):
    visitor = world.visitor(61)
    for name, postcode, number in (
        ("old", "7777AF", "5"),
        ("revoked", "7777AG", "6"),
    ):
        answer = visitor.guess(world["codes"][name], postcode, number)
        assert answer.status_code == 200
        assert "Link" not in answer.text and "Einde" not in answer.text
    assert visitor.guess(world["codes"]["linked"], "7777AF", "5").status_code == 303
    # Halves of the answer, and answers that stand for anything.
    for postcode, number in (
        ("7777AE", ""),
        ("", "4"),
        ("%", "%"),
        ("7777AE' OR '1'='1", "4"),
        ("7777AE", "4 OR 1"),
        ("\x00", "\x00"),
    ):
        world.picture.forget_tries()
        answer = visitor.guess(world["codes"]["guessed"], postcode, number)
        if number.startswith("4 OR"):
            # The number is 4, whatever stands behind it.
            continue
        assert answer.status_code == 200, (postcode, number)


# === LINKS === #


@pytest.mark.usefixtures("unchanged")
def test_links_that_ended_or_were_altered(world):
    visitor = world.visitor(62)
    good = world["links"]["linked"]
    raw = bytearray(base64.urlsafe_b64decode(good + "==="))
    altered = []
    # A version, the time until which it works, the signature, and what it says.
    for place in (0, 1, 4, 8, 9, 25, 40, 41, 43, len(raw) - 3):
        other = bytearray(raw)
        other[place] ^= 1
        altered.append(base64.urlsafe_b64encode(other).decode().rstrip("="))
    for text in ('[1, 1, "2999-01-01"]', '[1, 99, "2026-01-01"]', "{}", ""):
        other = bytes(raw[:41]) + text.encode()
        altered.append(base64.urlsafe_b64encode(other).decode().rstrip("="))
    never_ends = bytearray(raw)
    never_ends[1:9] = bytes(8)
    altered.append(base64.urlsafe_b64encode(never_ends).decode().rstrip("="))
    for name in ("old", "expired", "revoked"):
        altered.append(world["links"][name])
    altered += [
        good[:-6],
        good[6:],
        good + good,
        "A",
        "=",
        "%FF",
        "é",
        "x" * 5000,
        "..%2F",
    ]
    for token in altered:
        answer = visitor.get(f"/incasso/link/{token}")
        assert_nothing_shown(answer)
        assert answer.status_code == 404, token
        assert "Link" not in answer.text or "Lies" not in answer.text
        assert visitor.get(world.page("linked")).status_code == 303
    # One that is older than it is trusted asks, and shows nothing before.
    answer = visitor.get(f"/incasso/link/{world['links']['aged']}")
    assert answer.headers["Location"] == "/incasso/confirm"
    assert "Lies" not in visitor.get("/incasso/confirm").text
    assert visitor.get(world.page("linked")).status_code == 303
    # And the right one opens what it is for, and nothing else.
    visitor.enter(good)
    assert visitor.get(world.page("linked")).status_code == 200
    assert visitor.get(world.page("hers")).status_code == 303


@pytest.mark.usefixtures("unchanged")
def test_planted_and_stolen_sessions(world):
    """A session that was handed to a victim opens nothing for who handed it over; nor
    does one that was left."""
    thief, owner = world.visitor(63), world.visitor(64)
    thief.get("/incasso")
    planted = thief.session.cookies["session_id"]
    owner.plant(planted)
    owner.enter(world["links"]["hers"])
    assert owner.get(world.page("hers")).status_code == 200
    assert owner.session.cookies["session_id"] != planted
    assert thief.get(world.page("hers")).status_code == 303
    thief.plant("0" * 84)
    assert thief.get(world.page("hers")).status_code == 303

    kept = owner.session.cookies["session_id"]
    owner.post("/incasso/logout")
    assert owner.get(world.page("hers")).status_code == 303
    thief.plant(kept)
    assert thief.get(world.page("hers")).status_code == 303


# === FORGERIES OF REQUESTS === #


@pytest.mark.usefixtures("unchanged")
def test_forms_of_other_sites(world, mallory, odoo_server):
    """Every POST of the product, without a token, with a made-up one and with one of
    another session."""
    odoo_server.expect_log("CSRF validation failed|No CSRF validation token")
    foreign = world.visitor(65).token()
    tried = 0
    for route in world["routes"]:
        if route["type"] != "http" or "POST" not in (route["methods"] or ["POST"]):
            continue
        assert route["csrf"], route["rule"]
        for path in addresses(world, route, world["mine"]):
            for token in ({}, {"csrf_token": "x"}, {"csrf_token": foreign}):
                answer = mallory.send("POST", path, data={**FILLED_IN, **token})
                if path.startswith("/my/"):
                    # Needs an account first.
                    continue
                assert answer.status_code == 400, path
                tried += 1
    assert tried > 50
    # JSON routes have none: no other site can send them, as a browser asks first.
    path = f"{world.page('mine')}/pay/all/transaction"
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        body = '{"jsonrpc": "2.0", "params": {"amount": 1, "flow": "redirect"}}'
        answer = mallory.send("POST", path, data=body, headers={"Content-Type": kind})
        assert answer.status_code in (400, 404, 415)
    answer = mallory.send("OPTIONS", path, headers={"Origin": "http://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_fields_that_no_form_has(world, mallory):
    """More than is asked for: nothing of it is taken."""
    before = world.picture.dossier(world["hers"])
    answer = mallory.post(
        f"{world.page('mine')}/messages",
        {
            "text": "Een vraag",
            "dossier_id": world["hers"],
            "debtor_id": world["victim"],
            "company_id": "1",
            "state": "done",
            "direction": "out",
            "answer": "Kwijtgescholden",
            "source": "phone",
            "name": "X",
            "create_uid": "2",
            "has_bsn": "1",
            "file_ids": "1",
            "message_follower_ids": "1",
        },
    )
    assert answer.status_code == 303
    [row] = world.picture.query(
        "SELECT dossier_id, state, direction, answer, source, name = 'X'"
        " FROM incasso_correspondence WHERE text = 'Een vraag'"
    )
    assert row == (world["mine"], "new", "in", None, "portal", False)
    assert world.picture.dossier(world["hers"]) == before


@pytest.mark.usefixtures("unchanged")
def test_ways_out_to_other_sites(world, mallory):
    """Addresses that lead elsewhere, and hosts that are not ours."""
    for path in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/incasso/..//evil.example",
        "/incasso@evil.example",
        "/incasso\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/incasso/../../web",
    ):
        answer = mallory.send("GET", "/incasso/language/nl", params={"path": path})
        where = urljoin("http://here.example/incasso", answer.headers["Location"])
        assert urlsplit(where).netloc == "here.example", path
        assert "a=b" not in answer.headers.get("Set-Cookie", "")
    mallory.get("/incasso/language/en")
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for path in ("/incasso", world.page("mine"), f"{world.page('hers')}/pay"):
        answer = mallory.send("GET", path, headers=evil)
        assert "evil.example" not in answer.text
        assert "evil.example" not in answer.headers.get("Location", "")


@pytest.mark.usefixtures("unchanged")
def test_reports_of_who_found_a_letter(world):
    """The page that anybody can use tells nothing of whether there is such a dossier,
    and cannot be used to stop many."""
    took, shown = {}, set()
    for name, number in (("none", "INC/2020/999999"), ("hers", world["her_name"])):
        visitor = world.visitor(70)
        token = visitor.token("/incasso/not-me")
        started = time.monotonic()
        answer = visitor.post(
            "/incasso/not-me",
            # The postcode is wrong for the victim's as well.
            {"number": number, "zip": "1000AA", "kind": "not_me", "reached": "closed"},
            token=token,
        )
        took[name] = time.monotonic() - started
        assert_nothing_shown(answer)
        shown.add(plain(answer))
    assert len(shown) == 1
    assert abs(took["none"] - took["hers"]) < 0.5
    for turn in range(5):
        answer = visitor.post(
            "/incasso/not-me",
            {
                "number": f"INC/2020/{turn}",
                "zip": "1000AA",
                "kind": "not_me",
                "reached": "closed",
            },
            token=token,
        )
    assert "too often" in answer.text


# === WHAT THE SERVER SAYS OF ITSELF === #


def pages_of(visitor, start):
    """Every page that links lead to from the page of a dossier.

    :return: answers by address
    """
    found, waiting = {}, [start]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = answer = visitor.get(path)
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        for link in html.fromstring(answer.text).xpath("//a/@href | //form/@action"):
            address = urlsplit(urljoin(path, link))
            where = address.path + (f"?{address.query}" if address.query else "")
            if address.path.startswith(start) and not address.netloc:
                waiting.append(where)
    return found


def test_headers_of_every_page(world, mallory):
    answers = pages_of(mallory, world.page("mine"))
    assert len(answers) > 20
    answers["/incasso"] = mallory.get("/incasso")
    answers["missing"] = mallory.get(f"{world.page('mine')}/letter/999999")
    answers["closed"] = mallory.get(world.page("hers"))
    for path, answer in answers.items():
        if answer.status_code == 405:
            continue
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (path, name)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        if not path.endswith("/form"):
            assert "script-src" not in policy and "unsafe" not in policy, path
        if answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
            assert "<script" not in answer.text or path.endswith("/form")
    fresh = requests.get(f"{world.server.url}/incasso", timeout=60)
    cookies = fresh.headers["Set-Cookie"].lower()
    assert "httponly" in cookies


# === SCRIPTS === #

#: What a field wants to hold before a form is taken; the others get a script.
RIGHT = {
    "amount": "10",
    "number": "3",
    "first_date": "+7",
    "day": "+5",
    "date": "-5",
    "start_date": "-5",
    "since_date": "-5",
    "birth_date": "1-2-1980",
    "email": "wim@post.example",
    "phone": "0612345678",
    "zip": "7777 AB",
    "iban": "",
    "income": "2000",
    "housing": "800",
    "care": "200",
    "debts": "100",
    "household": "2",
}


def forms_of(answer):
    """The forms of a page that send something."""
    if "html" not in answer.headers.get("Content-Type", ""):
        return []
    forms = html.fromstring(answer.text).xpath("//form[@method='post']")
    return [
        form
        for form in forms
        if form.get("action") not in ("/incasso/logout",)
        and not form.get("action", "").endswith("/start")
    ]


def fill_in(form, today, right):
    """What is sent: a script in every field, or only in those that take any text.

    :param bool right: whether the form should be taken
    :return: values, and whether it takes files
    """
    values, files = {}, False
    for field in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name]"):
        name, kind = field.get("name"), field.get("type", field.tag)
        if kind == "file":
            files = name
        elif kind == "hidden":
            values[name] = field.get("value") or ""
        elif kind in ("radio", "checkbox"):
            values.setdefault(name, field.get("value"))
        elif not right or name not in RIGHT:
            values[name] = SCRIPT
        elif RIGHT[name][:1] in "+-" and RIGHT[name]:
            values[name] = str(today + timedelta(days=int(RIGHT[name])))
        else:
            values[name] = RIGHT[name]
    buttons = form.xpath(".//button[@name]")
    if buttons:
        values[buttons[0].get("name")] = buttons[0].get("value")
    return values, files


def assert_no_script(answer):
    """What was typed is shown as text, if it is shown."""
    if "html" not in answer.headers.get("Content-Type", ""):
        return
    assert "49" not in re.findall(r"\{\{7\*7\}\}|(?<=</svg>)49", answer.text)
    for mark in ("<img src=x", f"<script>{TRAP}", "<svg/onload", "</textarea></title>"):
        assert mark not in answer.text, (answer.url, mark)


@pytest.fixture(scope="module")
def scripts(world, workshop):
    """The forms of all pages, sent with scripts in them.

    :return: the addresses that took them
    """
    writer = world.visitor(80).enter(world["links"]["writer"])
    start = world.page("writer")
    taken = {}
    for path, answer in pages_of(writer, start).items():
        assert answer.status_code != 500, path
        for number in range(len(forms_of(answer))):
            for right in (False, True):
                fresh = forms_of(writer.get(path))
                if number >= len(fresh):
                    continue
                form = fresh[number]
                values, files = fill_in(form, workshop.today, right)
                name = f"{SCRIPT}.txt"
                upload = (
                    {files: (name, SCRIPT.strip("<\"'").encode())} if files else None
                )
                where = urljoin(path, form.get("action") or "")
                sent = writer.send("POST", where, data=values, files=upload)
                if sent.status_code == 200 and files and right:
                    # The file is refused for what is in it: that it is.
                    sent = writer.send("POST", where, data=values)
                assert sent.status_code in (200, 303), (where, sent.status_code)
                assert_no_script(sent)
                taken.setdefault(where, []).append(sent.status_code)
    return {path: 303 in codes for path, codes in taken.items()}


def test_scripts_in_every_field(world, scripts):
    """Everywhere a debtor can write: taken as text, and shown as text."""
    start = world.page("writer")
    missed = {
        route["rule"].replace("<int:dossier_id>", str(world["writer"]))
        for route in world["routes"]
        if route["type"] == "http"
        and "POST" in (route["methods"] or ["POST"])
        and route["rule"].startswith("/incasso/dossier/")
        and not any(
            re.fullmatch(
                re.sub(
                    r"<[^>]+>",
                    r"\\w+",
                    route["rule"].replace("<int:dossier_id>", str(world["writer"])),
                ),
                path,
            )
            for path in scripts
        )
    }
    # These have buttons and nothing to write in, and come once there is something.
    assert missed <= {
        f"{start}/arrangement/answer",
        f"{start}/arrangement/postpone",
        f"{start}/pay/<string:key>/start",
    }
    refused = {path for path, was_taken in scripts.items() if not was_taken}
    assert len(scripts) - len(refused) > 10, refused
    for answer in pages_of(
        world.visitor(80).enter(world["links"]["writer"]), start
    ).values():
        assert answer.status_code != 500
        assert_no_script(answer)


def test_scripts_before_the_back_office(world, scripts, odoo_server, page, log_in):
    """What was written, in the browser of who reads it: lists, forms, discussion."""
    page.on("dialog", lambda dialog: pytest.fail(f"{page.url}: {dialog.message}"))
    log_in("handler", "handler")
    models = [*world["requests"], "incasso.work"]
    actions = {}
    for action in odoo_server.call(
        "ir.actions.act_window",
        "search_read",
        # Those that start with a list, and stand in a menu: no dossier goes before.
        [
            ("res_model", "in", models),
            ("view_mode", "=like", "list%"),
            ("context", "not like", "active_id"),
        ],
        ["res_model"],
    ):
        actions.setdefault(action["res_model"], action["id"])
    assert set(actions) >= set(world["requests"])
    seen = 0
    for model, action in actions.items():
        visit(page, f"/odoo/action-{action}", ".o_list_view, .o_kanban_view")
        if model == "incasso.work":
            continue
        for (found,) in world.picture.query(
            f"SELECT id FROM {model.replace('.', '_')} WHERE dossier_id = %s",
            world["writer"],
        )[:1]:
            visit(page, f"/odoo/action-{action}/{found}", ".o_form_view")
            seen += 1
    assert seen > 6
    dossiers = "/odoo/action-incasso_nl.incasso_dossier_action"
    visit(page, f"{dossiers}/{world['writer']}", ".o_form_view")
    for tab in page.query_selector_all(".o_form_view .nav-link"):
        tab.click()
        assert page.evaluate("window.caught") is None, page.url
    [partner] = odoo_server.call(
        "incasso.dossier", "read", [world["writer"]], ["debtor_id"]
    )
    visit(page, f"/odoo/res.partner/{partner['debtor_id'][0]}", ".o_form_view")


def visit(page, address, what):
    """Open a page of the back office, and see that no script ran."""
    page.goto(address)
    page.wait_for_selector(what)
    page.wait_for_timeout(200)
    assert page.evaluate("window.caught") is None, address


def test_scripts_in_the_debtors_browser(world, scripts, page):
    """The pages allow no script, whatever stands on them."""
    page.goto(f"/incasso/link/{world['links']['writer']}")
    for path in ("", "/messages", "/complaint", "/objection", "/data", "/data/held"):
        page.goto(world.page("writer") + path)
        assert page.evaluate("window.caught") is None, path
    # Even one that got onto a page would not run.
    page.goto(world.page("writer"))
    page.evaluate(
        "trap => document.body.insertAdjacentHTML('beforeend',"
        " `<img src='data:,' onerror='${trap}'>`)",
        TRAP,
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.caught") is None


# === FILES === #


def pdf_with(change):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def add_script(writer):
    """Let a PDF run a script when it is opened."""
    names = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    action = {NameObject(name): value for name, value in names.items()}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)


def archive(content):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as found:
        found.writestr("a.txt", content)
    return target.getvalue()


def picture(kind="PNG", size=(4, 4), **options):
    target = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", size).save(target, kind, **options)
    return target.getvalue()


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def vast_picture():
    """A PNG of ten thousand megapixels in some bytes."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 6, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(b"\0" * 10_000_000, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows + chunk(b"IEND", b"")


def hostile_files():
    markup = b"<html><script>alert(1)</script></html>"
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    good = pdf_with(lambda writer: None)
    return {
        "page.pdf": markup,
        "page.txt": markup,
        "page.png": markup,
        "drawing.png": svg,
        "drawing.svg": svg,
        "drawing.txt": svg,
        "both.pdf": good + archive(b"x"),
        "both.png": picture() + archive(b"x"),
        "other.png": good,
        "other.pdf": picture(),
        "bomb.zip": archive(b"\0" * 50_000_000),
        "bomb.pdf": archive(b"\0" * 50_000_000),
        "bomb.docx": archive(b"\0" * 50_000_000),
        "script.pdf": pdf_with(add_script),
        # Names may be written in another way.
        "hidden.pdf": pdf_with(add_script)
        .replace(b"/JavaScript", b"/J#61vaScript")
        .replace(b"/JS", b"/#4a#53"),
        "inside.pdf": pdf_with(lambda writer: writer.add_attachment("a.exe", b"MZ")),
        "page.pdf\0.txt": markup,
        "letter.exe": b"MZ\x90\0" + b"\0" * 100,
        "vast.png": vast_picture(),
        "nothing.pdf": b"",
        "shell.txt": b"#!/bin/sh\nrm -rf /\n",
        "mail.txt": b"MIME-Version: 1.0\nContent-Type: text/html\n\n<b>x</b>",
        "large.txt": b"a " * (11 * 512 * 1024),
        "large.pdf": good + b" " * (11 * 1024 * 1024),
    }


def test_hostile_files_are_refused(world, mallory):
    """One after the other; none is kept, and no message with it."""
    page = f"{world.page('mine')}/messages"
    token = mallory.token(page)
    before = world.picture.take()
    for name, content in hostile_files().items():
        started = time.monotonic()
        answer = mallory.post(page, {"text": name}, {"files": (name, content)}, token)
        assert answer.status_code == 200, name
        assert 'id="field-files-error"' in answer.text, name
        # What was typed is not lost.
        assert name.split("\0")[0] in answer.text
        assert time.monotonic() - started < 20, name
    many = [("files", (f"{n}.txt", b"x")) for n in range(50)]
    answer = mallory.post(page, {"text": "vijftig"}, many, token)
    assert answer.status_code == 200 and 'id="field-files-error"' in answer.text
    together = [("files", (f"{n}.pdf", b"%PDF-" + b" " * 6_000_000)) for n in range(5)]
    answer = mallory.post(page, {"text": "samen te groot"}, together, token)
    assert answer.status_code == 200 and "25 MB" in answer.text
    assert world.picture.take() == before


def test_files_too_large_for_every_form(world, mallory, workshop):
    """Thirty megabytes: refused with words and not with an error, wherever files are
    taken."""
    before = world.picture.take()
    found = 0
    for path, answer in pages_of(mallory, world.page("mine")).items():
        for form in forms_of(answer):
            values, files = fill_in(form, workshop.today, True)
            if not files:
                continue
            where = urljoin(path, form.get("action") or "")
            upload = [(files, (f"{n}.pdf", b"%PDF-" + b" " * 15_000_000)) for n in "ab"]
            sent = mallory.send("POST", where, data=values, files=upload)
            assert sent.status_code == 200, where
            assert "25 MB" in sent.text, where
            found += 1
    assert found >= 5
    assert world.picture.take() == before


def test_names_of_files_and_how_they_are_served(world, mallory, odoo_server):
    page = f"{world.page('mine')}/messages"
    names = (
        "../../../etc/passwd.txt",
        "..\\..\\boot.txt",
        "a\r\nSet-Cookie: a=b\r\n\r\n<script>.txt",
        "bon\u202efdp.exe.txt",
        "x" * 500 + ".txt",
        "<img src=x onerror=alert(1)>.txt",
        ".htaccess.txt",
        'con"; filename="evil.txt',
    )
    for number, name in enumerate(names):
        text = f"bestand {number}"
        answer = mallory.post(page, {"text": text}, {"files": (name, b"inhoud")})
        assert answer.status_code == 303, name
    rows = world.picture.query(
        "SELECT a.id, a.name, a.public, a.access_token, a.mimetype"
        " FROM ir_attachment a JOIN incasso_correspondence c ON c.id = a.res_id"
        " WHERE a.res_model = 'incasso.correspondence' AND c.dossier_id = %s",
        world["mine"],
    )
    assert len(rows) == len(names)
    staff, stranger = world.visitor(90).log_in("handler"), world.visitor(91)
    neighbour = world.visitor(92).enter(world["links"]["payer"])
    for number, name, public, access_token, mimetype in rows:
        assert re.fullmatch(r"[^/\\\x00-\x1f<>\u202e]{1,110}\.txt", name), name
        assert (public, access_token, mimetype) == (False, None, "text/plain")
        own = mallory.get(f"{world.page('mine')}/file/{number}")
        assert own.content == b"inhoud"
        assert own.headers["Content-Type"] == "application/octet-stream"
        assert_download(own)
        for path in (
            f"/web/content/{number}",
            f"/web/content/{number}?download=false&mimetype=text/html",
            f"/web/content/{number}/x.html?unique=1",
            f"/web/content?id={number}&filename=x.html",
        ):
            answer = staff.get(path)
            if answer.status_code == 200:
                assert_download(answer)
                assert "sandbox" in answer.headers["Content-Security-Policy"]
                assert "html" not in answer.headers["Content-Type"]
        assert staff.get(f"/web/content/{number}").content == b"inhoud"
        for who in (stranger, neighbour, mallory):
            for path in (
                f"/web/content/{number}",
                f"/web/content/{number}?access_token=x",
                f"/web/content/{number}?access_token=",
                f"/web/image/{number}",
                f"/web/image/ir.attachment/{number}/raw",
                f"/web/content/ir.attachment/{number}/datas",
            ):
                assert b"inhoud" not in who.get(path).content, path
        for who in (stranger, neighbour):
            answer = who.get(f"{world.page('mine')}/file/{number}")
            assert answer.status_code == 303


def assert_download(answer):
    """A browser saves it, and shows nothing of it."""
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie: a=b" not in str(answer.headers)


# === MONEY === #


def start_payment(world, payer, shown, key="all", **values):
    return payer.post(
        f"{world.page('payer')}/pay/{key}/start",
        {
            "shown": shown,
            "provider_id": world["provider"],
            "method_id": world["ideal"],
            **values,
        },
    )


def test_forged_amounts(world, odoo_server):
    """Whatever the browser says: the amount is the server's."""
    odoo_server.expect_log(
        "WARNING odoo.http: (The amount has changed|The access token)"
    )
    payer = world.visitor(93).enter(world["links"]["payer"])
    before, asked = world.picture.take(), len(world.mollie.requests)
    for key, shown in (
        ("all", "0.01"),
        ("all", "-160.00"),
        ("all", "1e9"),
        ("all", "NaN"),
        ("other-1", "0.01"),
        ("other-0", "0.00"),
        ("other--100", "-1.00"),
        ("other-99999999", "999999.99"),
        ("other-٢٥٠٠", "25.00"),
        (f"claim-{world['ids']['claim_id'][0]}", "4321.09"),
        ("instalment", "1.00"),
        ("x", "1.00"),
    ):
        answer = start_payment(world, payer, shown, key)
        assert answer.status_code == 303, key
        assert "/pay" in answer.headers["Location"]
    path = f"{world.page('payer')}/pay/all/transaction"
    for amount in (0.01, -160, 1e300, "160.00", "x", None, [], {}, True):
        answer = payer.call(
            path,
            amount=amount,
            flow="redirect",
            provider_id=world["provider"],
            payment_method_id=world["ideal"],
            token_id=None,
            tokenization_requested=False,
            landing_route="//evil.example",
            is_validation=False,
        )
        assert "error" in answer.json(), amount
    # Odoo's own way to pay anything needs a token that only the server makes.
    for path in ("/payment/transaction", "/payment/pay"):
        answer = payer.call(
            path,
            amount=0.01,
            currency_id=1,
            partner_id=world["victim"],
            access_token="x",
            reference=world["reference"],
        )
        assert_nothing_shown(answer)
    answer = payer.get(
        f"/payment/pay?amount=0.01&reference={world['reference']}"
        f"&partner_id={world['victim']}&access_token=x"
    )
    assert_nothing_shown(answer)
    assert world.picture.take() == before
    assert len(world.mollie.requests) == asked


def webhook(world, values, **query):
    """What anybody can send to the address that Mollie calls."""
    return world.visitor(94).send(
        "POST", "/payment/mollie/webhook", data=values, params=query
    )


def test_forged_webhooks(world, odoo_server):
    """Nobody but Mollie says that something was paid: it is asked each time."""
    # Odoo's own: the payment is asked for at Mollie, which does not know it.
    odoo_server.expect_log("payment|Mollie|mollie")
    before = world.picture.take()
    for values, query in (
        ({"id": "tr_unknown"}, {"ref": "unknown"}),
        ({"id": "tr_unknown"}, {}),
        ({"id": "tr_hers", "status": "paid"}, {"ref": world["reference"]}),
        ({"id": "../payments", "amount[value]": "1"}, {"ref": world["reference"]}),
        ({"ref": world["reference"], "status": "paid"}, {}),
        ({"id": "x" * 10_000}, {"ref": "' OR 1=1 --"}),
    ):
        assert webhook(world, values, **query).status_code in (200, 404)
    assert world.picture.take() == before


def test_replayed_webhooks_and_a_flood(world):
    """A payment becomes one receipt: told of before it was paid, with the id of another
    payment, and fifty times at once."""
    payer = world.visitor(93).enter(world["links"]["payer"])
    page = payer.get(f"{world.page('payer')}/pay/other-2500").text
    shown = html.fromstring(page).xpath("//input[@name='shown']/@value")[0]
    assert shown == "25.00"
    answer = start_payment(world, payer, shown, "other-2500")
    payment = world.mollie.newest()
    assert answer.headers["Location"].startswith(world.mollie.origin)
    assert payment["amount"]["value"] == "25.00"
    reference = payment["description"]

    def receipts():
        return world.picture.count(
            "incasso_receipt WHERE dossier_id = %s", world["payer"]
        )

    # Not paid yet, whatever is told.
    assert webhook(world, {"id": payment["id"]}, ref=reference).status_code == 200
    assert receipts() == 0
    world.mollie.settle(payment["id"], "paid")
    calls = [{"id": payment["id"]}] * 25 + [{"id": "tr_of_another"}] * 25
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda values: webhook(world, values, ref=reference), calls)
        )
    assert {answer.status_code for answer in answers} == {200}
    number = re.search(
        r"\d+$",
        str(
            world.picture.query(
                "SELECT id FROM payment_transaction WHERE reference = %s", reference
            )[0][0]
        ),
    )[0]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        path = f"{world.page('payer')}/pay/result/{number}"
        answers = list(pool.map(payer.get, [path] * 4))
    assert {answer.status_code for answer in answers} == {200}
    assert receipts() == 1
    assert world.picture.query(
        "SELECT amount FROM incasso_receipt WHERE dossier_id = %s", world["payer"]
    ) == [(25,)]
    # Nobody else sees what became of it.
    mallory = world.visitor(95).enter(world["links"]["mine"])
    assert mallory.get(path).status_code == 303
    assert mallory.get(f"{world.page('mine')}/pay/result/{number}").status_code == 404


@pytest.mark.usefixtures("unchanged")
def test_forged_arrangements(world, mallory, workshop):
    """Terms that cannot be, and a total that somebody else computed."""
    page = f"{world.page('mine')}/arrangement"
    soon = str(workshop.today + timedelta(days=7))
    terms = {
        "by": "number",
        "number": "2",
        "period": "month",
        "first_date": soon,
        "step": "agree",
    }
    for change in (
        {"total": "0.01"},
        {"total": "-500"},
        {"number": "0"},
        {"number": "-2"},
        {"number": "999999999"},
        {"number": "٣"},
        {"by": "amount", "amount": "0"},
        {"by": "amount", "amount": "0,01"},
        {"by": "amount", "amount": "-10"},
        {"by": "amount", "amount": "9" * 14},
        {"period": "century"},
        {"period": "__class__"},
        {"first_date": "9999-12-31"},
        {"first_date": "0001-01-01"},
        {"first_date": "x"},
        {"step": "decided"},
        {"interest": "waived", "rule_id": "1", "stage": "active"},
    ):
        answer = mallory.post(page, {**terms, **change})
        assert answer.status_code == 200, change
    for amount, day in (
        ("0", soon),
        ("-1", soon),
        ("999999", soon),
        ("10", "9999-12-31"),
    ):
        answer = mallory.post(f"{page}/promise", {"amount": amount, "day": day})
        assert answer.status_code == 200, (amount, day)


def test_everything_twice_at_the_same_moment(world, workshop, odoo_server):
    """Who sends a form six times at once sent it once."""
    # PostgreSQL refuses the others, and Odoo starts them again.
    odoo_server.expect_log("could not serialize access|incasso_paid_report_once")
    soon = str(workshop.today + timedelta(days=5))
    today = str(workshop.today)

    def claims(dossier):
        return [
            row[0]
            for row in world.picture.query(
                "SELECT id FROM incasso_claim WHERE dossier_id = %s", dossier
            )
        ]

    cases = (
        ("arrangement/promise", "incasso_arrangement", {"amount": "50", "day": soon}),
        (
            "objection",
            "incasso_dispute",
            {"reason": "other", "text": "x", "claims": claims(world["hasty"][1])},
        ),
        (
            "paid",
            "incasso_paid_report",
            {"amount": "12", "date": today, "paid_to": "collector"},
        ),
        (
            "help/counselling",
            "incasso_help_request",
            {"organisation": "Hulp", "email": "hulp@post.example"},
        ),
        (
            "person/moved",
            "incasso_person_report",
            {"street": "Nieuwweg 1", "zip": "1111 AA", "city": "Elders"},
        ),
    )
    for (path, table, values), dossier, link in zip(
        cases, world["hasty"], world["links"]["hasty"], strict=True
    ):
        hasty = world.visitor(96).enter(link)
        hasty.get(f"/incasso/dossier/{dossier}")
        token = hasty.token()

        def send(_turn, hasty=hasty, path=path, values=values, token=token, d=dossier):
            return hasty.post(f"/incasso/dossier/{d}/{path}", values, token=token)

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(send, range(6)))
        codes = {answer.status_code for answer in answers}
        assert codes <= {200, 303} and 303 in codes, (path, codes)
        made = world.picture.count(f"{table} WHERE dossier_id = %s", dossier)
        assert made == 1, path


# === ODOO'S OWN DOORS === #

#: Methods of every model that read or write.
GENERIC = {
    "search_read": ([],),
    "web_search_read": ([], {}),
    "search_count": ([],),
    "name_search": ("",),
    "formatted_read_group": ([], [], ["__count"]),
    "create": ([{}],),
    "export_data": ([[1]], ["display_name"]),
    "copy": ([[1]],),
}
ON_RECORDS = {
    "read": (["display_name"],),
    "web_read": ({},),
    "write": ({"active": False},),
    "unlink": (),
    "get_metadata": (),
    "message_post": (),
}


def test_the_models_themselves(world, odoo_server):
    """Every model and every public method of ours, by nobody and by a debtor who has an
    account."""
    # Whoever is refused, or calls something with nothing, is named in the log.
    odoo_server.expect_log(r"WARNING odoo\.http")
    odoo_server.expect_log(r"ERROR odoo\.http: [\s\S]*(Type|Key|Value|Attribute)Error")
    before = world.picture.take()
    nobody, portal = world.visitor(97), world.visitor(98).log_in("mallory")
    refused = 0
    for model, methods in world["models"].items():
        record = world["requests"].get(model, 1)
        calls = [(name, [*arguments]) for name, arguments in GENERIC.items()]
        calls += [(name, [[record], *args]) for name, args in ON_RECORDS.items()]
        calls += [
            (name, [[record], *[None] * max(missing, 0)])
            for name, missing in methods.items()
        ]
        for name, arguments in calls:
            for who in (
                (portal,)
                if name not in ("search_read", "read")
                else (
                    portal,
                    nobody,
                )
            ):
                answer = who.call(
                    f"/web/dataset/call_kw/{model}/{name}",
                    model=model,
                    method=name,
                    args=arguments,
                    kwargs={},
                )
                found = CANARY.search(answer.text)
                assert not found, (model, name, answer.text[:2000])
                refused += "error" in answer.json()
                if name in ("search_read", "read", "write", "create", "unlink"):
                    assert "error" in answer.json(), (model, name)
    assert refused > 500
    assert world.picture.take() == before


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("account", [False, True])
def test_other_doors_to_a_dossier(world, odoo_server, account):
    """Discussion, files, reports, export: Odoo's own addresses with others' ids."""
    odoo_server.expect_log(r"odoo\.http|ir_binary|ir_http|web\.controllers\.export")
    who = world.visitor(99)
    if account:
        who.log_in("mallory")
    ids, hers = world["ids"], world["hers"]
    letter = ids["message_id"][0]
    paths = [
        f"/web/content/incasso.message/{letter}/pdf",
        f"/web/image/incasso.message/{letter}/pdf",
        f"/web/content/{ids['pdf_id'][0]}",
        f"/web/content/{ids['attachment_id'][0]}",
        f"/web/content/incasso.dossier/{hers}/name",
        f"/mail/view?model=incasso.dossier&res_id={hers}",
        f"/report/html/account.report_invoice/{hers}",
        f"/report/pdf/account.report_invoice/{hers}",
        f"/my/invoices/{hers}",
        f"/my/invoices/{hers}?access_token=x&report_type=pdf&download=true",
        f"/odoo/incasso.dossier/{hers}",
        f"/incasso/template/{ids['text_id'][0]}/preview?dossier={hers}",
        "/incasso/template/x/preview",
        "/my/dossiers/page/0",
        "/my/dossiers/page/99999",
        "/my/dossiers?search=%25&domain=[]&filterby=all",
        f"/my/dossiers/page/{2**63}",
    ]
    for path in paths:
        assert_nothing_shown(who.get(path))
    thread = {"thread_model": "incasso.dossier", "thread_id": hers}
    for path, params in (
        ("/mail/thread/messages", thread),
        ("/mail/data", {"fetch_params": [["mail.thread", thread]]}),
        ("/mail/thread/data", {**thread, "request_list": ["attachments", "followers"]}),
        ("/mail/message/post", {**thread, "post_data": {"body": "x"}, "token": "x"}),
        ("/mail/chatter_fetch", thread),
        ("/portal/chatter_init", {**thread, "token": "x"}),
        ("/web/dataset/resequence", {"model": "incasso.claim", "ids": [1, 2]}),
        ("/web/action/load", {"action_id": "incasso_nl.incasso_dossier_action"}),
    ):
        answer = who.call(path, **params)
        found = CANARY.search(answer.text)
        assert not found, (path, found)
    token = who.token()
    for path, values in (
        ("/web/export/csv", {"data": '{"model": "incasso.dossier", "fields": []}'}),
        ("/web/export/xlsx", {"data": '{"model": "incasso.dossier", "fields": []}'}),
        ("/mail/attachment/upload", thread),
        ("/web/binary/upload_attachment", {"model": "incasso.dossier", "id": hers}),
    ):
        answer = who.post(path, values, {"ufile": ("a.txt", b"x")}, token)
        assert not CANARY.search(answer.text), path


def test_no_keys_in_the_log(world, odoo_server):
    """What opens a dossier is in no line of the server."""
    visitor = world.visitor(100)
    visitor.get(f"/incasso/{world['codes']['guessed']}")
    visitor.get(f"/incasso/not-me?code={world['codes']['guessed']}")
    visitor.enter(world["links"]["linked"])
    visitor.guess(world["codes"]["guessed"])
    time.sleep(0.3)
    log = odoo_server.log.read_text(errors="replace")
    keys = [*world["codes"].values(), *world["links"]["hasty"]]
    keys += [key for key in world["links"].values() if isinstance(key, str)]
    assert not [key for key in keys if key in log]
