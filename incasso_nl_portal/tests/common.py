import re

from odoo.tests import HttpCase

from odoo.addons.incasso_nl.tests.common import IncassoCommon


class PortalCommon(IncassoCommon, HttpCase):
    """What the tests of a debtor's pages share: getting in, and sending forms.

    The consumer of :class:`IncassoCommon` lives at 1234 AB, 12.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dossier = cls._dossier()
        cls.dossier_url = f"/incasso/dossier/{cls.dossier.id}"
        cls.stranger = cls._partner("Piet Anders", street="Kerkstraat 7", zip="9876 ZX")
        cls.other_dossier = cls._dossier(debtor=cls.stranger)

    def setUp(self):
        super().setUp()
        # A session of nobody's, who reads English: pages are Dutch by default.
        self.authenticate(None, None)
        self.url_open("/incasso/language/en")

    def _access(self, dossier=None):
        """The access of a dossier."""
        dossier = dossier or self.dossier
        return self.env["incasso.access"]._of_dossiers(dossier)[dossier.id]

    def _get(self, url, **kwargs):
        """A page, without following redirects."""
        return self.url_open(url, allow_redirects=False, **kwargs)

    def _token(self, page):
        """The token of the first form on a page."""
        return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]

    def _send(self, url, values, files=None, page=None):
        """Send a form as a browser does: with the token of the page it is on.

        :param values: of the fields
        :param files: list of field and (name, bytes)
        :param page: address of the form; default where it is sent to
        """
        token = self._token(self.url_open(page or url))
        return self.url_open(
            url,
            data={"csrf_token": token, **values},
            files=files,
            allow_redirects=False,
        )

    def _try_code(self, code, postcode="1234 AB", number="12", birth_date=""):
        """Fill in the form that asks for the code."""
        return self._send(
            "/incasso",
            {
                "code": code,
                "postcode": postcode,
                "number": number,
                "birth_date": birth_date,
            },
        )

    def _visit(self, dossier=None):
        """Get in as the debtor of a dossier, and look at its page.

        :return: the page
        """
        dossier = dossier or self.dossier
        self._send_link(dossier)
        return self.url_open(f"/incasso/dossier/{dossier.id}")

    def _words(self, page=None):
        """The words of a page, by default that of the dossier: without its footer."""
        page = self._visit() if page is None else page
        text = page.text.partition("<main")[2].partition("</main>")[0]
        text = re.sub(r"<[^>]+>", " ", f"<main{text}")
        # Also no space that was not there: before a full stop behind a figure.
        return re.sub(r"\s+", " ", text).replace(" .", ".").strip()

    def _send_link(self, dossier):
        link = self._access(dossier)._link()
        return self._get("/incasso/link/" + link.rpartition("/")[2])
