"""From the code in a letter to a paid dossier, at a bank that is on this machine."""

import threading

import debtor
import letters
import pytest
import requests


@pytest.fixture
def mollie(mollie_peer):
    """A server that speaks Mollie's API, whose bank calls the webhook."""
    mollie_peer.calls_back = True
    return mollie_peer


def receipts(odoo_server, case):
    return odoo_server.call(
        "incasso.receipt",
        "search_read",
        [("dossier_id", "=", case.id)],
        ["state", "amount", "principal", "kind"],
    )


def test_from_the_letter_to_paid_by_ideal(
    workshop, odoo_server, mollie, smtp, cases, visitor
):
    """On a phone, without a single script: the code of the letter, iDEAL | Wero, the
    bank, and back. The webhook comes at the same moment as the debtor, who is thanked
    by e-mail."""
    case = cases["verbruggen"]
    visitor.enter(case.letters[-1], *case.home)
    visitor.follow("/pay")
    visitor.look("what")
    visitor.choose(part="all")
    visitor.send()
    assert "€ 260,00" in visitor.words
    visitor.look("how")
    visitor.send("main form[action$='/start'] button")
    # At Mollie. The amount is the ledger's.
    assert visitor.page.url.startswith(mollie.origin)
    assert "EUR 260.00" in visitor.page.inner_text("body")
    assert mollie.newest()["description"].startswith(case.reference)
    held = workshop.read("incasso.dossier", case.id, "is_held")
    assert held["is_held"]
    visitor.page.click("button[value=paid]")
    assert visitor.page.url.startswith(odoo_server.url)
    assert "€ 260,00" in visitor.words
    visitor.look("paid")
    mollie.wait()
    assert {status for _payment, status in mollie.notified} == {200}
    found = workshop.read("incasso.dossier", case.id, "state", "close_reason")
    assert (found["state"], found["close_reason"]) == ("closed", "paid")
    [receipt] = receipts(odoo_server, case)
    assert (receipt["state"], receipt["amount"]) == ("allocated", 260.0)
    smtp.clear()
    workshop.send_letters()
    [thanks] = letters.mails_to(smtp.messages, "ilse.verbruggen@post.example")
    words = letters.text(letters.attached(thanks))
    assert "Bedankt voor uw betaling" in words
    assert "€ 260,00" in words and case.name in words


def test_embedded_form_on_the_page_itself(
    workshop, odoo_server, mollie, cases, new_context, output_path
):
    """Odoo's own payment form, with Demo: a part first, then the payment that the bank
    refuses."""
    case = cases["baars"]
    visitor = debtor.Visitor(new_context(viewport=debtor.PHONE).new_page(), output_path)
    visitor.enter(case.letters[-1], *case.home)
    for outcome, amount in (("done", "40"), ("cancel", "50,00")):
        visitor.open(f"/incasso/dossier/{case.id}/pay?part=other&amount={amount}")
        visitor.follow("/form")
        page = visitor.page
        page.wait_for_selector("#o_payment_form")
        page.click("li:has([data-provider-code=demo]) .o_payment_option_label")
        page.select_option("#simulated_payment_state", outcome)
        visitor.look(f"form-{outcome}")
        page.click("button[name=o_payment_submit_button]:enabled")
        page.wait_for_url("**/pay/result/*")
        visitor.look(f"result-{outcome}")
    [receipt] = receipts(odoo_server, case)
    assert (receipt["state"], receipt["principal"]) == ("allocated", 40.0)
    found = workshop.read("incasso.dossier", case.id, "balance", "is_held")
    assert (found["balance"], found["is_held"]) == (59.0, False)


def test_everybody_tells_it_at_once(workshop, odoo_server, mollie, cases, visitor):
    """Twelve requests at the same moment, of the webhook and of the return page: one
    receipt."""
    case = cases["baars"]
    visitor.enter(case.letters[-1], *case.home)
    visitor.open(f"/incasso/dossier/{case.id}/pay/all")
    visitor.send("main form[action$='/start'] button")
    payment = mollie.newest()
    mollie.settle(payment["id"], "paid")
    session = {c["name"]: c["value"] for c in visitor.page.context.cookies()}
    begin = threading.Barrier(12)
    answers = []

    def call(index):
        begin.wait()
        if index % 2:
            answer = requests.post(
                payment["webhookUrl"], data={"id": payment["id"]}, timeout=60
            )
        else:
            answer = requests.get(payment["redirectUrl"], cookies=session, timeout=60)
        answers.append(answer.status_code)

    threads = [threading.Thread(target=call, args=[i]) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 12
    amount = float(payment["amount"]["value"])
    paid = [row for row in receipts(odoo_server, case) if row["amount"] == amount]
    assert [row["state"] for row in paid] == ["allocated"]
    found = workshop.read("incasso.dossier", case.id, "state", "close_reason")
    assert (found["state"], found["close_reason"]) == ("closed", "paid")
