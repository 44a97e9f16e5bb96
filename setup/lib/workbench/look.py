"""Look at a running product as a newcomer does: ``python -m workbench.look URL``.

Runs in Odoo's environment, for Playwright. Opens the login page, logs the
administrator in, opens the Collections app and the page where debtors get in, and
prints what it saw.
"""

import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from .paths import CACHE
from .server import browser

APP = "incasso_nl.menu_root"


def look(page, url):
    """Print what there is to see; Playwright raises when something is not there."""
    page.goto(f"{url}/web/login")
    print(f"Login page:      {page.title()}")
    page.fill("input[name=login]", "admin")
    page.fill("input[name=password]", "admin")
    page.click("button[type=submit]")
    page.click(".o_navbar_apps_menu button")
    page.click(f".o_app[data-menu-xmlid='{APP}']")
    page.wait_for_selector(".o_action_manager .o_view_controller")
    page.wait_for_selector(".o_loading_indicator", state="hidden")
    menus = page.locator(".o_menu_sections > *").all_inner_texts()
    print(f"Collections app: {page.title()}")
    print(f"  menus:         {', '.join(name.strip() for name in menus)}")
    sample = page.locator(".o_view_sample_data").count()  # Odoo's, of nothing real
    rows = 0 if sample else page.locator(".o_data_row, .o_kanban_record").count()
    print(f"  rows in view:  {rows}")


def look_as_debtor(page, url):
    """Print what a debtor meets."""
    page.goto(f"{url}/incasso")
    page.wait_for_selector("input[name=code]")
    print(f"Debtor's door:   {page.title()}")


def main():
    picture = Path(CACHE / "demo-check.png")
    errors = []
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox when it runs as root.
        chromium = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox"]
        )
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        try:
            look(page, sys.argv[1])
            page.screenshot(path=picture)
            look_as_debtor(page, sys.argv[1])
        except Error as error:
            errors.append(error.message)
            page.screenshot(path=picture)
        chromium.close()
    print(f"Picture:         {picture}")
    for error in errors:
        print(f"WRONG: {error}")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
