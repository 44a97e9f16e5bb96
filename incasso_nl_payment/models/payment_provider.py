from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.tools import urls

# A system parameter, for tests only: see `_build_request_url`.
MOLLIE_URL = "incasso_nl_payment.mollie_api_url"
# Mollie's keys say what they are for: test_... and live_...
MOLLIE_TEST_KEY = "test_"
# Where the scripts of Odoo's payment form come from, as Odoo's own modules load them.
FORM_SCRIPTS = {
    "demo": "",
    "adyen": "https://*.adyen.com",
    "stripe": "https://js.stripe.com https://*.js.stripe.com",
}
THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    incasso_is_test = fields.Boolean(
        string="No Real Money",
        help="In test mode, or with a key for tests: what is paid is no money.",
        compute="_compute_incasso_is_test",
        # In sudo: the key is secret, what kind it is of is not.
        compute_sudo=True,
    )
    incasso_test_payments = fields.Boolean(
        string="Offered to Debtors in Test Mode",
        related="company_id.incasso_test_payments",
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "code", "mollie_api_key")
    def _compute_incasso_is_test(self):
        for provider in self:
            key = provider.code == "mollie" and provider.mollie_api_key or ""
            provider.incasso_is_test = provider.state == "test" or key.startswith(
                MOLLIE_TEST_KEY
            )

    # === CRUD METHODS === #

    def _get_default_payment_method_codes(self):
        """Override of `payment_mollie` to switch iDEAL on together with Mollie: it is
        how the Dutch pay."""
        codes = super()._get_default_payment_method_codes()
        return codes | {"ideal"} if self.code == "mollie" else codes

    # === BUSINESS METHODS === #

    def _incasso_suitable(self, dossier):
        """Those of these providers through which money for a dossier may come.

        What is paid for another creditor is that creditor's from the first moment, so
        the provider must pay out to the trust account; and what is the company's own
        must never come there. One that moves no real money is offered only where the
        company is trying it out.

        :param dossier: one `incasso.dossier`
        """
        trust = dossier.company_id.incasso_trust_journal_id
        return self.filtered(
            lambda provider: (
                provider.company_id == dossier.company_id
                and provider.journal_id
                and (provider.incasso_test_payments or not provider.incasso_is_test)
                and (provider.journal_id == trust) == dossier.is_third_party
            )
        )

    def _incasso_form_scripts(self):
        """Hook: where the payment form of this provider takes scripts from, besides our
        own site.

        :return: sources for the content security policy; any site over https for a
            provider that we do not know, nothing where it needs none
        :rtype: str
        """
        self.ensure_one()
        return FORM_SCRIPTS.get(self.code, "https:")

    # === REQUEST HELPERS === #

    def _build_request_url(self, endpoint, **kwargs):
        """Override of `payment_mollie` to let tests speak with a server of their own.

        Only for a provider in test mode, and only with a server on this very machine:
        whatever the system parameter `incasso_nl_payment.mollie_api_url` says, no key
        and no payment goes anywhere else.
        """
        url = super()._build_request_url(endpoint, **kwargs)
        if self.code != "mollie" or self.state != "test":
            return url
        # sudo: a payment is made by somebody who may not read system parameters; only
        # the address is used.
        own = self.env["ir.config_parameter"].sudo().get_param(MOLLIE_URL)
        if own and urlsplit(own).hostname in THIS_MACHINE:
            return urls.urljoin(own, endpoint.strip("/"))
        return url
