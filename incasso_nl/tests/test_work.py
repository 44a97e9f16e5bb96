from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from .common import IncassoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-11-17 09:00:00")
class TestWork(IncassoCommon):
    """Everything that waits for a person, in one list."""

    def setUp(self):
        super().setUp()
        self.dossier = self._dossier(handler_id=self.handler.id)
        self.Work = self.env["incasso.work"].with_user(self.handler)

    def _lines(self, *domain):
        self.env.flush_all()
        self.env["incasso.work"].invalidate_model()
        return self.Work.search([("dossier_id", "=", self.dossier.id), *domain])

    def _letter(self, **values):
        return self.env["incasso.correspondence"].create(
            {"dossier_id": self.dossier.id, "text": "Hallo", **values}
        )

    def test_every_request_model_is_in_it(self):
        """Also one that comes later: found by what it inherits from."""
        models = self.Work._request_models()
        self.assertLessEqual(
            {
                "incasso.correspondence",
                "incasso.complaint",
                "incasso.callback",
                "incasso.privacy.request",
            },
            set(models),
        )
        self.assertNotIn("incasso.request", models)
        kinds = dict(self.Work._fields["kind"]._description_selection(self.env))
        self.assertLessEqual(set(models), set(kinds))
        self.assertEqual(set(self.Work._branches()), set(kinds))

    def test_until_it_is_answered(self):
        letter = self._letter()
        line = self._lines()
        self.assertEqual(line.kind, "incasso.correspondence")
        self.assertEqual(line.name, letter.name)
        self.assertEqual(line.debtor_id, self.consumer)
        self.assertEqual(line.handler_id, self.handler)
        self.assertEqual(line.answer_date, date(2026, 11, 19))
        self.assertFalse(line.is_late)
        action = line.action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (letter._name, letter.id)
        )
        letter.action_no_answer()
        self.assertFalse(self._lines())

    def test_late(self):
        self._letter()
        with freeze_time("2026-11-20 05:00:00"):
            self.assertTrue(self._lines(("is_late", "=", True)))
        self.assertFalse(self._lines(("is_late", "=", True)))

    def test_the_most_urgent_first(self):
        later = self._letter()
        sooner = self._letter(received_at="2026-11-16 09:00:00")
        self.assertEqual(self._lines().mapped("name"), [sooner.name, later.name])

    def test_complaint_waits_for_its_confirmation_first(self):
        self.consumer.write({"email": False, "street": False})
        complaint = self.env["incasso.complaint"].create(
            {"dossier_id": self.dossier.id}
        )
        line = self._lines()
        self.assertEqual(line.answer_date, complaint.confirm_date)
        self.consumer.email = "jan@debiteur.example"
        complaint.action_confirm()
        self.assertEqual(self._lines().answer_date, complaint.answer_date)

    def test_citizen_service_number_waits_though_it_is_answered(self):
        letter = self._letter(text="BSN 123456782")
        letter.action_no_answer()
        self.assertTrue(self._lines(("has_bsn", "=", True)))
        letter.action_remove_bsn()
        self.assertFalse(self._lines())

    def test_other_things_that_wait(self):
        self.dossier.run_error = "Geen adres"
        self.assertEqual(self._lines().mapped("kind"), ["aside"])
        self.assertEqual(self._lines().summary, "Geen adres")
        self.dossier.write({"run_error": False, "proposed_date": "2026-11-16"})
        line = self._lines()
        self.assertEqual(line.kind, "handover")
        self.assertEqual(line.action_open()["res_id"], self.dossier.id)
        self.dossier.proposed_date = False
        self.dossier.activity_schedule(
            "mail.mail_activity_data_call", date(2026, 11, 16), user_id=self.finance.id
        )
        line = self._lines()
        self.assertEqual((line.kind, line.handler_id), ("activity", self.finance))
        self.assertTrue(line.is_late)
        self.dossier.activity_ids.unlink()
        receipt = self.env["incasso.receipt"].create(
            {
                "company_id": self.company.id,
                "date": "2026-11-16",
                "amount": 10,
                "kind": "bank",
                "state": "unmatched",
            }
        )
        found = self.Work.search([("res_model", "=", "incasso.receipt")])
        self.assertIn(receipt.id, found.mapped("res_id"))

    def test_invoices_proposed_are_one_line_a_debtor(self):
        invoices = self._invoice(self.business, 10, "2026-01-01", "2026-01-31")
        invoices |= self._invoice(self.business, 20, "2026-01-01", "2026-01-31")
        invoices.incasso_proposal_date = "2026-11-16"
        self.env.flush_all()
        line = self.Work.search([("debtor_id", "=", self.business.id)])
        self.assertEqual((line.kind, line.summary), ("proposal", "2"))
        action = line.action_open()
        self.assertEqual(self.env["account.move"].search(action["domain"]), invoices)

    def test_numbers_of_lines_differ(self):
        self._letter()
        self.env["incasso.complaint"].create({"dossier_id": self.dossier.id})
        self.dossier.run_error = "Geen adres"
        lines = self._lines()
        self.assertEqual(len(set(lines.ids)), 3)
        self.assertEqual(
            [line.read(["name"])[0]["name"] for line in lines], lines.mapped("name")
        )

    def test_only_of_own_companies(self):
        self._letter()
        other = self._create_company(name="Andere Incasso B.V.")
        stranger = self._new_user("other", "incasso_nl.group_handler")
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.env.flush_all()
        work = self.env["incasso.work"].with_user(stranger)
        self.assertFalse(work.search([("dossier_id", "=", self.dossier.id)]))

    def test_as_many_queries_for_a_hundred_lines_as_for_one(self):
        def look():
            self.env.flush_all()
            self.env.invalidate_all()
            fields = ["kind", "name", "debtor_id", "handler_id", "answer_date"]
            start = self.env.cr.sql_log_count
            lines = self.Work.search_read([], fields, limit=80)
            return len(lines), self.env.cr.sql_log_count - start

        self._letter()
        look()
        few, queries = look()
        for _number in range(20):
            self._letter()
        many, more = look()
        self.assertGreater(many, few)
        self.assertEqual(more, queries)

    def test_answered_ones_are_passed_by(self):
        """The index holds only what waits."""
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        query = self.env["incasso.work"]._request_branch("incasso.correspondence")
        self.env.cr.execute("EXPLAIN " + query.code, query.params)
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("incasso_correspondence__open_idx", plan)
