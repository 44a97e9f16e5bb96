import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..law.steps import describe
from .database import forbid_changes, json_value

COMPONENTS = [
    ("costs", "Costs"),
    ("interest", "Interest"),
    ("principal", "Principal"),
]
ENTRY_KINDS = [
    ("claim", "Claim"),
    ("interest", "Interest"),
    ("costs", "Costs"),
    ("receipt", "Receipt"),
    ("credit", "Credit note"),
    ("waiver", "Waiver"),
    ("write_off", "Write-off"),
    ("release", "Released"),
]
# What an entry says about money. The rest (its company, creditor and debtor) follows
# the dossier, so that two contacts can still be merged.
FIXED_COLUMNS = (
    "dossier_id",
    "claim_id",
    "date",
    "component",
    "kind",
    "amount",
    "receipt_id",
    "message_id",
    "event_id",
    "reversal_of_id",
    "reason",
    "explanation",
)
SUMS = {
    "incasso.claim": ["principal_open", "interest_open"],
    "incasso.dossier": ["principal_open", "interest_open", "costs_open", "balance"],
}


class IncassoEntry(models.Model):
    """A line of a dossier's ledger. Nothing here is ever changed: a correction is a
    reversing entry. Triggers in the database hold that line too, and keep the sums on
    claim and dossier, whoever writes the entry."""

    _name = "incasso.entry"
    _description = "Ledger Entry"
    _order = "date, id"
    _check_company_auto = True

    # Found through the index of the balances.
    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, ondelete="restrict"
    )
    claim_id = fields.Many2one(
        help="Empty for costs of the dossier as a whole.",
        comodel_name="incasso.claim",
        index="btree_not_null",
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="dossier_id.company_id", store=True, precompute=True
    )
    creditor_id = fields.Many2one(
        related="dossier_id.creditor_id", store=True, index=True, precompute=True
    )
    debtor_id = fields.Many2one(
        related="dossier_id.debtor_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(string="Value Date", required=True)
    component = fields.Selection(selection=COMPONENTS, required=True)
    kind = fields.Selection(selection=ENTRY_KINDS, required=True)
    amount = fields.Monetary(
        help="Positive: owed. Negative: paid, credited, waived or written off.",
        required=True,
    )
    receipt_id = fields.Many2one(
        comodel_name="incasso.receipt", index="btree_not_null", ondelete="restrict"
    )
    message_id = fields.Many2one(
        help="The message that brought these costs about.",
        comodel_name="incasso.message",
        index="btree_not_null",
        ondelete="restrict",
    )
    event_id = fields.Many2one(
        help="What happened that made this entry, such as the closing of the dossier.",
        comodel_name="incasso.event",
        index="btree_not_null",
        ondelete="restrict",
    )
    reversal_of_id = fields.Many2one(comodel_name="incasso.entry", ondelete="restrict")
    reversed_by_ids = fields.One2many(
        comodel_name="incasso.entry", inverse_name="reversal_of_id"
    )
    reason = fields.Char(help="Why, where a person decided it.")
    explanation = fields.Json(
        string="Explanation Steps",
        help="The steps of the law engine that led to this amount.",
    )
    explanation_html = fields.Html(
        string="Explanation", compute="_compute_explanation_html"
    )

    _reversed_once = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL",
        "This entry is reversed already.",
    )
    _claim_known = models.Constraint(
        "CHECK (component = 'costs' OR claim_id IS NOT NULL)",
        "Principal and interest belong to a claim.",
    )
    _balances_idx = models.Index("(dossier_id, date)")

    def init(self):
        """Hold the ledger in the database itself: what is written stays as it is, the
        sums follow every entry, and a consumer is charged no costs before a notice has
        run out (art. 6:96 lid 6 BW)."""
        forbid_changes(self.env.cr, self._table, FIXED_COLUMNS)
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION incasso_entry_added() RETURNS trigger AS $$
            BEGIN
                IF EXISTS (
                    SELECT FROM fresh
                      JOIN incasso_claim claim ON claim.id = fresh.claim_id
                     WHERE claim.dossier_id != fresh.dossier_id
                ) THEN
                    RAISE check_violation USING MESSAGE =
                        'An entry and its claim belong to the same dossier.';
                END IF;
                IF EXISTS (
                    SELECT FROM fresh
                      JOIN incasso_dossier dossier ON dossier.id = fresh.dossier_id
                     WHERE fresh.kind = 'costs'
                       AND fresh.amount > 0
                       AND dossier.debtor_type = 'consumer'
                       AND NOT EXISTS (
                           SELECT FROM incasso_claim claim
                            WHERE claim.dossier_id = fresh.dossier_id
                              AND claim.costs_due_from <= fresh.date
                       )
                ) THEN
                    RAISE check_violation USING MESSAGE =
                        'A consumer owes no costs before a notice has run out '
                        'unpaid (art. 6:96 lid 6 BW).';
                END IF;
                UPDATE incasso_claim claim
                   SET principal_open = COALESCE(principal_open, 0) + change.principal,
                       interest_open = COALESCE(interest_open, 0) + change.interest
                  FROM (
                      SELECT claim_id,
                             SUM(CASE component WHEN 'principal' THEN amount ELSE 0 END)
                                 AS principal,
                             SUM(CASE component WHEN 'interest' THEN amount ELSE 0 END)
                                 AS interest
                        FROM fresh
                       WHERE claim_id IS NOT NULL
                       GROUP BY claim_id
                  ) change
                 WHERE claim.id = change.claim_id;
                UPDATE incasso_dossier dossier
                   SET principal_open = COALESCE(principal_open, 0) + change.principal,
                       interest_open = COALESCE(interest_open, 0) + change.interest,
                       costs_open = COALESCE(costs_open, 0) + change.costs,
                       balance = COALESCE(balance, 0) + change.total
                  FROM (
                      SELECT dossier_id,
                             SUM(CASE component WHEN 'principal' THEN amount ELSE 0 END)
                                 AS principal,
                             SUM(CASE component WHEN 'interest' THEN amount ELSE 0 END)
                                 AS interest,
                             SUM(CASE component WHEN 'costs' THEN amount ELSE 0 END)
                                 AS costs,
                             SUM(amount) AS total
                        FROM fresh
                       GROUP BY dossier_id
                  ) change
                 WHERE dossier.id = change.dossier_id;
                RETURN NULL;
            END
            $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER incasso_entry_added
            AFTER INSERT ON incasso_entry
            REFERENCING NEW TABLE AS fresh
            FOR EACH STATEMENT EXECUTE FUNCTION incasso_entry_added();
            """
        )

    # === COMPUTE METHODS === #

    @api.depends("explanation")
    @api.depends_context("lang")
    def _compute_explanation_html(self):
        for entry in self:
            entry.explanation_html = self._explain(entry.explanation or [])

    @api.depends("kind", "component", "claim_id.name", "date")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = " ".join(
                filter(
                    None,
                    (
                        entry._label("kind"),
                        entry.claim_id.name,
                        fields.Date.to_string(entry.date),
                    ),
                )
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base` to let the database see what it judges these entries by,
        and to have its sums read again.

        :raise UserError: costs for a consumer before a notice has run out
        """
        self.env["incasso.claim"].flush_model(["dossier_id", "costs_due_from"])
        self.env["incasso.dossier"].flush_model(["debtor_type", "state"])
        self._check_costs_due(vals_list)
        entries = super().create(vals_list)
        for model, names in SUMS.items():
            self.env[model].invalidate_model(names, flush=False)
        return entries

    def write(self, vals):
        """Override of `base` to refuse: a correction is a reversing entry.

        :raise UserError: always
        """
        if self:
            raise UserError(
                self.env._(
                    "A ledger entry is never changed. Reverse it, and book it anew."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A ledger entry is never deleted. Reverse it instead.")
        )

    # === BUSINESS METHODS === #

    @api.model
    def _book(self, vals_list):
        """Write entries for whoever does something that the ledger follows.

        :param vals_list: values of the entries
        :return: the entries
        """
        # sudo: nobody writes in the ledger by hand. What led to these entries was
        # allowed, such as adding a claim or closing a dossier; the rest follows.
        return self.sudo().create(vals_list).sudo(self.env.su)

    @api.model
    def _book_costs(self, vals_list):
        """Write entries of collection costs, all in one statement.

        As `_book` for the daily run, which makes them by the thousand: past the ORM,
        but under the same triggers in the database.

        :param list[dict] vals_list: ``dossier_id``, ``date``, ``amount`` (Decimal),
            ``message_id`` and ``explanation``
        :return: the entries
        :raise UserError: a consumer is charged before a notice has run out
        """
        if not vals_list:
            return self.browse()
        self.env["incasso.claim"].flush_model(["dossier_id", "costs_due_from"])
        self.env["incasso.dossier"].flush_model()
        self._check_costs_due([{"kind": "costs", **vals} for vals in vals_list])
        self.env.cr.execute(
            """
            INSERT INTO incasso_entry (
                dossier_id, company_id, creditor_id, debtor_id, date, component, kind,
                amount, message_id, explanation,
                create_uid, create_date, write_uid, write_date
            )
            SELECT dossier.id, dossier.company_id, dossier.creditor_id,
                   dossier.debtor_id, entry.date, 'costs', 'costs', entry.amount,
                   entry.message_id, entry.explanation,
                   %(user)s, %(now)s, %(user)s, %(now)s
              FROM jsonb_to_recordset(%(entries)s) AS entry (
                       dossier_id int, date date, amount numeric, message_id int,
                       explanation jsonb
                   )
              JOIN incasso_dossier dossier ON dossier.id = entry.dossier_id
            RETURNING id
            """,
            {
                "user": self.env.uid,
                "now": self.env.cr.now(),
                "entries": json.dumps(vals_list, default=json_value),
            },
        )
        entries = self.browse(sorted(row[0] for row in self.env.cr.fetchall()))
        self.env["incasso.claim"].invalidate_model(SUMS["incasso.claim"], flush=False)
        self.env["incasso.dossier"].invalidate_model(
            [*SUMS["incasso.dossier"], "entry_ids", "interest_today", "balance_today"],
            flush=False,
        )
        return entries

    def _reverse(self, reason, event=None):
        """Undo entries with entries of the opposite amount on the same value date, so
        that the balance of every day is what it was without them.

        :param str reason: why, for whoever reads the ledger
        :param event: `incasso.event` that undoes them
        :return: the reversing entries
        :rtype: recordset of `incasso.entry`
        :raise UserError: one of them is reversed already, or is itself a reversal
        """
        for entry in self:
            if entry.reversal_of_id or entry.reversed_by_ids:
                raise UserError(
                    self.env._(
                        "%(entry)s of dossier %(dossier)s is reversed already.",
                        entry=entry.display_name,
                        dossier=entry.dossier_id.name,
                    )
                )
        return self._book(
            [
                {
                    "dossier_id": entry.dossier_id.id,
                    "claim_id": entry.claim_id.id,
                    "date": entry.date,
                    "component": entry.component,
                    "kind": entry.kind,
                    "amount": -entry.amount,
                    "receipt_id": entry.receipt_id.id,
                    "message_id": entry.message_id.id,
                    "event_id": event and event.id,
                    "reversal_of_id": entry.id,
                    "reason": reason,
                }
                for entry in self
            ]
        )

    @api.model
    def _check_costs_due(self, vals_list):
        """Refuse costs for a consumer without a notice that ran out unpaid.

        :raise UserError: with the article and what to do
        """
        costs = {
            vals["dossier_id"]: fields.Date.to_date(vals["date"])
            for vals in vals_list
            if vals["kind"] == "costs" and vals["amount"] > 0
        }
        for dossier in self.env["incasso.dossier"].browse(costs):
            if dossier.debtor_type != "consumer":
                continue
            days = [day for day in dossier.claim_ids.mapped("costs_due_from") if day]
            if not (days and min(days) <= costs[dossier.id]):
                raise UserError(dossier._no_costs_yet_message())

    @api.model
    def _explain(self, steps):
        """Steps of the law engine as a list in the language of the user.

        :param list[dict] steps: as `Step.as_json` gave them
        :rtype: Markup
        """
        lang = self.env.lang or "en_US"
        lines = Markup().join(
            Markup("<li>%s%s</li>")
            % (
                describe(step, lang),
                Markup(' <span class="text-muted">(%s)</span>') % step["article"]
                if step["article"]
                else "",
            )
            for step in steps
        )
        return Markup("<ul>%s</ul>") % lines if lines else Markup()

    def _label(self, name):
        """The selection field `name` in the user's words."""
        return dict(self._fields[name]._description_selection(self.env)).get(self[name])

    # === ACTION METHODS === #

    def action_explain(self):
        """Show how this amount came about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [
                (self.env.ref("incasso_nl.incasso_entry_view_form_explain").id, "form")
            ],
            "target": "new",
        }
