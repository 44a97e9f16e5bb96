from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..law.limitation import Bankruptcy

AID_KINDS = [
    ("counselling", "Debt counselling (schuldhulp)"),
    ("moratorium", "Cooling-off period (moratorium)"),
    ("administration", "Administration (bewind)"),
    ("guardianship", "Guardianship (curatele)"),
    ("wsnp", "Debt restructuring (WSNP)"),
    ("bankruptcy", "Bankruptcy"),
]


class IncassoDebtAid(models.Model):
    """Debt aid or insolvency of a person: it stops all that person's dossiers."""

    _name = "incasso.debt.aid"
    _description = "Debt Aid"
    _inherit = ["mail.thread"]
    _order = "start_date desc, id desc"

    partner_id = fields.Many2one(
        string="Debtor", comodel_name="res.partner", required=True, index=True
    )
    kind = fields.Selection(selection=AID_KINDS, required=True, tracking=True)
    representative_id = fields.Many2one(
        help="The counsellor, administrator or trustee: letters go there.",
        comodel_name="res.partner",
        index="btree_not_null",
        tracking=True,
    )
    reference = fields.Char(help="Register or case number.")
    start_date = fields.Date(required=True, default=fields.Date.context_today)
    end_date = fields.Date(tracking=True)
    clean_slate = fields.Boolean(
        help="The restructuring ended with a clean slate: interest stays stopped "
        "(art. 303 Fw) and what is left cannot be enforced."
    )
    state = fields.Selection(
        selection=[("active", "Active"), ("ended", "Ended")],
        required=True,
        default="active",
        index=True,
        tracking=True,
    )
    hold_ids = fields.One2many(comodel_name="incasso.hold", inverse_name="debt_aid_id")

    # === CONSTRAINT METHODS === #

    @api.constrains("start_date")
    def _check_started(self):
        today = fields.Date.context_today(self)
        for aid in self:
            if aid.start_date > today:
                raise ValidationError(
                    self.env._("Debt aid is recorded once it has started.")
                )

    # === COMPUTE METHODS === #

    @api.depends("partner_id.name", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for aid in self:
            aid.display_name = ", ".join(
                filter(None, (aid.partner_id.display_name, kinds.get(aid.kind)))
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `mail` to stop all dossiers of the person at once."""
        aids = super().create(vals_list)
        for aid in aids:
            dossiers = aid._dossiers()
            aid._hold(dossiers)
            dossiers.claim_ids._stop_insolvent_interest()
            aid._refresh_limitations(dossiers)
        return aids

    def write(self, vals):
        """Override of `mail` to let only who represents the person now look on."""
        changed = self.browse()
        if "representative_id" in vals:
            changed = self.filtered(
                lambda aid: aid.representative_id.id != vals["representative_id"]
            )
            changed._revoke_access()
        result = super().write(vals)
        for aid in changed.filtered(lambda aid: aid.state == "active"):
            aid._grant_access(aid._dossiers())
        return result

    # === ACTION METHODS === #

    def action_end(self):
        """Debt aid ended: the dossiers go on, unless it ended with a clean slate."""
        self._end(fields.Date.context_today(self))

    # === BUSINESS METHODS === #

    def _end(self, on_date=None):
        """End debt aid. Without a clean slate interest revives, with hindsight (art.
        303 lid 3 Fw), and the dossiers go on; with one, they wait to be closed.

        :param date on_date: default today
        """
        on_date = on_date or fields.Date.context_today(self)
        for aid in self.filtered(lambda aid: aid.state == "active"):
            aid.write({"state": "ended", "end_date": aid.end_date or on_date})
            aid._refresh_limitations(aid._dossiers())
            aid._revoke_access()
            if aid.clean_slate:
                continue
            if aid._stops_interest():
                claims = aid._dossiers().claim_ids.filtered(
                    lambda claim, aid=aid: claim.interest_stop_date == aid.start_date
                )
                claims.interest_stop_date = False
                claims._stop_insolvent_interest()
            # Of all companies: what stopped them together lets them go together.
            aid.sudo().hold_ids._end(on_date)

    def _stops_interest(self):
        """Whether no interest runs against the estate from the ruling on: bankruptcy
        (art. 128 Fw) and debt restructuring (art. 303 Fw)."""
        self.ensure_one()
        return self.kind in ("bankruptcy", "wsnp")

    def _refresh_limitations(self, dossiers):
        """Have limitation dates computed again: an insolvency keeps a term from ending
        (art. 36 Fw)."""
        dossiers.claim_ids.modified(["due_date"])

    def _grant_access(self, dossiers):
        """Hook: give the representative, if there is one, a way of their own to these
        dossiers, and to later ones of the same debtor and company.

        :param dossiers: of the person, of any company
        """

    def _revoke_access(self):
        """Hook: end what `_grant_access` gave. The debtor keeps an own access."""

    def _dossiers(self):
        """The open dossiers of these persons, in every company: debt aid is about the
        person, not about one creditor."""
        return self.env["incasso.dossier"]._open_of(self.partner_id)

    def _hold(self, dossiers):
        """Stop dossiers that are not stopped by this debt aid yet."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        (dossiers - self.sudo().hold_ids.dossier_id)._hold(
            "bankruptcy" if self.kind == "bankruptcy" else "debt_aid",
            reason=kinds[self.kind],
            start=self.start_date,
            debt_aid_id=self.id,
        )
        self._grant_access(dossiers)

    @api.model
    def _hold_dossiers(self, dossiers):
        """Stop new dossiers of persons in debt aid."""
        by_debtor = dossiers.grouped("debtor_id")
        for partner_id, aids in self._active_for(dossiers.debtor_id).items():
            for aid in aids:
                aid._hold(by_debtor[self.env["res.partner"].browse(partner_id)])

    @api.model
    def _active_for(self, partners):
        """Debt aid that runs for partners, or for the person their contact belongs to.

        :rtype: dict[int, incasso.debt.aid]
        """
        return self._for(partners, [("state", "=", "active")])

    @api.model
    def _for(self, partners, domain):
        # Just the person: the daily run asks this of thousands of contacts at a time.
        partners.fetch(["commercial_partner_id"])
        people = partners | partners.commercial_partner_id
        found = self.search(
            [("partner_id", "in", people.ids), *domain], order="start_date, id"
        )
        if not found:
            return {}
        by_person = found.grouped("partner_id")
        return {
            partner.id: aids
            for partner in partners
            if (
                aids := by_person.get(partner, self.browse())
                | by_person.get(partner.commercial_partner_id, self.browse())
            )
        }

    @api.model
    def _representatives(self, partners):
        """Who acts for these partners: the administrator or trustee named last.

        :rtype: dict[int, res.partner]
        """
        return {
            partner_id: represented[-1].representative_id
            for partner_id, aids in self._active_for(partners).items()
            if (represented := aids.filtered("representative_id"))
        }

    @api.model
    def _bankruptcies(self, partners):
        """The insolvencies during which a limitation does not end (art. 36 Fw).

        :return: list of `law.limitation.Bankruptcy` by partner id
        """
        aids = self._for(partners, [("kind", "in", ("bankruptcy", "wsnp"))])
        return {
            partner_id: [
                Bankruptcy(aid.start_date, aid.end_date or None) for aid in group
            ]
            for partner_id, group in aids.items()
        }
