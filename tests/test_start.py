"""The product as a newcomer meets it: the login page, and the Collections app."""


def test_handler_finds_the_collections_app(page, log_in):
    log_in()
    page.goto("/odoo?debug=0")
    page.wait_for_selector(".o_main_navbar")
    assert page.title()
