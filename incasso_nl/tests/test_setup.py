from odoo.tests import tagged

from .common import IncassoCommon


@tagged("post_install", "-at_install")
class TestSetup(IncassoCommon):
    def test_chart_brings_accounts_and_journals(self):
        company = self.company
        accounts = {
            "incasso_costs_account_id": "income_other",
            "incasso_interest_account_id": "income_other",
            "incasso_writeoff_account_id": "expense",
            "incasso_trust_account_id": "liability_payable",
        }
        for name, account_type in accounts.items():
            self.assertEqual(company[name].account_type, account_type, name)
            self.assertEqual(company[name].company_ids, company, name)
        # Codes of six digits as in the Dutch chart, beside their own kind.
        company = company.with_company(company)
        self.assertEqual(company.incasso_costs_account_id.code, "809100")
        self.assertEqual(company.incasso_interest_account_id.code, "809200")
        self.assertEqual(company.incasso_writeoff_account_id.code, "455000")
        self.assertEqual(company.incasso_trust_account_id.code, "149500")
        self.assertEqual(company.incasso_journal_id.type, "general")
        self.assertEqual(company.incasso_trust_journal_id.type, "bank")
        self.assertEqual(
            company.incasso_trust_journal_id.default_account_id.account_type,
            "asset_cash",
        )

    def test_setting_up_again_changes_nothing(self):
        company = self.company
        names = company._incasso_accounting_fields()
        before = {name: company[name] for name in names}
        accounts = self.env["account.account"].search_count([])
        company.incasso_journal_id = False
        company._incasso_setup_accounting()
        self.assertEqual({name: company[name] for name in names}, before)
        self.assertEqual(self.env["account.account"].search_count([]), accounts)

    def test_names_are_in_every_language_and_stay_as_users_have_them(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        self.env["ir.module.module"]._load_module_terms(["incasso_nl"], ["nl_NL"])
        company = self._create_company(name="Nieuw B.V.")
        dutch = company.with_context(lang="nl_NL")
        self.assertEqual(
            company.incasso_costs_account_id.name, "Collection costs received"
        )
        self.assertEqual(dutch.incasso_costs_account_id.name, "Ontvangen incassokosten")
        self.assertEqual(
            dutch.incasso_trust_journal_id.default_account_id.name,
            "Derdengeldenrekening",
        )
        company.incasso_costs_account_id.write({"name": "Mine", "code": "819999"})
        company.incasso_costs_account_id = False
        company._incasso_setup_accounting()
        self.assertEqual(company.incasso_costs_account_id.name, "Mine")

    def test_branch_takes_those_of_its_parent(self):
        branch = self.env["res.company"].create(
            {"name": "Filiaal", "parent_id": self.company.id}
        )
        branch._incasso_setup_accounting()
        for name in branch._incasso_accounting_fields():
            self.assertEqual(branch[name], self.company[name], name)
            self.assertTrue(branch[name], name)
