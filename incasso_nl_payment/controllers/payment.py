import json
import re
from urllib.parse import urlencode, urlsplit

from lxml import html
from werkzeug.exceptions import BadRequest, NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import is_html_empty

from odoo.addons.incasso_nl_portal.controllers.dossier_pages import DossierPages
from odoo.addons.incasso_nl_portal.tools.typed import read_amount
from odoo.addons.payment.controllers.portal import PaymentPortal

_BASE = "/incasso/dossier/<int:dossier_id>/pay"
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")

#: The page with Odoo's payment form needs Odoo's scripts; what else is the provider's.
_FORM_POLICY = {
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'unsafe-inline'",
    "connect-src": "'self'",
    "font-src": "'self' data:",
}


class DossierPayment(DossierPages):
    """The pages on which a debtor pays.

    First what: everything, one invoice, a part. Then how: the address of that page
    names only the choice (``all``, ``claim-12``, ``other-2550`` in cents); what it
    comes to is decided when the page is opened, and again when the payment is started.
    What the browser says the amount was is only used to see that nobody pays something
    else than was shown.
    """

    # === WHAT === #

    @http.route(_BASE, type="http", auth="public", methods=["GET"], sitemap=False)
    def pay(self, dossier_id, part="", amount="", **_kwargs):
        """Ask what the debtor wants to pay, or go on with what was chosen."""
        dossier = self._enter(dossier_id)
        part, amount = part[:40], amount.strip()[:20]
        offers = dossier._payment_offers()
        errors = {}
        if part:
            try:
                key = self._pay_key(part, amount)
                dossier._payment_offer(key)
                return self._pay_go(dossier, f"pay/{key}")
            except UserError as error:
                errors["amount" if part == "other" else "part"] = str(error)
        return self._page(
            "incasso_nl_payment.pay",
            dossier,
            values={"part": part or (offers and offers[0].key), "amount": amount},
            errors=errors,
            offers=offers,
            options=self._pay_options(dossier, offers),
            limits=dossier._payment_range(offers),
            money=dossier._payment_text,
            **self._pay_transit(dossier),
        )

    def _pay_key(self, part, amount):
        """The key of what was chosen in the form.

        :raise UserError: it is no amount
        """
        if part != "other":
            return part
        try:
            cents = read_amount(amount).scaleb(2)
        except ValueError:
            raise UserError(
                request.env._("Fill in an amount, for example 25 or 25,50.")
            ) from None
        return f"other-{int(cents)}"

    def _pay_options(self, dossier, offers):
        """The choices as `form_radios` shows them."""
        money = dossier._payment_text
        options = [
            (
                offer.key,
                f"{self._pay_label(offer)}: {money(offer.amount)}",
                self._pay_why(offer, money),
            )
            for offer in offers
        ]
        if dossier._payment_range(offers):
            options.append(("other", request.env._("Another amount"), False))
        return options

    def _pay_label(self, offer):
        """An offer in a few words."""
        if offer.kind == "claim":
            return request.env._("Invoice %s", offer.claims.name)
        return {
            "all": request.env._("Everything"),
            "instalment": request.env._("Your instalment"),
            "undisputed": request.env._("Everything that you agree with"),
            "other": request.env._("A part"),
        }[offer.kind]

    def _pay_why(self, offer, money):
        """What is in an amount that is more than the invoice."""
        if offer.kind == "claim" and offer.costs:
            return request.env._(
                "With %s of collection costs: by law these are paid first.",
                money(offer.costs),
            )
        return False

    # === HOW === #

    @http.route(
        f"{_BASE}/<string:key>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def pay_how(self, dossier_id, key, **_kwargs):
        """Ask how the debtor wants to pay what was chosen."""
        return self._pay_chosen(dossier_id, key, self._pay_how_page)

    def _pay_how_page(self, dossier, offer, providers, methods):
        buttons = [
            (method, provider)
            # What nearly everybody has comes first.
            for method in methods.sorted(lambda method: method.code != "ideal")
            if (provider := (method.provider_ids & providers)[:1])
        ]
        return self._page(
            "incasso_nl_payment.pay_how",
            dossier,
            policy={"form-action": self._pay_targets(providers)},
            offer=offer,
            label=self._pay_label(offer),
            money=dossier._payment_text,
            # What the provider asks on its own pages, and what needs its scripts here.
            buttons=[pair for pair in buttons if not _needs_form(pair[1])],
            has_form=any(_needs_form(pair[1]) for pair in buttons),
            transfer=dossier._payment_transfer(offer.amount),
            **self._pay_transit(dossier),
        )

    def _pay_targets(self, providers):
        """Where a form may lead on to: browsers apply the policy to redirects too."""
        tests = {
            "{0.scheme}://{0.netloc}".format(urlsplit(provider._build_request_url("")))
            for provider in providers
            if provider.code == "mollie" and provider.state == "test"
        }
        return " ".join(["https:", *sorted(tests)])

    @http.route(
        f"{_BASE}/<string:key>/start", type="http", auth="public", methods=["POST"]
    )
    def pay_start(self, dossier_id, key, **_kwargs):
        """Start a payment and go to the provider: without any script."""
        dossier = self._enter(dossier_id)
        typed = self._typed(["shown", "provider_id", "method_id"], 20)
        try:
            transaction = self._pay_begin(
                dossier,
                key,
                typed["shown"],
                *(
                    int(typed[name]) if _NUMBER.fullmatch(typed[name]) else 0
                    for name in ("provider_id", "method_id")
                ),
                flow="redirect",
            )
        except UserError as error:
            return self._pay_refuse(dossier, error, key)
        values = transaction._get_processing_values()
        target = values.get("redirect_form_html")
        target = target and _address(target)
        if transaction.state == "error" or not target:
            return self._pay_refuse(
                dossier,
                request.env._(
                    "The page of the bank does not open right now. Nothing was taken "
                    "from your account. Try again, or pay by bank transfer."
                ),
                key,
            )
        # Not `_protect`ed: it leads away, and says nothing.
        return request.redirect(target, code=303, local=False)

    @http.route(
        f"{_BASE}/<string:key>/form",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def pay_form(self, dossier_id, key, **_kwargs):
        """Odoo's own payment form, for providers that ask for something here."""
        return self._pay_chosen(dossier_id, key, self._pay_form_page)

    def _pay_form_page(self, dossier, offer, providers, methods):
        return self._page(
            "incasso_nl_payment.pay_form",
            dossier,
            policy=self._pay_policy(providers),
            offer=offer,
            key=offer.key,
            money=dossier._payment_text,
            # What `payment.form` asks for.
            mode="payment",
            amount=float(offer.amount),
            currency=dossier.currency_id,
            partner_id=dossier.debtor_id.id,
            reference_prefix=dossier.payment_reference,
            providers_sudo=providers,
            payment_methods_sudo=methods,
            tokens_sudo=dossier.env["payment.token"],
            availability_report={},
            show_tokenize_input_mapping=dict.fromkeys(providers.ids, False),
            transaction_route=(
                f"/incasso/dossier/{dossier.id}/pay/{offer.key}/transaction"
            ),
            landing_route=f"/incasso/dossier/{dossier.id}/pay",
            access_token="",
            session_info=request.env["ir.http"].get_frontend_session_info(),
            is_html_empty=is_html_empty,
            json=json,
        )

    def _pay_policy(self, providers):
        """What the page with Odoo's payment form may load: of other sites only what the
        providers that ask for something there need."""
        policy = {**_FORM_POLICY, "form-action": self._pay_targets(providers)}
        scripts = {
            provider._incasso_form_scripts()
            for provider in providers.filtered(_needs_form)
        }
        if sources := " ".join(sorted(scripts - {""})):
            policy["script-src"] += f" {sources}"
            # Any bank may show a page of its own within theirs (3-D Secure).
            for name in ("style-src", "connect-src", "frame-src"):
                policy[name] = f"{policy.get(name, '')} https:".strip()
        return policy

    @http.route(f"{_BASE}/<string:key>/transaction", type="jsonrpc", auth="public")
    def pay_transaction(self, dossier_id, key, **kwargs):
        """Start a payment for Odoo's payment form.

        :param kwargs: what the form sends; the amount in it is what was shown
        :return: the values with which the form goes on
        """
        dossier = self._enter(dossier_id)
        PaymentPortal._validate_transaction_kwargs(
            kwargs, additional_allowed_keys=("access_token",)
        )
        amount = kwargs.get("amount") or 0
        if kwargs.get("flow") not in ("direct", "redirect") or not isinstance(
            amount, int | float
        ):
            raise BadRequest()
        transaction = self._pay_begin(
            dossier,
            key,
            # JSON knows no cents: 25.5 is 25.50.
            f"{amount:.2f}",
            kwargs.get("provider_id"),
            kwargs.get("payment_method_id"),
            kwargs["flow"],
        )
        return transaction._get_processing_values()

    def _pay_begin(self, dossier, key, shown, provider_id, method_id, flow):
        """Start a payment.

        :param str key: what was chosen
        :param str shown: the amount that was on the page
        :param str flow: ``redirect`` or ``direct``
        :rtype: payment.transaction
        :raise UserError: it is not possible, in words for the debtor
        """
        dossier._lock_for_payment()
        offer = dossier._payment_offer(key)
        if shown != f"{offer.amount:.2f}":
            raise UserError(
                request.env._(
                    "The amount has changed since you looked: it is %s now.",
                    dossier._payment_text(offer.amount),
                )
            )
        providers, methods = dossier._payment_ways(offer.amount)
        provider = providers.filtered(lambda provider: provider.id == provider_id)
        method = methods.filtered(
            lambda method: method.id == method_id and provider in method.provider_ids
        )
        if not method:
            raise UserError(request.env._("Choose how you want to pay."))
        transaction = PaymentPortal()._create_transaction(
            provider_id=provider.id,
            payment_method_id=method.id,
            token_id=None,
            amount=float(offer.amount),
            currency_id=dossier.currency_id.id,
            partner_id=dossier.debtor_id.id,
            flow=flow,
            tokenization_requested=False,
            landing_route="",
            custom_create_values=dossier._prepare_transaction(offer),
        )
        transaction.landing_route = (
            f"/incasso/dossier/{dossier.id}/pay/result/{transaction.id}"
        )
        return transaction

    # === WHAT BECAME OF IT === #

    @http.route(
        f"{_BASE}/result/<int:transaction_id>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def pay_result(self, dossier_id, transaction_id, **_kwargs):
        """Say what became of a payment; what was paid is booked now."""
        dossier = self._enter(dossier_id)
        transaction = dossier.incasso_transaction_ids.filtered(
            lambda tx: tx.id == transaction_id and tx.operation != "refund"
        )
        if not transaction:
            raise NotFound()
        transaction._incasso_finish()
        offers = dossier._payment_offers()
        return self._page(
            "incasso_nl_payment.pay_result",
            dossier,
            outcome=transaction._incasso_outcome(),
            amount=transaction.amount,
            left=offers and max(offer.amount for offer in offers),
            money=dossier._payment_text,
            again=f"pay/result/{transaction.id}",
        )

    # === HELPERS === #

    def _pay_go(self, dossier, path):
        return self._protect(request.redirect(f"/incasso/dossier/{dossier.id}/{path}"))

    def _pay_chosen(self, dossier_id, key, page):
        """Go on with what was chosen, or back to the choice.

        :param page: is given the dossier, the offer, and the providers and methods to
            pay it with
        """
        dossier = self._enter(dossier_id)
        try:
            offer = dossier._payment_offer(key)
        except UserError as error:
            return self._pay_refuse(dossier, error)
        return page(dossier, offer, *dossier._payment_ways(offer.amount))

    def _pay_refuse(self, dossier, reason, key=None):
        """Back to the choice, with the reason.

        :param key: what was chosen, where that itself is possible
        """
        request.session["incasso_notice"] = str(reason)
        try:
            dossier._payment_offer(key)
        except UserError:
            return self._pay_go(dossier, "pay")
        return self._pay_go(dossier, f"pay/{key}")

    def _pay_transit(self, dossier):
        """What a page says of a payment that is on its way."""
        return {"in_transit": dossier._payments_in_transit()}


def _needs_form(provider):
    """Whether a provider asks for something on our own page."""
    return provider.inline_form_view_id and provider._should_build_inline_form()


def _address(form):
    """The address to which a provider's form leads.

    :param str form: HTML
    :return: with what is in the form as its query; None where it must be posted, which
        no link can do
    """
    [found] = html.fragments_fromstring(form)[:1] or [None]
    if found is None or found.tag != "form":
        return None
    if found.get("method", "get").lower() != "get" or not found.get("action"):
        return None
    fields = [
        (field.get("name"), field.get("value") or "")
        for field in found.iter("input")
        if field.get("name")
    ]
    return found.get("action") + (f"?{urlencode(fields)}" if fields else "")
