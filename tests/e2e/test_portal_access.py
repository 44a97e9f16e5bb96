"""Can everybody use the debtor's pages: with a keyboard, a small screen, large letters,
a screen reader, without scripts, on a slow line?

A page that is added to the portal is added to ``PAGES``: that is all.
"""

import json
from urllib.parse import urlsplit

import pytest
from debtor import DESKTOP, PHONE, violations

#: Addresses by name; ``{dossier}`` is the address of the dossier.
PAGES = {
    "entry": "/incasso",
    "link-ended": "/incasso/link/nonsense",
    "bye": "/incasso/bye",
    "not-me": "/incasso/not-me",
    "dossiers": "/incasso/dossiers",
    "dossier": "{dossier}",
    "others": "{dossier}/others",
    "missing": "{dossier}/letter/999999",
    "pay": "{dossier}/pay",
    "arrangement": "{dossier}/arrangement",
    "promise": "{dossier}/arrangement/promise",
    "objection": "{dossier}/objection",
    "paid": "{dossier}/paid",
    "messages": "{dossier}/messages",
    "complaint": "{dossier}/complaint",
    "call": "{dossier}/call",
    "data": "{dossier}/data",
    "held": "{dossier}/data/held",
    "request": "{dossier}/data/request",
    "help": "{dossier}/help",
    "help-administration": "{dossier}/help/administration",
    "help-none-yet": "{dossier}/help/none_yet",
    "person": "{dossier}/person",
    "moved": "{dossier}/person/moved",
    "deceased": "{dossier}/person/deceased",
}
#: Pages that may have a script: where a payment provider puts its own form.
SCRIPTED = {"pay"}
#: What all but Odoo's own assets may weigh, in bytes.
MOST_BYTES = 100_000
#: What is folded, too.
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
#: Space as WCAG 1.4.12 lets a reader ask for.
SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
    " word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"
)


@pytest.fixture(scope="module")
def case(workshop, odoo_server):
    """A dossier with a letter: its address, a link that opens it, and its code."""
    invoice = workshop.invoice("wolters", 850.00, workshop.ago(60))
    dossier = workshop.hand_over(invoice, workshop.ago(20), workshop.ago(17))
    printed = odoo_server.shell(f"""
import json
dossier = env["incasso.dossier"].browse({dossier})
access = env["incasso.access"]._of_dossiers(dossier)[dossier.id]
base = env["ir.config_parameter"].get_param("web.base.url")
print("CASE", json.dumps({{
    "dossier": f"/incasso/dossier/{{dossier.id}}",
    "link": access._link().removeprefix(base),
    "code": access._code(),
    "postcode": dossier.debtor_id.zip,
    "number": dossier.debtor_id.street.split()[-1],
}}))
env.cr.commit()
""")
    [line] = [line for line in printed.splitlines() if line.startswith("CASE ")]
    return json.loads(line.removeprefix("CASE "))


@pytest.fixture
def window(browser, browser_context_args, case):
    """Return a function that opens a window in which the dossier is open."""
    contexts = []

    def open_window(viewport=PHONE, scripts=False, enter=True, **options):
        context = browser.new_context(
            **{
                **browser_context_args,
                "viewport": viewport,
                "java_script_enabled": scripts,
                **options,
            }
        )
        contexts.append(context)
        page = context.new_page()
        if enter:
            page.goto(case["link"])
        return page

    yield open_window
    for context in contexts:
        context.close()


