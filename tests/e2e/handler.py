"""A handler's browser: from the worklist to the decision."""

#: Of the view that a worklist is shown in.
ROWS = ".o_list_view .o_data_row"


class Handler:
    """Who decides on what debtors bring up.

    :param page: of Playwright, logged in
    :param Path folder: where pictures go
    """

    def __init__(self, page, folder):
        self.page = page
        self.folder = folder

    def worklist(self):
        """Open what waits."""
        self.page.goto("/odoo/action-incasso_nl.incasso_work_action")
        self.page.wait_for_selector(".o_list_view")

    def row(self, number):
        """The line of the worklist with a number."""
        return self.page.locator(ROWS, has_text=number)

    def open(self, number):
        """From the worklist to the record."""
        self.worklist()
        self.row(number).locator("td[name=name]").click()
        self.page.wait_for_selector(f".o_form_view:has-text('{number}')")

    def decide(self, action, asked=False):
        """Click a decision.

        :param str action: of the button
        :param bool asked: whether it has to be confirmed
        """
        button = self.page.locator(f".o_form_statusbar button[name={action}]:visible")
        button.click()
        confirm = self.page.locator(".modal footer .btn-primary")
        if asked:
            confirm.click()
        button.wait_for(state="detached")

    def picture(self, name):
        """Keep a picture of the screen."""
        self.page.screenshot(path=self.folder / f"{name}.png")
