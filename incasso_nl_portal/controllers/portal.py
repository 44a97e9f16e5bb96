from odoo import fields
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

PER_PAGE = 20


class IncassoPortal(CustomerPortal):
    """The pages on which a debtor who is logged in finds the dossiers."""

    def _prepare_home_portal_values(self, counters):
        """Override of `portal` to count the dossiers of whoever looks."""
        values = super()._prepare_home_portal_values(counters)
        if "incasso_dossier_count" in counters:
            values["incasso_dossier_count"] = self._own_dossiers().search_count(
                self._own_dossiers_domain()
            )
        return values

    @route(
        ["/my/dossiers", "/my/dossiers/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_dossiers(self, page=1, **kwargs):
        """The list of dossiers of whoever is logged in, with what is owed today."""
        dossiers, domain = self._own_dossiers(), self._own_dossiers_domain()
        pages = pager(
            url="/my/dossiers",
            total=dossiers.search_count(domain),
            page=page,
            step=PER_PAGE,
        )
        dossiers = dossiers.search(
            domain,
            order="state desc, open_date desc, id desc",
            limit=PER_PAGE,
            offset=pages["offset"],
        )
        balances = dossiers._balances(fields.Date.context_today(dossiers))
        values = {
            **self._prepare_portal_layout_values(),
            "dossiers": dossiers,
            # Without interest that nobody asked for yet.
            "due": {id_: float(balance.due) for id_, balance in balances.items()},
            "page_name": "incasso_dossiers",
            "default_url": "/my/dossiers",
            "pager": pages,
        }
        return request.render("incasso_nl_portal.portal_my_dossiers", values)

    def _own_dossiers(self):
        # In sudo: debtors have no rights on dossiers of any kind. Safe because every
        # search here is narrowed by `_own_dossiers_domain`, which takes nothing from
        # the request but who is logged in.
        return request.env["incasso.dossier"].sudo()

    def _own_dossiers_domain(self):
        """Dossiers whose debtor is the logged-in person, or the firm it works for."""
        partner = request.env.user.partner_id
        return [
            (
                "debtor_id",
                "in",
                [partner.id, partner.commercial_partner_id.id],
            )
        ]
