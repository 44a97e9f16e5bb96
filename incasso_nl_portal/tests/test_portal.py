from odoo import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.incasso_nl.tests.common import IncassoCommon


@tagged("post_install", "-at_install")
class TestPortal(IncassoCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._dossier()
        cls.other = cls._dossier(debtor=cls._partner("Piet Anders"))
        cls.env["res.users"].create(
            {
                "name": "Jan de Vries",
                "login": "jan.devries",
                "password": "jan.devries",
                "partner_id": cls.consumer.id,
                "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )

    def test_debtor_sees_own_dossiers_only(self):
        self.authenticate("jan.devries", "jan.devries")
        page = self.url_open("/my/dossiers")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.own.name, page.text)
        self.assertNotIn(self.other.name, page.text)
        # The principal: interest runs, but nobody asked for it yet.
        self.assertRegex(page.text, r">1[.,]000[.,]00<")

    def test_home_counts_own_dossiers(self):
        self.authenticate("jan.devries", "jan.devries")
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["incasso_dossier_count"]}
        )
        self.assertEqual(counters["incasso_dossier_count"], 1)
        self.assertIn("/my/dossiers", self.url_open("/my").text)

    def test_strangers_log_in_first(self):
        self.authenticate(None, None)
        page = self.url_open("/my/dossiers", allow_redirects=False)
        self.assertEqual(page.status_code, 303)
        self.assertIn("/web/login", page.headers["Location"])
