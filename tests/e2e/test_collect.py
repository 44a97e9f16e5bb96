"""From an overdue invoice to collected money: real mail, real letters, a browser."""

from decimal import Decimal
from pathlib import Path

import letters
from amounts import ONE_DAY, interest


def test_overdue_invoice_is_collected(workshop, odoo_server, smtp, page, log_in):
    """A consumer is written to by e-mail four times, pays what the demand asks, and is
    thanked; what the letters ask is what is booked."""
    due = workshop.ago(53)
    invoice = workshop.invoice("wolters", 850.00, due)
    # 53 days before today falls due, on the next day it is handed over. Reminder 7
    # days, second reminder 5, notice at least 21, each with two banking days and
    # weekends: the demand goes out between 42 and 50 days after the due date, the
    # final demand not before 52.
    dossier = workshop.hand_over(invoice, workshop.ago(52), workshop.ago(3))
    mails = smtp.wait_for(4)
    found = workshop.read(
        "incasso.dossier", dossier, "name", "payment_reference", "outbox_ids", "state"
    )
    assert found["state"] == "open"
    number = found["name"]
    sent = odoo_server.call(
        "incasso.message",
        "search_read",
        [("dossier_id", "=", dossier), ("state", "=", "sent")],
        ["kind", "date", "amount", "costs", "interest", "principal", "sent_at"],
        order="id",
    )
    kinds = [message["kind"] for message in sent]
    assert kinds[:4] == ["reminder", "reminder", "notice", "demand"]
    assert len(mails) == len(sent), "Every message went out once."
    for mail in mails:
        assert mail.envelope_to == ["daan.wolters@post.example"]
        # Art. 4.2 Bki: not on Sundays, and not before seven or after eight.
        assert mail["Date"].datetime.isoweekday() < 7

    for mail, message in zip(mails, sent, strict=True):
        pdf = letters.attached(mail)
        words = letters.text(pdf)
        assert "Daan Wolters" in words
        assert found["payment_reference"] in words.replace(" ", "")
        code = letters.payment_code(pdf)
        assert code[0] == "BCD" and code[3] == "SCT"
        assert code[5] == "Fietsenmakerij De Ketting B.V."
        assert code[7] == f"EUR{message['amount']:.2f}"

    # The notice announces costs, and asks for none: 15% of 850.00.
    notice, demand = sent[2], sent[3]
    assert (notice["amount"], notice["costs"]) == (850.00, 0.0)
    assert "127,50" in letters.text(letters.attached(mails[2]))
    on_date = due.fromisoformat(demand["date"])
    expected = interest(Decimal("850.00"), due, on_date)
    assert Decimal(str(demand["interest"])) == expected
    assert demand["costs"] == 127.50
    assert Decimal(str(demand["amount"])) == Decimal("977.50") + expected

    pay_in_browser(page, log_in, dossier)
    found = workshop.read(
        "incasso.dossier", dossier, "state", "close_reason", "balance", "receipt_ids"
    )
    assert (found["state"], found["close_reason"]) == ("closed", "paid")
    assert found["balance"] == 0.0
    receipt = workshop.read(
        "incasso.receipt", found["receipt_ids"][0], "costs", "interest", "principal"
    )
    today = interest(Decimal("850.00"), due, workshop.today)
    assert receipt["costs"] == 127.50
    assert Decimal(str(receipt["interest"])) == today
    assert receipt["principal"] == 850.00
    assert workshop.read("account.move", invoice, "amount_residual") == {
        "id": invoice,
        "amount_residual": 0.0,
    }

    # The thanks go out on the next day that allows it.
    smtp.clear()
    workshop.live(workshop.today + ONE_DAY, workshop.today + 4 * ONE_DAY)
    # Other debtors of the workshop are written to as well.
    [thanks] = letters.mails_to(smtp.wait_for(1), "daan.wolters@post.example")
    words = letters.text(letters.attached(thanks))
    assert "Bedankt voor uw betaling" in words and number in words


def pay_in_browser(page, log_in, dossier):
    """Finance opens the dossier, looks why, and registers what is proposed."""
    log_in("finance", "finance")
    page.goto(f"/odoo/action-incasso_nl.incasso_dossier_action/{dossier}")
    page.click(".o_field_widget[name=claim_ids] button[name=action_explain]")
    page.wait_for_selector(".modal:has-text('6:119')")
    page.click(".modal .btn-close")
    page.click("button[name=action_register_receipt]")
    page.wait_for_selector(".modal .o_field_widget[name=left]")
    page.click(".modal button[name=action_register]")
    page.wait_for_selector(".modal", state="detached")
    page.wait_for_selector(".ribbon:has-text('Closed')")


def test_refused_address_falls_back_to_post(workshop, odoo_server, smtp, page, log_in):
    """The mail server refuses the address: the reminder goes by post, in a batch that
    the handler prints."""
    smtp.refused["femke.lakeman@post.example"] = "550 5.1.1 No such user here"
    due = workshop.ago(12)
    invoice = workshop.invoice("lakeman", 184.00, due)
    dossier = workshop.hand_over(invoice, workshop.ago(11), workshop.ago(5))
    assert not smtp.messages
    rows = odoo_server.call(
        "incasso.message",
        "search_read",
        [("dossier_id", "=", dossier)],
        ["channel", "state", "kind"],
        order="id",
    )
    assert [(row["channel"], row["state"], row["kind"]) for row in rows] == [
        ("email", "bounced", "reminder"),
        ("post", "rendered", "reminder"),
    ]

    log_in("handler", "handler")
    page.goto("/odoo/action-incasso_nl.action_print_letters")
    page.click(".modal button[name=action_print]")
    with page.expect_download() as download:
        page.click("button[name=action_download]")
    pdf = Path(download.value.path()).read_bytes()
    words = letters.text(pdf)
    assert "Femke Lakeman" in words and "9999 LB LINDEDORP" in words
    assert letters.payment_code(pdf)[7] == "EUR184.00"

    page.click("button[name=action_posted]")
    page.click(".modal footer .btn-primary")
    page.wait_for_selector("button[name=action_posted]", state="detached")
    [letter] = odoo_server.call(
        "incasso.message",
        "read",
        [rows[1]["id"]],
        ["state", "sent_at", "deadline_date"],
    )
    assert letter["state"] == "sent" and letter["deadline_date"]
