import json
from urllib.parse import urlsplit

from odoo.addons.incasso_nl_portal.tests.common import PortalCommon

from .common_payment import PaymentCommon


class PaymentPagesCommon(PortalCommon, PaymentCommon):
    """Paying on the pages themselves, over HTTP."""

    def setUp(self):
        super().setUp()
        self.base = f"/incasso/dossier/{self.dossier.id}"
        self.business.lang = "en_US"

    def _start(self, key="all", shown=None, provider=None, method=None, dossier=None):
        """Press the button of a provider.

        :return: the answer; redirects are not followed
        """
        dossier = dossier or self.dossier
        page = f"/incasso/dossier/{dossier.id}/pay/{key}"
        if shown is None:
            shown = f"{dossier._payment_offer(key).amount:.2f}"
        return self._send(
            f"{page}/start",
            {
                "shown": shown,
                "provider_id": (provider or self.mollie).id,
                "method_id": (method or self.ideal).id,
            },
            page=page,
        )

    def _call(self, url, **params):
        """Call a JSON route as the payment form does.

        :return: its result, or the message of the error; None for another page
        """
        answer = self.url_open(
            url,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
            allow_redirects=False,
        )
        if "json" not in answer.headers.get("Content-Type", ""):
            return None
        answer = answer.json()
        if "error" in answer:
            return answer["error"]["data"]["message"]
        return answer.get("result")

    def _form_values(self, provider=None, **values):
        """What the payment form sends."""
        provider = provider or self.demo
        return {
            "provider_id": provider.id,
            "payment_method_id": provider.payment_method_ids[:1].id,
            "token_id": None,
            "amount": 1150.00,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/",
            "is_validation": False,
            "access_token": "",
            "csrf_token": "x",
            **values,
        }

    def _transactions(self, dossier=None):
        return self.env["payment.transaction"].search(
            [("incasso_dossier_id", "=", (dossier or self.dossier).id)], order="id"
        )

    def _webhook(self, payment=None, ref=None, payment_id=None):
        """Call the webhook as Mollie does.

        :param dict payment: of the peer; default the newest
        :param str ref: another reference in the address
        :param str payment_id: another id in the body
        :return: the HTTP status
        """
        payment = payment or self.peer.newest()
        parts = urlsplit(payment["webhookUrl"])
        query = f"ref={ref}" if ref else parts.query
        self.authenticate(None, None)
        return self.url_open(
            f"{parts.path}?{query}", data={"id": payment_id or payment["id"]}
        ).status_code
