from odoo import api, models


class IncassoDemo(models.AbstractModel):
    _inherit = "incasso.demo"

    @api.model
    def _load_payment(self):
        """Let the company of the demo be paid online with Odoo's own Demo provider: one
        for its own invoices, one for the trust account.

        Nothing happens where that provider is not installed.
        """
        company = self.env.ref("incasso_nl.demo_user_handler").company_id
        trust = company.incasso_trust_journal_id
        own = self.env["account.journal"].search(
            [
                ("company_id", "=", company.id),
                ("type", "=", "bank"),
                ("id", "!=", trust.id),
            ],
            limit=1,
        )
        demo = self.env.ref("payment.payment_provider_demo")
        if demo.code != "demo":
            return
        company.incasso_test_payments = True
        for journal in own + trust:
            provider = demo.copy(
                {
                    "name": f"Demo ({journal.name})",
                    "company_id": company.id,
                    "state": "disabled",
                }
            )
            provider.write({"state": "test", "is_published": True})
            provider.journal_id = journal
