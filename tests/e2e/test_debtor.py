"""What a debtor does besides paying, from the letter on: on a phone, without scripts;
and what a handler makes of it."""

from decimal import Decimal
from io import BytesIO

import letters
from amounts import euro, interest
from pypdf import PdfWriter


def a_pdf():
    """A small file as a scanner makes it: one empty page."""
    file = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.write(file)
    return file.getvalue()


def only(server, model, domain, *names):
    """The one record that a domain finds: its fields."""
    [found] = server.call(model, "search_read", domain, list(names))
    return found


def test_objection_upheld(workshop, odoo_server, smtp, cases, visitor, handler):
    """One of two invoices was not delivered. Its part stands still, the other part is
    paid; the handler agrees with one click; nothing is left to pay."""
    case = cases["hofstra"]
    dossier = f"/incasso/dossier/{case.id}"
    due = workshop.ago(59)
    running = [interest(Decimal(p), due, workshop.today) for p in (300, 200)]
    # 15% of 300.00 and 200.00 (BIK, art. 2).
    costs = Decimal("45.00") + Decimal("30.00")
    visitor.enter(case.letters[-1], *case.home)
    visitor.look("dossier")
    assert visitor.figures("balance") == [
        euro(500),
        euro(sum(running)),
        euro(costs),
        euro(500 + sum(running) + costs),
    ]

    visitor.follow("/objection")
    visitor.look("form")
    visitor.send()
    visitor.look("errors")
    claim = only(
        odoo_server,
        "incasso.claim",
        [("dossier_id", "=", case.id), ("amount", "=", 200.0)],
        "name",
    )
    visitor.choose(claims=claim["id"], reason="not_delivered")
    visitor.fill(text="De tassen zijn nooit bezorgd.")
    visitor.send()
    visitor.look("kept")
    dispute = only(
        odoo_server,
        "incasso.dispute",
        [("dossier_id", "=", case.id)],
        "name",
        "hold_id",
        "answer_date",
    )
    assert dispute["name"] in visitor.words
    # What is not disputed: its invoice, its interest, its costs.
    rest = 300 + running[0] + Decimal("45.00")
    assert euro(rest) in visitor.words
    hold = workshop.read("incasso.hold", dispute["hold_id"][0], "claim_ids", "state")
    assert (hold["claim_ids"], hold["state"]) == ([claim["id"]], "active")

    visitor.follow("/pay?part=undisputed")
    visitor.look("pay")
    assert euro(rest) in visitor.words
    visitor.open(dossier)
    visitor.look("disputed")

    workshop.receive(
        "hofstra", float(rest), case.reference, workshop.today, workshop.today
    )
    handler.open(dispute["name"])
    handler.picture("dispute")
    handler.decide("action_uphold", asked=True)
    handler.picture("upheld")
    found = workshop.read(
        "incasso.dossier", case.id, "state", "close_reason", "balance"
    )
    assert (found["state"], found["balance"]) == ("closed", 0.0)

    visitor.open(dossier)
    visitor.look("after")
    visitor.open(f"{dossier}/objection/{dispute['id']}")
    visitor.look("answer")
    # The invoice, with its interest and costs.
    assert euro(200 + running[1] + Decimal("30.00")) in visitor.words
    smtp.clear()
    workshop.send_letters()
    told = letters.of_mails(smtp.messages, "jelle.hofstra@post.example", visitor.folder)
    words = [letters.text(letter) for letter in told]
    [answer] = [text for text in words if "U hebt gelijk" in text]
    assert "Jelle Hofstra" in answer and claim["name"] in answer


def test_administrator(workshop, odoo_server, smtp, cases, visitor, handler):
    """An administrator acts for the debtor: everything stops; once the handler has
    accepted it, letters go to the administrator, who has a code of their own."""
    case = cases["schouten"]
    dossier = f"/incasso/dossier/{case.id}"
    visitor.enter(case.letters[-1], *case.home)
    visitor.follow("/help")
    visitor.look("help")
    visitor.follow("/help/administration")
    visitor.look("form")
    visitor.send()
    visitor.look("errors")
    visitor.fill(
        organisation="Bewindvoering Tij",
        contact_name="Ria Tij",
        email="post@tij.example",
        street="Zeedijk 8",
        zip="9999 ZD",
        city="Waterhoek",
        start_date=str(workshop.ago(30)),
        reference="BW-2026-17",
    )
    visitor.attach("beschikking.pdf", a_pdf())
    visitor.send()
    visitor.look("told")
    told = only(
        odoo_server,
        "incasso.help.request",
        [("dossier_id", "=", case.id)],
        "name",
        "kind",
        "file_ids",
    )
    assert told["kind"] == "administration" and len(told["file_ids"]) == 1
    found = workshop.read("incasso.dossier", case.id, "is_held")
    assert found["is_held"]

    handler.open(told["name"])
    handler.picture("help")
    handler.decide("action_accept", asked=True)
    handler.picture("accepted")
    visitor.open(dossier)
    visitor.look("accepted")
    assert "Bewindvoering Tij" in visitor.words

    workshop.send_letters()
    [letter] = letters.of_mails(smtp.messages, "post@tij.example", visitor.folder)
    words = letters.text(letter)
    assert "Bewindvoering Tij" in words and "Hanna Schouten" in words
    assert letters.portal_code(letter) != letters.portal_code(case.letters[-1])
    told = letters.of_mails(
        smtp.messages, "hanna.schouten@post.example", visitor.folder
    )
    assert any(
        "Wij schrijven voortaan naar Bewindvoering Tij" in letters.text(letter)
        for letter in told
    )
    visitor.leave()
    visitor.enter(letter, "9999 ZD", "8")
    visitor.look("representative")
    assert case.name in visitor.words and euro(420) in visitor.words