def sideways(page):
    """By how many pixels the page is too wide for its window."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_page(name, case, window):
    """No violations on a phone and on a desk, in both languages; no reader has to
    scroll sideways at 320 pixels, at 200% or with more space; no script."""
    page = window(scripts=True)
    address = PAGES[name].format(**case)
    for language in ("en", "nl"):
        page.goto(f"/incasso/language/{language}")
        for viewport in (DESKTOP, PHONE):
            page.set_viewport_size(viewport)
            page.goto(address)
            assert page.get_attribute("html", "lang") == language
            assert violations(page) == [], f"{name}, {language}, {viewport}"
    for viewport in (
        {"width": 320, "height": 640},
        # 1280 pixels at 200%.
        {"width": 640, "height": 400},
    ):
        page.set_viewport_size(viewport)
        assert sideways(page) <= 0, f"{name} at {viewport}"
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        assert sideways(page) <= 0, f"{name} at {viewport}, unfolded"
    assert violations(page) == [], f"{name}, unfolded"
    page.evaluate(
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
        " document.adoptedStyleSheets = [sheet]; }",
        SPACED,
    )
    assert sideways(page) <= 0, f"{name} with more space"
    if name not in SCRIPTED:
        assert page.locator("script").count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_errors_of_every_form(name, case, window):
    """A form that is sent empty says what is wrong: on top, with links to the fields,
    and at each field; and that page has no violations either."""
    page = window(scripts=True)
    page.goto(PAGES[name].format(**case))
    forms = page.locator("main form:has(:is(input, textarea):not([type=hidden]))")
    if not forms.count():
        pytest.skip("no form to fill in")
    form = forms.first
    for field in form.locator(
        ":is(input[type=text], input[type=email], textarea):visible"
    ).all():
        field.fill("")
    form.locator("button[type=submit]").first.click()
    assert violations(page) == [], name
    links = page.locator("#errors a")
    for link in links.all():
        target = link.get_attribute("href")
        assert page.locator(target).count() == 1, target
    for field in page.locator("[aria-invalid=true]").all():
        described = (field.get_attribute("aria-describedby") or "").split()
        assert any(word.endswith("-error") for word in described)
        assert all(page.locator(f"[id='{word}']").count() == 1 for word in described)


def test_keyboard_only(case, window):
    """From the code to the explanation of the costs without a mouse; where one is, is
    always to be seen."""
    page = window(scripts=True, enter=False)
    page.goto("/incasso")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    for typed in (case["code"], case["postcode"], case["number"]):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "INPUT"
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "3px"
        page.keyboard.type(typed)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert urlsplit(page.url).path == case["dossier"]
    for _turn in range(60):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            "(e => e.matches(':focus-visible') && getComputedStyle(e).outlineStyle)"
            "(document.activeElement)"
        )
        assert shown == "solid", page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("document.activeElement.matches('#balance summary')"):
            break
    page.keyboard.press("Enter")
    assert page.locator("#balance details[open]").count() == 1


def test_without_scripts(case, window):
    """In by the code, to each of the four ways on and back, a letter, and out."""
    page = window(enter=False)
    page.goto("/incasso/" + case["code"].replace(" ", ""))
    page.fill("[name=postcode]", case["postcode"].lower().replace(" ", ""))
    page.fill("[name=number]", case["number"])
    page.click("main button[type=submit]")
    assert urlsplit(page.url).path == case["dossier"]
    for number in range(page.locator(".ways a").count()):
        page.goto(case["dossier"])
        page.locator(".ways a").nth(number).click()
        assert page.locator("main h1").count() == 1
        assert page.locator(f"main a[href='{case['dossier']}']").count() >= 1
    page.goto(case["dossier"])
    with page.expect_download() as download:
        page.click("#letters a")
    with open(download.value.path(), "rb") as letter:
        assert letter.read(5) == b"%PDF-"
    page.goto(case["dossier"])
    page.click("header button")
    assert urlsplit(page.url).path == "/incasso/bye"
    page.goto(case["dossier"])
    assert urlsplit(page.url).path == "/incasso"


def test_light_and_from_here(case, window):
    """All that entering and reading a dossier takes, together."""
    page = window(enter=False)
    loaded = {}
    page.on("response", lambda answer: loaded.update({answer.url: answer}))
    page.goto(case["link"])
    here = urlsplit(page.url).netloc
    weights = {}
    for url, answer in loaded.items():
        assert urlsplit(url).netloc in (here, ""), url
        if answer.status == 200:
            weights[url] = len(answer.body())
    assert any(url.endswith(".css") for url in weights)
    assert sum(weights.values()) < MOST_BYTES, weights


def test_large_targets(case, window):
    """What is to be touched on a phone is 44 pixels high, but for links in text."""
    page = window()
    for address in (case["dossier"], "/incasso", f"{case['dossier']}/others"):
        page.goto(address)
        for target in page.locator(".way, .button, input:visible, header a").all():
            box = target.bounding_box()
            assert box["height"] >= 44, target.evaluate("e => e.outerHTML")
