from odoo import api, fields, models
from odoo.exceptions import UserError

from ..law.periods import add_months

# Rates change at the start of a half-year; a month is left to enter the new one.
STALE_MONTHS = 7


class IncassoInterestRate(models.Model):
    """Statutory interest (art. 6:120 BW).

    Statutory interest for late payment of consumers is set by decree; that of trade
    agreements, for businesses (6:119a) and public bodies (6:119b) alike, is the main
    refinancing rate of the ECB and eight points.
    """

    _name = "incasso.interest.rate"
    _description = "Statutory Interest Rate"
    _inherit = ["incasso.law.table", "mail.activity.mixin"]
    _order = "valid_from desc, kind"
    _rec_name = "valid_from"

    _law_key = ("kind", "valid_from")
    _law_fields = ("percentage",)

    kind = fields.Selection(
        selection=[
            ("6:119", "Statutory (6:119 BW)"),
            ("6:119a", "Commercial (6:119a/b BW)"),
        ],
        required=True,
        tracking=True,
    )
    valid_from = fields.Date(required=True, tracking=True)
    percentage = fields.Float(
        string="A Year (%)",
        digits=(6, 3),
        aggregator=None,
        required=True,
        tracking=True,
    )
    is_newest = fields.Boolean(compute="_compute_is_newest")
    is_stale = fields.Boolean(
        string="To Confirm",
        help="This is the newest rate of its kind, and older than seven months.",
        compute="_compute_is_newest",
    )
    stale_warned = fields.Boolean(
        help="The managers were told that this rate may be out of date.", copy=False
    )

    _kind_uniq = models.UniqueIndex(
        "(kind, valid_from) WHERE active", "This kind has a rate from that day already."
    )
    _percentage_range = models.Constraint(
        "CHECK (percentage >= 0 AND percentage <= 25)",
        "A statutory rate is a percentage from 0 to 25.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "valid_from", "active")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for rate in self:
            rate.display_name = self.env._(
                "%(kind)s from %(date)s",
                kind=kinds.get(rate.kind, ""),
                date=fields.Date.to_string(rate.valid_from),
            )

    @api.depends("kind", "valid_from", "active")
    def _compute_is_newest(self):
        newest = self._newest()
        limit = fields.Date.context_today(self)
        for rate in self:
            rate.is_newest = rate in newest
            rate.is_stale = (
                rate.is_newest and add_months(rate.valid_from, STALE_MONTHS) < limit
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rates = super().create(vals_list)
        rates._withdraw_warnings()
        return rates

    # === ACTION METHODS === #

    def action_confirm(self):
        """Record that the rate did not change at the start of this half-year."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        start = today.replace(month=1 if today.month < 7 else 7, day=1)
        if self not in self._newest():
            raise UserError(
                self.env._("Only the newest rate of a kind can be confirmed.")
            )
        if self.valid_from >= start:
            raise UserError(
                self.env._(
                    "The rate from %s is known already.", fields.Date.to_string(start)
                )
            )
        self.create(
            {
                "kind": self.kind,
                "valid_from": start,
                "percentage": self.percentage,
                "source": self.env._(
                    "unchanged; confirmed by %(user)s on %(date)s",
                    user=self.env.user.name,
                    date=fields.Date.to_string(today),
                ),
            }
        )
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _newest(self):
        """The newest rate of each kind."""
        return self.browse(
            self.search([("kind", "=", kind)], order="valid_from desc", limit=1).id
            for kind, _label in self._fields["kind"].selection
        ).exists()

    @api.model
    def _cron_warn_stale(self):
        """Tell the managers, once, that the newest rate of a kind may be outdated."""
        for rate in self._newest().filtered(
            lambda rate: rate.is_stale and not rate.stale_warned
        ):
            for user in self._users_to_warn():
                rate.activity_schedule(
                    "incasso_nl.mail_activity_type_rates",
                    user_id=user.id,
                    summary=self.env._("Is this rate still in force?"),
                    note=self.env._(
                        "The newest rate of this kind is older than seven months. Look "
                        "up the rate at rijksoverheid.nl (wettelijke rente), and "
                        "confirm it or add the new one."
                    ),
                )
            # Not a change of the rate: the row stays open to corrections by upgrade.
            rate.with_context(install_module="incasso_nl").stale_warned = True

    @api.model
    def _users_to_warn(self):
        # In sudo: the cron's user need not see all users.
        group = self.env.ref("incasso_nl.group_manager").sudo()
        return group.all_user_ids.filtered(
            lambda user: user.active and user != self.env.ref("base.user_root")
        )

    def _withdraw_warnings(self):
        """A newer rate of a kind has come: the warnings about that kind are settled."""
        if self:
            older = self.search([("kind", "in", self.mapped("kind"))])
            older.activity_unlink(["incasso_nl.mail_activity_type_rates"])