def test_wrong_person(workshop, odoo_server, cases, visitor, handler, new_context):
    """A letter for somebody else: told without getting in. Nothing personal is shown;
    the handler decides; it is in the register of privacy incidents."""
    case = cases["reitsma"]
    personal = ("Reitsma", "Wilgenlaan", case.name, case.reference, "175,00")

    def look(name):
        visitor.look(name)
        content = visitor.page.content()
        for text in personal:
            assert text not in content, f"{text} on {name}"

    visitor.open(visitor.local(letters.portal_address(case.letters[-1])))
    look("entry")
    visitor.fill(postcode="1234 AB", number="1")
    visitor.send()
    look("refused")
    visitor.page.click("main a[href*='/incasso/not-me']")
    look("form")
    visitor.send()
    look("errors")
    visitor.choose(kind="not_me", reached="opened")
    visitor.fill(text="Ik woon hier sinds mei, en ken deze persoon niet.")
    visitor.send()
    look("thanks")
    report = only(
        odoo_server,
        "incasso.person.report",
        [("dossier_id", "=", case.id)],
        "name",
        "kind",
        "state",
    )
    assert (report["kind"], report["state"]) == ("not_me", "new")
    found = workshop.read("incasso.dossier", case.id, "is_held")
    assert found["is_held"]

    handler.open(report["name"])
    handler.picture("report")
    handler.decide("action_confirm")
    handler.picture("confirmed")
    incident = only(
        odoo_server,
        "incasso.privacy.incident",
        [("dossier_id", "=", case.id)],
        "name",
        "state",
    )
    assert incident["state"]
    # The code of the letter opens nothing any more.
    visitor.enter(case.letters[-1], *case.home)
    look("closed")


def test_messages_both_ways(workshop, odoo_server, smtp, cases, visitor, handler):
    """A question with a file, and an answer with a file; what is late stands out."""
    case = cases["jonker"]
    dossier = f"/incasso/dossier/{case.id}"
    asked = workshop.at(
        workshop.ago(6),
        f"""
letter = env["incasso.correspondence"].create(
    {{"dossier_id": {case.id}, "source": "phone", "text": "Belt terug over factuur."}}
)
print("RESULT", '"%s"' % letter.name)
""",
    )
    visitor.enter(case.letters[-1], *case.home)
    visitor.follow("/messages")
    visitor.look("form")
    visitor.fill(text="Klopt deze factuur? Ik stuur mijn bon mee.")
    visitor.attach("bon.pdf", a_pdf())
    visitor.send()
    visitor.look("sent")
    letter = only(
        odoo_server,
        "incasso.correspondence",
        [("dossier_id", "=", case.id), ("source", "=", "portal")],
        "name",
        "answer_date",
        "file_ids",
    )
    assert len(letter["file_ids"]) == 1

    handler.worklist()
    handler.picture("worklist")
    assert "text-danger" in handler.row(asked).get_attribute("class")
    assert "text-danger" not in handler.row(letter["name"]).get_attribute("class")
    handler.open(letter["name"])
    page = handler.page
    page.fill(".o_field_widget[name=answer] textarea", "Ja, zie de specificatie.")
    page.set_input_files(
        ".o_field_widget[name=answer_file_ids] input[type=file]",
        {"name": "specificatie.pdf", "mimeType": "application/pdf", "buffer": a_pdf()},
    )
    page.wait_for_selector(".o_field_widget[name=answer_file_ids] .o_attachment")
    handler.picture("answer")
    handler.decide("action_send")

    visitor.open(f"{dossier}/messages")
    visitor.look("answered")
    assert "Ja, zie de specificatie." in visitor.words
    with visitor.page.expect_download() as download:
        visitor.page.click("main a:has-text('specificatie.pdf')")
    with open(download.value.path(), "rb") as file:
        assert file.read() == a_pdf()
    smtp.clear()
    workshop.send_letters()
    [mail] = letters.mails_to(smtp.messages, "marit.jonker@post.example")
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert "specificatie.pdf" in names
    body = mail.get_body(("html",)).get_content()
    assert "Ja, zie de specificatie." in body
