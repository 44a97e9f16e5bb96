from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..law.amounts import ZERO
from ..law.costs import Costs, VatConditions
from ..law.interest import Reduction, Suspension
from ..law.steps import Step
from .balance import (
    NO_COSTS,
    Bill,
    ClaimFacts,
    DossierBalance,
    Engine,
    Ledger,
    euro,
    lowered,
    shares,
)
from .database import write_rows
from .incasso_law import law_amount


class IncassoDossier(models.Model):
    """What a dossier comes to: interest and costs by law, and the ledger.

    Interest is not booked from day to day. What is owed on a day follows from the
    claims and the whole history of the ledger; it is booked when something fixes it,
    such as a receipt or the closing of the dossier.
    """

    # One concern a file: balance, flow and receipts would be 3,000 lines together.
    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    # === BUSINESS METHODS - BALANCES === #

    def _balances(
        self, on_date, exclude_held=False, no_interest_from=None, planned=None
    ):
        """What is owed at the end of a day. Reads, never writes.

        Four queries for any number of dossiers.

        :param date on_date: the day
        :param bool exclude_held: leave out the claims that a hold stops
        :param date no_interest_from: as if no interest ran from this day on
        :param dict planned: as if these `Reduction` by claim id had been paid
        :return: by dossier id; dossiers without claims are in it too
        :rtype: dict[int, DossierBalance]
        """
        ids = [dossier_id for dossier_id in self._ids if dossier_id]
        if not ids:
            return {}
        self._flush_for_balances()
        dossiers = self._read_dossiers(ids)
        ledgers, costs = self._read_entries(ids, on_date)
        freezes = self._read_freezes(ids)
        frozen = [Suspension(no_interest_from)] if no_interest_from else []
        law = self.env["incasso.law"]
        companies = {company for company, *_rest in dossiers.values()}
        engines = {
            company.id: Engine(
                law._interest_table(), law._settings(company).convention, on_date
            )
            for company in self.env["res.company"].browse(companies)
        }
        claims = defaultdict(list)
        for facts in map(ClaimFacts._make, self._read_claims(ids)):
            if facts.is_held and exclude_held:
                continue
            company, debtor_type, _claimed = dossiers[facts.dossier_id]
            ledger = ledgers.get(facts.claim_id) or Ledger()
            if planned:
                ledger.reductions += planned.get(facts.claim_id, ())
            claims[facts.dossier_id].append(
                engines[company].claim_balance(
                    facts,
                    debtor_type,
                    ledger,
                    [*freezes.get(facts.claim_id, ()), *frozen],
                )
            )
        return {
            dossier_id: DossierBalance(
                dossier_id,
                on_date,
                sum([claim.principal for claim in claims[dossier_id]], ZERO),
                sum([claim.interest for claim in claims[dossier_id]], ZERO),
                costs.get(dossier_id, ZERO),
                claims[dossier_id],
                claimed is not None and claimed <= on_date,
            )
            for dossier_id, (_company, _type, claimed) in dossiers.items()
        }

    def _flush_for_balances(self):
        """Send to the database what the queries below read."""
        self.env["incasso.dossier"].flush_model(
            ["company_id", "debtor_type", "interest_claimed_date"]
        )
        self.env["incasso.claim"].flush_model()
        self.env["incasso.hold"].flush_model()

    def _read_dossiers(self, ids):
        """:return: company, debtor type and day interest was claimed, by dossier id"""
        self.env.cr.execute(
            """
            SELECT id, company_id, debtor_type, interest_claimed_date
              FROM incasso_dossier
             WHERE id = ANY(%s)
            """,
            [ids],
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def _read_claims(self, ids):
        """The claims of dossiers by due date, as `ClaimFacts` wants them."""
        self.env.cr.execute(
            """
            SELECT claim.id, claim.dossier_id,
                   claim.state = 'open' AND EXISTS (
                       SELECT FROM incasso_hold hold
                        WHERE hold.dossier_id = claim.dossier_id
                          AND hold.state = 'active'
                          AND (
                              NOT EXISTS (
                                  SELECT FROM incasso_claim_incasso_hold_rel link
                                   WHERE link.incasso_hold_id = hold.id
                              )
                              OR EXISTS (
                                  SELECT FROM incasso_claim_incasso_hold_rel link
                                   WHERE link.incasso_hold_id = hold.id
                                     AND link.incasso_claim_id = claim.id
                              )
                          )
                   ),
                   claim.name, claim.kind, claim.invoice_date, claim.due_date,
                   claim.close_date,
                   claim.description, claim.recurring_contract,
                   (claim.invoice_amount * 100)::bigint, (claim.amount * 100)::bigint,
                   claim.interest_kind, claim.interest_percentage, claim.interest_per,
                   claim.interest_compound, claim.interest_stop_date,
                   claim.cost_rule, claim.cost_percentage,
                   (claim.cost_minimum * 100)::bigint,
                   claim.costs_due_from, claim.costs_date,
                   (claim.costs_base * 100)::bigint,
                   (claim.costs_amount * 100)::bigint,
                   claim.notice_id, claim.limitation_date
              FROM incasso_claim claim
             WHERE claim.dossier_id = ANY(%s)
             ORDER BY claim.dossier_id, claim.due_date, claim.id
            """,
            [ids],
        )
        return self.env.cr.fetchall()

    def _read_entries(self, ids, on_date):
        """The ledger up to and including a day.

        :return: `Ledger` by claim id, and costs in euro by dossier id
        """
        self.env.cr.execute(
            """
            SELECT dossier_id, claim_id, component, kind, date,
                   (SUM(amount) * 100)::bigint
              FROM incasso_entry
             WHERE dossier_id = ANY(%s) AND date <= %s
             GROUP BY dossier_id, claim_id, component, kind, date
            """,
            [ids, on_date],
        )
        ledgers, costs = {}, {}
        for (
            dossier_id,
            claim_id,
            component,
            kind,
            day,
            amount,
        ) in self.env.cr.fetchall():
            amount = euro(amount)
            if component == "costs":
                costs[dossier_id] = costs.get(dossier_id, ZERO) + amount
                continue
            ledger = ledgers.get(claim_id)
            if ledger is None:
                ledger = ledgers[claim_id] = Ledger()
            if kind == "claim":
                ledger.principal += amount
            elif kind == "interest":
                ledger.interest += amount
            elif component == "principal":
                ledger.reductions.append(Reduction(day, -amount))
            else:
                ledger.reductions.append(Reduction(day, ZERO, -amount))
        return ledgers, costs

    def _read_freezes(self, ids):
        """:return: `Suspension` of interest during a hold, by claim id"""
        self.env.cr.execute(
            """
            SELECT claim.id, hold.start_date, hold.end_date
              FROM incasso_hold hold
              JOIN incasso_claim claim ON claim.dossier_id = hold.dossier_id
             WHERE hold.dossier_id = ANY(%s)
               AND hold.no_interest
               AND (
                   NOT EXISTS (
                       SELECT FROM incasso_claim_incasso_hold_rel link
                        WHERE link.incasso_hold_id = hold.id
                   )
                   OR EXISTS (
                       SELECT FROM incasso_claim_incasso_hold_rel link
                        WHERE link.incasso_hold_id = hold.id
                          AND link.incasso_claim_id = claim.id
                   )
               )
            """,
            [ids],
        )
        freezes = defaultdict(list)
        for claim_id, start, end in self.env.cr.fetchall():
            freezes[claim_id].append(Suspension(start, end))
        return freezes

    def _render_balance(self, on_date):
        """What is owed on a day as a page: per claim, per component, each amount with
        its explanation in the language of the user.

        :param date on_date: the day
        :rtype: Markup
        """
        self.ensure_one()
        balance = self._balances(on_date)[self.id]
        entry = self.env["incasso.entry"]
        costs = entry.search(
            [
                ("dossier_id", "=", self.id),
                ("component", "=", "costs"),
                ("date", "<=", on_date),
            ]
        )
        return self.env["ir.qweb"]._render(
            "incasso_nl.balance_sheet",
            {
                "balance": balance,
                "costs": costs,
                "money": lambda amount: self.currency_id.format(float(amount)),
                "day": lambda day: format_date(self.env, day),
                "explain": entry._explain,
            },
        )

    # === BUSINESS METHODS - INTEREST === #

    def _claim_interest(self, on_date):
        """Note that interest is asked for from this day on, where it was not before.

        :param date on_date: of the first message that asks for it
        """
        fresh = self.filtered(lambda dossier: not dossier.interest_claimed_date)
        fresh.write({"interest_claimed_date": on_date})

    def _book_interest(self, on_date):
        """Book what has accrued and is not booked yet, up to and including a day.

        Only where interest was claimed by then. Interest that was booked for later days
        is brought in line with it.

        :param date on_date: the day
        :return: the entries made
        """
        entries = self.env["incasso.entry"]
        later = self._interest_dates_after(on_date)
        for day in [on_date, *sorted(set().union(*later.values()))]:
            dossiers = self.filtered(
                lambda d, day=day: day == on_date or day in later.get(d.id, ())
            )
            entries += entries._book(
                [
                    {
                        "dossier_id": balance.dossier_id,
                        "claim_id": claim.claim_id,
                        "date": day,
                        "component": "interest",
                        "kind": "interest",
                        "amount": float(claim.interest_total - claim.interest_booked),
                        "explanation": claim.steps,
                    }
                    for balance in dossiers._balances(day).values()
                    if balance.interest_claimed
                    for claim in balance.claims
                    if claim.interest_total != claim.interest_booked
                ]
            )
        return entries

    def _interest_dates_after(self, on_date):
        """:return: sets of later days for which interest was booked, by dossier id"""
        self.env.cr.execute(
            """
            SELECT dossier_id, date
              FROM incasso_entry
             WHERE dossier_id = ANY(%s) AND kind = 'interest' AND date > %s
             GROUP BY dossier_id, claim_id, date
            HAVING SUM(amount) != 0
            """,
            [self.ids, on_date],
        )
        later = defaultdict(set)
        for dossier_id, day in self.env.cr.fetchall():
            later[dossier_id].add(day)
        return later

    # === BUSINESS METHODS - COSTS === #

    def _claimable_costs(self, balances, on_date, due_only=False, held=False):
        """Collection costs for the claims on which none were charged yet.

        Those that a notice announces, or with ``due_only`` those that may be charged
        now. Claims in one dossier are taken together: what was charged before for
        others is subtracted from the costs over all (art. 6:96 lid 7 BW).

        :param dict balances: as `_balances` gave them
        :param date on_date: whose scale applies
        :param bool due_only: for a consumer, only the claims whose notice has run out
        :param bool held: also for claims that a hold stops now, when the past is done
            over
        :return: by dossier id
        :rtype: dict[int, law.costs.Costs]
        """
        found = self._new_costs(balances, on_date, due_only, held)
        return {dossier_id: costs for dossier_id, (costs, _claims) in found.items()}

    def _charge_costs(self, on_date, messages=None, held=False, found=None):
        """Charge collection costs where the law allows, once for each claim.

        :param date on_date: the day from which they are owed
        :param messages: `incasso.message` that ask for them, for the ledger
        :param bool held: also for claims that a hold stops now, when the past is done
            over
        :param dict found: as `_new_costs` gave them, where they are known
        :return: the entries made
        :raise UserError: a consumer has had no notice that ran out unpaid; art. 6:96
            lid 6 BW
        """
        if found is None:
            found = self._new_costs(self._balances(on_date), on_date, True, held)
        by_dossier = {message.dossier_id.id: message.id for message in messages or ()}
        charged, vals_list = [], []
        for dossier in self:
            costs, claims = found[dossier.id]
            if costs.reason == "no_notice":
                raise UserError(dossier._no_costs_yet_message())
            if not costs.due:
                continue
            for claim, share in zip(claims, shares(costs.total, claims), strict=True):
                charged.append(
                    {
                        "id": claim.claim_id,
                        "costs_date": on_date,
                        "costs_base": claim.principal,
                        "costs_amount": share,
                    }
                )
            vals_list.append(
                {
                    "dossier_id": dossier.id,
                    "date": on_date,
                    "amount": costs.total,
                    "message_id": by_dossier.get(dossier.id),
                    "explanation": [step.as_json() for step in costs.steps],
                }
            )
        # By the thousand in the daily run: a statement each, whatever their number.
        write_rows(self.env["incasso.claim"], charged)
        entries = self.env["incasso.entry"]._book_costs(vals_list)
        currency = self.company_id[:1].currency_id
        self._log(
            "costs",
            {
                vals["dossier_id"]: self.env._(
                    "Collection costs of %(amount)s charged.",
                    amount=currency.format(float(vals["amount"])),
                )
                for vals in vals_list
            },
        )
        return entries

    def _uncharge_costs(self, after, reason):
        """Undo the costs that were charged after a day, so that they can be charged
        again: when a payment with an earlier value date comes to light.

        :param date after: costs of later days are undone
        :param str reason: for the ledger
        :return: the days, with the message that asked for the costs, by dossier id
        :rtype: dict[int, list[tuple[date, int | False]]]
        """
        entries = self.env["incasso.entry"].search(
            [
                ("dossier_id", "in", self.ids),
                ("kind", "=", "costs"),
                ("date", ">", after),
                ("reversal_of_id", "=", False),
                ("reversed_by_ids", "=", False),
            ]
        )
        entries._reverse(reason)
        self.claim_ids.filtered(
            lambda claim: claim.costs_date and claim.costs_date > after
        ).write({"costs_date": False, "costs_base": 0.0, "costs_amount": 0.0})
        charged = defaultdict(list)
        for entry in entries:
            charged[entry.dossier_id.id].append((entry.date, entry.message_id.id))
        return charged

    def _uncharge_withdrawn(self, messages, reason):
        """Undo the costs that messages asked for which never went out: the step that
        charged them did not happen. What a receipt paid of them stands.

        :param messages: `incasso.message` that were withdrawn
        :param str reason: for the ledger and the time line
        """
        entries = (
            self.env["incasso.entry"]
            .search(
                [
                    ("dossier_id", "in", self.ids),
                    ("message_id", "in", messages.ids),
                    ("kind", "=", "costs"),
                    ("reversal_of_id", "=", False),
                    ("reversed_by_ids", "=", False),
                ]
            )
            .filtered(
                lambda entry: (
                    entry.currency_id.compare_amounts(
                        entry.dossier_id.costs_open, entry.amount
                    )
                    >= 0
                )
            )
        )
        entries._reverse(reason)
        charged = {(entry.dossier_id, entry.date) for entry in entries}
        entries.dossier_id.claim_ids.filtered(
            lambda claim: (claim.dossier_id, claim.costs_date) in charged
        ).write({"costs_date": False, "costs_base": 0.0, "costs_amount": 0.0})
        self._log(
            "costs",
            {
                entry.dossier_id.id: self.env._(
                    "Collection costs of %(amount)s taken back: %(reason)s",
                    amount=entry.currency_id.format(entry.amount),
                    reason=reason,
                )
                for entry in entries
            },
        )

    def _no_costs_yet_message(self):
        """Why a consumer cannot be charged, and what to do about it."""
        self.ensure_one()
        days = [day for day in self.claim_ids.mapped("costs_due_from") if day]
        if days:
            return self.env._(
                "Dossier %(dossier)s: the notice of costs still runs. Costs can be "
                "charged from %(day)s on (art. 6:96 lid 6 BW).",
                dossier=self.name,
                day=format_date(self.env, min(days)),
            )
        return self.env._(
            "Dossier %s: a consumer owes no collection costs before a notice of costs "
            "has run out unpaid (art. 6:96 lid 6 BW). Send the notice of costs first.",
            self.name,
        )

    def _new_costs(self, balances, on_date, due_only, held):
        """:return: by dossier id, the costs to charge and the claims they are for"""
        tables = self.env["incasso.law"]._cost_tables()
        history = self._recurring_history(balances)
        settings = {
            company: self.env["incasso.law"]._settings(company)
            for company in self.company_id
        }
        # Read together, whichever dossier asks for them first.
        together = [
            claim.claim_id for balance in balances.values() for claim in balance.claims
        ]
        found = {}
        for dossier in self:
            readings = settings[dossier.company_id].readings
            fresh = [
                claim
                for claim in balances[dossier.id].claims
                if not claim.costs_date
                and (held or not claim.is_held)
                and claim.cost_rule != "none"
                and claim.claim_kind not in NO_COSTS
                and claim.principal > 0
                and claim.due_date < on_date
            ]
            waiting = (
                dossier.debtor_type == "consumer"
                and due_only
                and [
                    claim
                    for claim in fresh
                    if not claim.costs_due_from or claim.costs_due_from > on_date
                ]
            )
            claims = [claim for claim in fresh if not waiting or claim not in waiting]
            if not claims:
                reason = "no_notice" if waiting else "no_principal"
                found[dossier.id] = Costs(ZERO, ZERO, reason, []), []
                continue
            charged = [
                claim for claim in balances[dossier.id].claims if claim.costs_date
            ]
            bill = Bill(charged, claims, on_date, tables, dossier._costs_vat(on_date))
            parties = dossier.creditor_id.id, dossier.debtor_id.id
            costs = bill.costs(
                dossier.debtor_type,
                readings,
                lambda contract, parties=parties: history[*parties, contract],
            )
            if dossier.debtor_type == "consumer" and due_only:
                records = self.env["incasso.claim"].browse(
                    [claim.claim_id for claim in claims]
                )
                costs = self._at_most_announced(costs, records.with_prefetch(together))
            found[dossier.id] = costs, claims
        return found

    def _costs_vat(self, on_date):
        """The percentage by which costs are raised: art. 2 lid 3 BIK."""
        self.ensure_one()
        conditions = VatConditions(
            outsourced=self.is_third_party,
            irrecoverable=not self.creditor_id.incasso_vat_recoverable,
            declared=not self.creditor_id.incasso_vat_recoverable,
        )
        return conditions.percentage(on_date, self.env["incasso.law"]._legal_values())

    @api.model
    def _at_most_announced(self, costs, claims):
        """A consumer owes no more than the notice announced (art. 6:96 lid 6 BW), where
        it is known what that was: a creditor's own notice may have been recorded
        without its amount."""
        elsewhere = claims.filtered(lambda claim: not claim.notice_id)
        if not all(elsewhere.mapped("creditor_notice_costs")):
            return costs
        own = claims.notice_id.mapped("announced_costs")
        creditors = {
            (claim.creditor_notice_date, claim.creditor_notice_costs)
            for claim in elsewhere
        }
        announced = sum(
            map(law_amount, [*own, *(amount for _day, amount in creditors)]), ZERO
        )
        if costs.total <= announced:
            return costs
        values = {"announced": announced}
        step = Step("costs.announced", "art. 6:96 lid 6 BW", announced, values)
        return lowered(costs, announced, step)

    def _recurring_history(self, balances):
        """Costs charged before for instalments of recurring contracts.

        :param dict balances: of these dossiers; without such claims nothing is read
        :return: due date, principal and costs in euro with VAT, by creditor, debtor and
            contract
        """
        history = defaultdict(list)
        if not any(
            claim.recurring_contract
            for dossier_id in self.ids
            for claim in balances[dossier_id].claims
        ):
            return history
        self.env["incasso.claim"].flush_model()
        self.env.cr.execute(
            """
            SELECT DISTINCT claim.id, claim.creditor_id, claim.debtor_id,
                   claim.recurring_contract, claim.due_date,
                   (claim.costs_base * 100)::bigint,
                   (claim.costs_amount * 100)::bigint
              FROM incasso_claim current
              JOIN incasso_claim claim
             USING (creditor_id, debtor_id, recurring_contract)
             WHERE current.dossier_id = ANY(%s)
               AND current.recurring_contract IS NOT NULL
               AND claim.costs_date IS NOT NULL
            """,
            [self.ids],
        )
        for _id, *key, due, base, amount in self.env.cr.fetchall():
            history[tuple(key)].append((due, euro(base), euro(amount)))
        return history
