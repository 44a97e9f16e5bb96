"""A debtor's browser: a phone without scripts, and what every page has to stand."""

from pathlib import Path
from urllib.parse import urlsplit

import letters
from axe_playwright_python.sync_playwright import Axe

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
#: What WCAG 2.2 AA asks for, as far as a program can tell.
RULES = {
    "runOnly": [
        *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
        "best-practice",
    ]
}
#: Of a visitor's window. Scripts are off: the pages have none, and need none.
WINDOW = {"viewport": PHONE, "has_touch": True, "java_script_enabled": False}


def violations(page):
    """What axe has against a page: rule, and the elements concerned.

    :param page: of a window in which scripts run
    """
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        (rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found
    ]


class Visitor:
    """Somebody with a letter in one hand and a phone in the other.

    :param page: of Playwright
    :param folder: where pictures go
    :param reader: a page of a window in which scripts run; where they run in the
        first, it is not needed
    """

    def __init__(self, page, folder, reader=None):
        self.page = page
        self.reader = reader
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pictures = 0

    # === WHERE === #

    def open(self, address):
        """Go to an address; the page has to be there."""
        answer = self.page.goto(address)
        assert answer.status == 200, f"{address}: {answer.status}"

    def enter(self, letter, postcode, number):
        """Get in with the code printed in a letter.

        :param bytes letter: the file
        """
        self.open("/incasso")
        code = letters.portal_code(letter)
        self.fill(code=code, postcode=postcode, number=number)
        self.send()

    def leave(self):
        """Log out."""
        self.send("header form button")

    @staticmethod
    def local(address):
        """The path of an address: the server under test is at another port than the
        one that letters name."""
        return urlsplit(address).path

    def follow(self, address):
        """Follow the link on the page that goes to an address.

        :param str address: how it ends
        """
        self.page.click(f"main a[href$='{address}'] >> visible=true")

    # === WHAT IS TYPED === #

    def fill(self, **fields):
        """Fill in fields of a form, by name."""
        for name, value in fields.items():
            self.page.fill(f"main [name={name}]", str(value))

    def choose(self, **options):
        """Choose an option of a field, by their names."""
        for name, value in options.items():
            self.page.check(f"main [name={name}][value='{value}']")

    def attach(self, name, content, field="files"):
        """Put a file into a form.

        :param str name: of the file
        :param bytes content: of the file
        """
        self.page.set_input_files(
            f"main [name={field}]",
            {
                "name": name,
                "mimeType": "application/octet-stream",
                "buffer": content,
            },
        )

    def send(self, button="main form button[type=submit]"):
        """Send the form of the page."""
        with self.page.expect_navigation():
            self.page.click(f"{button} >> nth=0")

    # === WHAT IS READ === #

    @property
    def words(self):
        """What the page says, all spaces alike."""
        return " ".join(self.page.inner_text("main").split())

    def amounts(self, table):
        """The amounts in the rows of a table.

        :param str table: what finds its body
        """
        cells = self.page.locator(f"{table} td.figure").all_inner_texts()
        return [" ".join(cell.split()) for cell in cells]

    def figures(self, section):
        """What stands in the rows of figures of a section: names without explanation,
        and amounts.

        :param str section: id
        """
        rows = self.page.locator(f"#{section} dl > div")
        return [" ".join(row.locator("dd").inner_text().split()) for row in rows.all()]

    def look(self, name):
        """Look at the page on a phone and on a desk: nothing is cut off, nobody is
        shut out. Keeps a picture of each."""
        self.pictures += 1
        reader = self._give_to_reader()
        for size, where in ((DESKTOP, "desk"), (PHONE, "phone")):
            for page in {self.page, reader}:
                page.set_viewport_size(size)
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{name} on a {where}: {wide} pixels wide"
            self.page.screenshot(
                path=self.folder / f"{self.pictures:02}-{name}-{where}.png",
                full_page=True,
            )
            assert violations(reader) == [], f"{name} on a {where}"

    def _give_to_reader(self):
        """The page where a program can look at what this page shows: axe waits for
        timers, which never come where scripts are off."""
        if not self.reader:
            return self.page
        # Where the styles of the pages come from, and nothing of anybody is shown.
        self.reader.goto("/incasso/bye")
        self.reader.set_content(self.page.content(), wait_until="load")
        return self.reader
