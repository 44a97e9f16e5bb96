"""The product as a newcomer meets it: the login page, and the Collections app."""

from playwright.sync_api import expect


def test_manager_opens_the_collections_app(page, log_in):
    log_in()
    page.click(".o_navbar_apps_menu button")
    page.click(".o_app[data-menu-xmlid='incasso_nl.menu_root']")
    expect(page.locator(".o_menu_brand")).to_have_text("Collections")
    expect(page.locator(".o_action_manager .o_view_controller")).to_be_visible()


def test_a_wrong_password_does_not_let_anybody_in(page, odoo_server):
    odoo_server.expect_log("Login failed for login:admin")
    page.goto("/web/login")
    page.fill("input[name=login]", "admin")
    page.fill("input[name=password]", "not-it")
    page.click("button[type=submit]")
    expect(page.locator(".alert-danger")).to_be_visible()
    page.goto("/odoo")
    expect(page.locator("input[name=password]")).to_be_visible()


def test_mail_reaches_the_peer(odoo_server, smtp):
    """The frame that other tests stand on: what Odoo sends, arrives."""
    mail = odoo_server.call(
        "mail.mail",
        "create",
        {
            "subject": "Proef",
            "body_html": "<p>Goedendag</p>",
            "email_from": "post@lindehof.example",
            "email_to": "debiteur@example.com",
        },
    )
    odoo_server.call("mail.mail", "send", [mail])
    [message] = smtp.wait_for(1)
    assert message["Subject"] == "Proef"
    assert message.envelope_to == ["debiteur@example.com"]
