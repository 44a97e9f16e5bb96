from odoo.tests import TransactionCase, tagged

from ..demo.stage import Stage
from ..demo.story import Story


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo's story, as it comes out on the day of the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            su=True,
            context={"tracking_disable": True, "mail_activity_quick_update": True},
        )
        cls.stage = Stage(cls.env)
        Story(cls.stage).play()
        cls.company = cls.stage.company

    def _count(self, model, *domain):
        return self.env[model].search_count(
            [("company_id", "=", self.company.id), *domain]
        )

    def test_working_day(self):
        """Whoever logs in finds work: no worklist is empty."""
        dossiers = self.env["incasso.dossier"].search(
            [("company_id", "=", self.company.id)]
        )
        handler = self.stage.users["handler"]
        for what, count in {
            "calls": self.env["mail.activity"].search_count(
                [("res_model", "=", "incasso.dossier"), ("user_id", "=", handler.id)]
            ),
            "proposed for collection": self._count(
                "account.move", ("incasso_proposal_date", "!=", False)
            ),
            # Not always today: on Sundays and holidays nobody is written to.
            "to be written to for the first time": self._count(
                "incasso.dossier",
                ("step_id", "=", False),
                ("next_action_date", ">=", self.stage.today),
            ),
            "set aside": self._count("incasso.dossier", ("run_error", "!=", False)),
            "letters to print": self._count(
                "incasso.message", ("state", "=", "rendered"), ("channel", "=", "post")
            ),
            "messages in doubt": self._count(
                "incasso.message", ("state", "=", "sending")
            ),
            "receipts to confirm": self._count(
                "incasso.receipt", ("state", "=", "proposed")
            ),
            "unknown money": self._count(
                "incasso.receipt", ("state", "=", "unmatched")
            ),
            "trust money": self._count(
                "incasso.receipt",
                ("state", "=", "allocated"),
                ("dossier_id.is_third_party", "=", True),
            ),
        }.items():
            with self.subTest(what):
                self.assertTrue(count)
        self.assertEqual(
            set(dossiers.filtered("is_held").hold_ids.mapped("kind"))
            - {
                "dispute",
                "arrangement",
                "promise",
                "payment_proof",
                "debt_aid",
                "bankruptcy",
                "address_unknown",
            },
            set(),
        )
        self.assertEqual(
            set(dossiers.mapped("debtor_type")), {"consumer", "business", "government"}
        )
        # What debtors brought up, each once at the least and not decided yet.
        self.assertLessEqual(
            {
                "incasso.arrangement",
                "incasso.dispute",
                "incasso.paid.report",
                "incasso.help.request",
                "incasso.person.report",
                "incasso.correspondence",
                "incasso.complaint",
            },
            set(self.env["incasso.work"].search([]).mapped("kind")),
        )
        self.assertFalse(
            self._count("incasso.message", ("state", "=", "failed")),
            "Every letter could be made.",
        )

    def test_paid_after_demand(self):
        """Gerda Brouns pays what she owes after the demand: 239.00, the least costs of
        40.00, and interest."""
        receipt = self.env["incasso.receipt"].search(
            [("debtor_id", "=", self.stage.partners["brouns"].id)]
        )
        dossier = receipt.dossier_id
        self.assertEqual((dossier.state, dossier.close_reason), ("closed", "paid"))
        self.assertEqual((receipt.principal, receipt.costs), (239.00, 40.00))
        self.assertGreater(receipt.interest, 0.0)
        self.assertEqual(receipt.surplus, 0.0)

    def test_arrangement_is_kept(self):
        """Lotte Elbers pays 125.00 a month; what is left is in the last instalment."""
        arrangement = self.env["incasso.arrangement"].search(
            [("debtor_id", "=", self.stage.partners["elbers"].id)]
        )
        self.assertEqual(arrangement.stage, "active")
        parts = arrangement.instalment_ids
        self.assertEqual(set(parts[:-1].mapped("amount")), {125.00})
        self.assertLessEqual(parts[-1:].amount, 125.00)
        self.assertAlmostEqual(sum(parts.mapped("amount")), arrangement.total)
        due = parts.filtered(lambda part: part.date < self.stage.today)
        self.assertEqual(set(due.mapped("state")), {"paid"})

    def test_limitation_dates_are_current(self):
        """What the messages interrupted is in the stored dates."""
        claims = self.env["incasso.claim"].search(
            [("company_id", "=", self.company.id), ("state", "=", "open")]
        )
        for claim, found in claims._limitations().items():
            claim = self.env["incasso.claim"].browse(claim)
            self.assertEqual(claim.limitation_date, found.last_day or False, claim.name)
