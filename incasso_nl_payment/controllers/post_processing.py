from odoo import http
from odoo.http import request

from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing


class IncassoPostProcessing(PaymentPostProcessing):
    @http.route()
    def display_status(self, **kwargs):
        """Override of `payment` to go on to the page of the dossier at once: Odoo's own
        page only does so with JavaScript."""
        transaction = self._get_monitored_transaction()
        if transaction.incasso_dossier_id and transaction.landing_route:
            return request.redirect(transaction.landing_route)
        return super().display_status(**kwargs)
