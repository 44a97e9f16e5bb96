from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..law.amounts import ZERO
from ..models.balance import STATUTORY_KINDS, Bill, ClaimFacts, Engine, Ledger
from ..models.incasso_law import law_amount


class IncassoHandover(models.TransientModel):
    """What happens when these invoices are sent to collection: shown first, done when
    it is confirmed."""

    _name = "incasso.handover"
    _description = "Send to Collection"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    handler_id = fields.Many2one(
        comodel_name="res.users",
        help="Handles the new dossiers. Running dossiers keep their handler.",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    debtor_ids = fields.One2many(
        string="Debtors",
        comodel_name="incasso.handover.debtor",
        inverse_name="handover_id",
    )
    excluded_ids = fields.One2many(
        string="Left Out",
        comodel_name="incasso.handover.line",
        inverse_name="handover_id",
        domain=[("reason", "!=", False)],
    )
    debtor_count = fields.Integer(compute="_compute_totals")
    invoice_count = fields.Integer(compute="_compute_totals")
    excluded_count = fields.Integer(compute="_compute_totals")
    long_term_count = fields.Integer(compute="_compute_totals")
    principal = fields.Monetary(compute="_compute_totals")
    interest = fields.Monetary(compute="_compute_totals")
    costs = fields.Monetary(compute="_compute_totals")

    # === COMPUTE METHODS === #

    @api.depends("debtor_ids.selected", "excluded_ids")
    def _compute_totals(self):
        for handover in self:
            debtors = handover.debtor_ids.filtered("selected")
            handover.debtor_count = len(debtors)
            handover.invoice_count = sum(debtors.mapped("invoice_count"))
            handover.excluded_count = len(handover.excluded_ids)
            handover.long_term_count = len(debtors.line_ids.filtered("long_term"))
            for name in ("principal", "interest", "costs"):
                handover[name] = sum(debtors.mapped(name))

    # === ACTION METHODS === #

    def action_confirm(self):
        """Make the dossiers, and show them.

        :raise UserError: nothing is left to hand over
        """
        self.ensure_one()
        dossiers = self._hand_over()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "incasso_nl.incasso_dossier_action"
        )
        action["context"] = {}
        if len(dossiers) == 1:
            action.update(res_id=dossiers.id, view_mode="form", views=[(False, "form")])
        else:
            action["domain"] = [("id", "in", dossiers.ids)]
        return action

    # === BUSINESS METHODS - PREVIEW === #

    @api.model
    def _propose(self, moves):
        """Look at journal entries and say what handing them over would come to.

        The number of queries does not grow with the number of entries.

        :param moves: `account.move` of one company, of any type and state
        :return: the hand-over, ready to be shown and confirmed
        :raise UserError: the entries are of several companies
        """
        company = moves.company_id
        if len(company) > 1:
            raise UserError(
                self.env._("Send the invoices of one company at a time to collection.")
            )
        handover = self.create(
            {
                "company_id": (company or self.env.company).id,
                "date": fields.Date.context_today(self),
            }
        )
        lines = handover._prepare_lines(moves)
        included = [vals for vals in lines if not vals["reason"]]
        self.env["incasso.handover.line"].create(
            [vals for vals in lines if vals["reason"]]
        )
        self.env["incasso.handover.debtor"].create(handover._prepare_debtors(included))
        return handover

    def _prepare_lines(self, moves):
        """One dict of values for each receivable item, or for each entry that has none;
        with the reason why it is left out, where there is one."""
        self.ensure_one()
        moves.fetch(
            ["state", "move_type", "payment_state", "currency_id", "no_followup"]
        )
        moves.commercial_partner_id.fetch(["street", "zip", "city", "email"])
        items = self.env["account.move.line"].search(
            [
                ("move_id", "in", moves.ids),
                ("account_id.account_type", "=", "asset_receivable"),
            ],
            order="date_maturity, id",
        )
        items.fetch(["date_maturity", "amount_residual", "move_id"])
        by_move = items.grouped("move_id")
        taken = self._items_in_dossiers(moves)
        vals_list = []
        for move in moves:
            reason = self._refuse_move(move, taken.get(move.id, ()))
            open_items = by_move.get(move, items.browse()).filtered("amount_residual")
            if reason or not open_items:
                vals_list.append(self._prepare_line(move, False, reason or "paid"))
                continue
            for item in open_items:
                vals_list.append(
                    self._prepare_line(
                        move, item, self._refuse_item(item, taken.get(move.id, ()))
                    )
                )
        return vals_list

    def _prepare_line(self, move, item, reason):
        due_date = item.date_maturity if item else move.invoice_date_due
        return {
            "handover_id": self.id,
            "move_id": move.id,
            "move_line_id": item and item.id,
            "partner_id": move.commercial_partner_id.id,
            "due_date": due_date,
            "days_overdue": max((self.date - due_date).days, 0) if due_date else 0,
            "amount": item.amount_residual if item else abs(move.amount_residual),
            "reason": reason,
        }

    def _items_in_dossiers(self, moves):
        """The receivable items that are claims of a running dossier.

        :return: sets of item ids by move id
        """
        # In any dossier, also one that this user may not see: it is just left out.
        claims = (
            self.env["incasso.claim"]
            .sudo()
            .search_fetch(
                [("move_id", "in", moves.ids), ("state", "=", "open")],
                ["move_id", "move_line_id"],
            )
        )
        taken = defaultdict(set)
        for claim in claims:
            taken[claim.move_id.id].add(claim.move_line_id.id)
        return taken

    def _refuse_move(self, move, taken):
        """Why an entry as a whole cannot be handed over, as a key of ``REASONS``."""
        partner = move.commercial_partner_id
        if move.move_type == "out_refund":
            return "credit_note"
        if move.move_type != "out_invoice":
            return "not_sale"
        if move.state != "posted":
            return "draft"
        if move.payment_state in ("paid", "reversed"):
            return "paid"
        if move.payment_state == "in_payment":
            return "in_payment"
        if move.payment_state == "blocked":
            return "disputed"
        if move.currency_id != self.currency_id:
            return "currency"
        # A dossier sets this mark itself, on all items of the invoice.
        if move.no_followup and not taken:
            return "no_followup"
        if not (partner.email or (partner.street and (partner.zip or partner.city))):
            return "unreachable"
        return False

    def _refuse_item(self, item, taken):
        """Why one item of an invoice cannot be handed over."""
        if item.id in taken:
            return "in_dossier"
        if item.amount_residual < 0:
            return "credit_note"
        if not item.date_maturity or item.date_maturity >= self.date:
            return "not_due"
        return False

    def _prepare_debtors(self, lines):
        """One dict of values for each debtor, with its lines, its flow and what comes
        on top."""
        by_partner = defaultdict(list)
        for vals in lines:
            by_partner[vals["partner_id"]].append(vals)
        partners = self.env["res.partner"].browse(by_partner)
        running = self._running_dossiers(partners)
        flows = self.env["incasso.flow"]._candidates(self.company_id)
        amounts = self._amounts_on_top(by_partner, running)
        vals_list = []
        for partner in partners:
            dossier = running.get(partner, self.env["incasso.dossier"])
            kind = dossier.debtor_type or partner.incasso_debtor_type
            interest, costs = amounts[partner.id]
            vals_list.append(
                {
                    "handover_id": self.id,
                    "partner_id": partner.id,
                    "debtor_type": kind,
                    "dossier_id": dossier.id,
                    "flow_id": (
                        dossier.flow_id
                        or flows._choose("own", kind, self.company_id.partner_id.id)
                    ).id,
                    "invoice_count": len(by_partner[partner.id]),
                    "principal": sum(vals["amount"] for vals in by_partner[partner.id]),
                    "interest": float(interest),
                    "costs": float(costs),
                    "line_ids": [
                        Command.create(vals) for vals in by_partner[partner.id]
                    ],
                }
            )
        return vals_list

    def _running_dossiers(self, partners):
        """The dossier into which new claims go: the newest that is not in court yet.

        :rtype: dict[res.partner, incasso.dossier]
        """
        return {
            dossier.debtor_id: dossier
            for dossier in self.env["incasso.dossier"].search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("creditor_id", "=", self.company_id.partner_id.id),
                    ("debtor_id", "in", partners.ids),
                    ("state", "=", "open"),
                    ("phase", "in", ("reminder", "amicable")),
                ],
                order="id",
            )
        }

    def _amounts_on_top(self, by_partner, running):
        """Interest up to today, and the costs that a consumer would owe after the
        notice and a business owes now.

        :return: pairs of interest and costs in euro by partner id
        """
        law = self.env["incasso.law"]
        settings = law._settings(self.company_id)
        engine = Engine(law._interest_table(), settings.convention, self.date)
        dossiers = self.env["incasso.dossier"].union(*running.values())
        balances = dossiers._balances(self.date)
        amounts = {}
        for partner in self.env["res.partner"].browse(by_partner):
            dossier = running.get(partner, dossiers.browse())
            debtor_type = dossier.debtor_type or partner.incasso_debtor_type
            claims = [
                engine.claim_balance(
                    self._claim_facts(vals, debtor_type),
                    debtor_type,
                    Ledger(law_amount(vals["amount"])),
                )
                for vals in by_partner[partner.id]
            ]
            charged = [
                claim
                for claim in (balances[dossier.id].claims if dossier else ())
                if claim.costs_date
            ]
            bill = Bill(charged, claims, self.date, law._cost_tables(), ZERO)
            costs = bill.costs(debtor_type, settings.readings, lambda contract: ())
            amounts[partner.id] = (
                sum((claim.interest for claim in claims), ZERO),
                costs.total,
            )
        return amounts

    def _claim_facts(self, vals, debtor_type):
        """What a receivable item would be as a claim."""
        move = self.env["account.move"].browse(vals["move_id"])
        claim = {
            "interest_kind": STATUTORY_KINDS[debtor_type],
            **self._terms_vals(move, debtor_type),
        }
        cents = int(law_amount(vals["amount"]) * 100)
        minimum = claim.pop("cost_minimum", None)
        return ClaimFacts(
            claim_id=0,
            dossier_id=0,
            is_held=False,
            name=move.name,
            claim_kind="service",
            invoice_date=move.invoice_date,
            due_date=vals["due_date"],
            close_date=None,
            description=None,
            recurring_contract=None,
            invoice_amount=None,
            amount=cents,
            cost_minimum=minimum and int(law_amount(minimum) * 100),
            **claim,
        )

    def _terms_vals(self, move, debtor_type):
        """What the company's own terms say about a claim on this invoice."""
        terms = self.company_id.partner_id._incasso_terms_on(move.invoice_date)
        return self.env["incasso.claim"]._prepare_terms(terms, debtor_type)

    # === BUSINESS METHODS - HANDING OVER === #

    def _hand_over(self):
        """Make one dossier for each debtor that is selected, or add to the one that
        runs.

        :return: the dossiers
        :raise UserError: nothing is left to hand over
        """
        self.ensure_one()
        debtors = self.debtor_ids.filtered("selected")
        lines = self._still_open(debtors.line_ids)
        if not lines:
            raise UserError(self.env._("There is nothing left to hand over."))
        claims = self._prepare_claims(lines)
        fresh, merged, vals_list, claim_vals = [], [], [], []
        for debtor in debtors:
            of_debtor = [claims[line] for line in debtor.line_ids if line in claims]
            if not of_debtor:
                continue
            if debtor.dossier_id:
                merged.append(debtor.dossier_id.id)
                claim_vals += [
                    {**vals, "dossier_id": debtor.dossier_id.id} for vals in of_debtor
                ]
                continue
            fresh.append(debtor)
            vals_list.append(
                {
                    "company_id": self.company_id.id,
                    "creditor_id": self.company_id.partner_id.id,
                    "debtor_id": debtor.partner_id.id,
                    "debtor_type": debtor.debtor_type,
                    "handler_id": self.handler_id.id,
                    "open_date": self.date,
                    "phase": debtor._first_phase(),
                    "flow_id": debtor.flow_id.id,
                    "claim_ids": [Command.create(vals) for vals in of_debtor],
                }
            )
        dossiers = self.env["incasso.dossier"]
        running = dossiers.browse(merged)
        if running:
            self.env["incasso.claim"].create(claim_vals)
            running._claims_added()
        # sudo: handing over takes no right to write invoices; only this mark goes.
        lines.move_id.sudo().filtered(
            "incasso_proposal_date"
        ).incasso_proposal_date = False
        return running + dossiers._open(vals_list)

    def _still_open(self, lines):
        """Of the lines shown, those that can still be handed over: somebody may have
        paid or handed over in the meantime."""
        now = {
            vals["move_line_id"]: vals["amount"]
            for vals in self._prepare_lines(lines.move_id)
            if not vals["reason"]
        }
        return lines.filtered(lambda line: line.move_line_id.id in now)

    def _prepare_claims(self, lines):
        """Values of the claims, by line."""
        goods, descriptions = self._what_for(lines.move_id)
        claims = {}
        for line in lines:
            move = line.move_id
            consumer = line.debtor_id.debtor_type == "consumer"
            claims[line] = {
                "name": move.name,
                "move_line_id": line.move_line_id.id,
                "invoice_date": min(move.invoice_date, line.due_date),
                "due_date": line.due_date,
                "amount": line.move_line_id.amount_residual,
                "invoice_amount": move.amount_total,
                "description": descriptions.get(move.id),
                # The shorter term, so as not to write about what may have lapsed.
                "kind": (
                    "consumer-purchase" if consumer and move.id in goods else "service"
                ),
                **self._terms_vals(move, line.debtor_id.debtor_type),
            }
        return claims

    def _what_for(self, moves):
        """What the invoices are for.

        :return: ids of the moves on which goods were sold, and the first line's words
            by move id
        """
        lines = self.env["account.move.line"]
        lines.flush_model(["move_id", "product_id", "display_type", "name", "sequence"])
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (line.move_id)
                       line.move_id, split_part(line.name, E'\\n', 1),
                       COUNT(*) OVER (PARTITION BY line.move_id),
                       BOOL_OR(template.type = 'consu')
                           OVER (PARTITION BY line.move_id)
                  FROM account_move_line line
             LEFT JOIN product_product product ON product.id = line.product_id
             LEFT JOIN product_template template
                    ON template.id = product.product_tmpl_id
                 WHERE line.move_id IN %s AND line.display_type = 'product'
                 ORDER BY line.move_id, line.sequence, line.id
                """,
                tuple(moves.ids),
            )
        )
        goods, descriptions = set(), {}
        for move_id, name, count, sold in self.env.cr.fetchall():
            if sold:
                goods.add(move_id)
            if name and count > 1:
                name = self.env._("%(first)s and more", first=name)
            descriptions[move_id] = name
        return goods, descriptions
