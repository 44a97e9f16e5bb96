from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL

from ..law.amounts import ZERO
from ..law.imputation import (
    LEGAL_ORDER,
    NOTICE_TERM_ORDER,
    Claim,
    Parts,
    impute_claims,
)
from .incasso_law import law_amount

# Entries that bring amounts to zero or lower them by hand; a replay sees them again.
_GIVEN_UP = ("waiver", "release")


class ClaimKey(NamedTuple):
    """A claim to the law engine; in an explanation it goes by its number."""

    claim_id: int
    name: str

    def __str__(self):
        return self.name


class Open:
    """What is open in one dossier at a moment of one day, while money is allocated.

    :ivar Decimal costs: euro, of the dossier as a whole
    :ivar dict parts: `[interest, principal]` in euro by claim id
    """

    def __init__(self, balance, order):
        self.balance = balance
        self.order = order
        self.costs = balance.costs
        self.parts = {
            claim.claim_id: [
                claim.interest if balance.interest_claimed else ZERO,
                claim.principal,
            ]
            for claim in balance.claims
        }

    def impute(self, amount, designated=()):
        """Impute a payment by art. 6:43 and 6:44 BW, and take it off.

        :param Decimal amount: euro
        :param designated: ids of the claims that the debtor named
        :rtype: law.imputation.Distribution
        """
        named = {id_ for id_ in designated if id_ in self.parts}
        others = self._costs_of({*self.parts} - named) if named else ZERO
        if not others:
            result = self._impute(self.balance.claims, amount, designated, self.costs)
        else:
            # Who names claims pays their costs, not those of the others (art. 6:43 lid
            # 1 and 6:44 lid 1 BW): these come when the named claims are paid.
            first, then = [], []
            for claim in self.balance.claims:
                (first if claim.claim_id in named else then).append(claim)
            paid = self._impute(first, amount, designated, self.costs - others)
            rest = self._impute(then, paid.credit, (), others)
            result = rest._replace(
                claims=paid.claims | rest.claims,
                dossier_costs=paid.dossier_costs + rest.dossier_costs,
                # The first one says too what was left of it.
                steps=[*(paid.steps[:-1] if paid.credit else paid.steps), *rest.steps],
            )
        self.costs -= result.dossier_costs
        for key, imputed in result.claims.items():
            self.parts[key.claim_id][0] -= imputed.paid.interest
            self.parts[key.claim_id][1] -= imputed.paid.principal
        return result

    def _costs_of(self, claim_ids):
        """The part of the open costs that was charged for some of the claims. What was
        paid of the costs is taken to be of the others."""
        charged = (
            claim.costs_amount
            for claim in self.balance.claims
            if claim.claim_id in claim_ids
        )
        return max(min(sum(charged, ZERO), self.costs), ZERO)

    def _impute(self, claims, amount, designated, costs):
        """Impute to some of the claims, and to costs; nothing is taken off."""
        keys = {
            claim.claim_id: ClaimKey(claim.claim_id, claim.name) for claim in claims
        }
        return impute_claims(
            [
                Claim(
                    keys[claim.claim_id],
                    Parts(
                        interest=max(self.parts[claim.claim_id][0], ZERO),
                        principal=max(self.parts[claim.claim_id][1], ZERO),
                    ),
                    due=claim.due_date,
                    burden=_yearly_percentage(claim),
                )
                for claim in claims
            ],
            amount,
            self.balance.on_date,
            designated=[keys[claim_id] for claim_id in designated if claim_id in keys],
            dossier_costs=max(costs, ZERO),
            order=self.order,
        )

    def credit(self, amount, claim_ids):
        """Take a credit note off the principal of the claims it is about.

        :return: the principal taken off, by claim id
        :rtype: dict[int, Decimal]
        """
        taken = {}
        for claim_id in claim_ids:
            parts = self.parts.get(claim_id)
            if parts:
                taken[claim_id] = min(max(parts[1], ZERO), amount)
                parts[1] -= taken[claim_id]
                amount -= taken[claim_id]
        return {claim_id: part for claim_id, part in taken.items() if part}

    def give_up(self, claim_id, component, most=None):
        """Take off what is waived or given back: all that is open, or at most `most`.

        :rtype: Decimal
        """
        place = {"interest": 0, "principal": 1}.get(component)
        is_open = self.costs if place is None else self.parts[claim_id][place]
        amount = max(is_open if most is None else min(is_open, most), ZERO)
        if place is None:
            self.costs -= amount
        else:
            self.parts[claim_id][place] -= amount
        return amount


class IncassoDossier(models.Model):
    """What money does to a dossier.

    The ledger is always what it would have been, had everything been known on its own
    day. A payment that comes to light later than others, or turns out not to have been
    one, therefore undoes what was booked for later days and books it again in order.
    """

    # One concern a file: balance, flow and receipts would be 3,000 lines together.
    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    _number_plain_idx = models.Index(
        "(upper(regexp_replace(name, '[^[:alnum:]]', '', 'g')))"
    )

    surplus = fields.Monetary(
        string="To Refund",
        help="Paid more than was owed, and kept.",
        compute="_compute_surplus",
    )

    # === COMPUTE METHODS === #

    def _compute_surplus(self):
        sums = dict(
            self.env["incasso.receipt"]._read_group(
                [("dossier_id", "in", self.ids), ("state", "=", "allocated")],
                ["dossier_id"],
                ["surplus:sum"],
            )
        )
        for dossier in self:
            dossier.surplus = sums.get(dossier._origin, 0.0)

    # === ACTION METHODS === #

    def action_register_receipt(self):
        """Register money that came in for this dossier."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Register Receipt"),
            "res_model": "incasso.register.receipt",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dossier_id": self.id},
        }

    def action_view_receipts(self):
        """Show the receipts of these dossiers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "incasso_nl.incasso_receipt_action"
        )
        action["domain"] = [("dossier_id", "in", self.ids)]
        action["context"] = {"create": False}
        return action

    def action_check_books(self):
        """Compare the ledgers of these dossiers with the books, and say what does not
        agree."""
        findings = self._check_books()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Check of the Books"),
                "type": "danger" if findings else "success",
                "sticky": bool(findings),
                "message": "\n".join(f"{where}: {text}" for where, text in findings)
                or self.env._("%s dossiers: everything agrees.", len(self)),
            },
        }

    # === BUSINESS METHODS - CHECK === #

    def _check_books(self):
        """What does not agree between ledgers, sums and Odoo's books: nothing, or
        something is wrong.

        :rtype: list[Finding]
        """
        # sudo: an auditor of collections need not see all journal items; only names and
        # sums come out.
        return self.env["incasso.books.check"].sudo()._check(self)

    # === BUSINESS METHODS - LOCKING === #

    def _lock_for_money(self):
        """Wait for whoever is booking money on these dossiers, and keep others waiting.

        When the other one changed a dossier, PostgreSQL refuses to go on with what this
        transaction saw before, and Odoo starts the request again: nothing is allocated
        on a stale balance.
        """
        if self:
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM incasso_dossier WHERE id = ANY(%s)"
                    " ORDER BY id FOR NO KEY UPDATE",
                    self.ids,
                ),
                # To be refused is what the lock is for: no error in the log.
                log_exceptions=False,
            )

    # === BUSINESS METHODS - LEDGER === #

    def _replay(self, added, removed, reason):
        """Bring the ledgers in order after receipts were added or taken away.

        :param added: `incasso.receipt` to allocate, in any order
        :param removed: `incasso.receipt` whose allocation is undone
        :param str reason: why what was booked for later days is booked again
        :return: receipts whose allocation was made anew, `added` among them
        :rtype: recordset of `incasso.receipt`
        """
        since = {
            dossier: min(receipt._order_key() for receipt in receipts)
            for dossier, receipts in (added | removed).grouped("dossier_id").items()
        }
        return self._replay_since(since, added, removed, reason)

    def _replay_costs(self, claims, reason):
        """Book again what was booked since costs were charged for these claims: their
        notice of costs never reached the debtor. Costs that another notice gives a
        right to are charged again; what was paid is divided anew.

        :param claims: `incasso.claim` of these dossiers, their notice taken off already
        :param str reason: for the ledger
        """
        since = {
            dossier: (
                min(group.mapped("costs_date")) - timedelta(days=1),
                True,
                float("inf"),
            )
            for dossier, group in claims.filtered("costs_date")
            .grouped("dossier_id")
            .items()
        }
        if not since:
            return
        none = self.env["incasso.receipt"]
        dossiers = self.browse(dossier.id for dossier in since)
        receipts = dossiers._replay_since(since, none, none, reason)
        self.env["incasso.books"]._settle(receipts)

    def _replay_since(self, since, added, removed, reason):
        again = self._later_receipts(since) - added - removed
        days = self._undo_since(since, removed | again, again, reason)
        for receipt in added | again:
            days[receipt.date].receipts[receipt.dossier_id.id].append(receipt)
        for day, work in sorted(days.items()):
            self._replay_day(day, work)
        return added | again

    def _later_receipts(self, since):
        """Allocated receipts that come after a moment in the order of value dates.

        :param dict since: `incasso.receipt._order_key` by dossier
        """
        receipts = self.env["incasso.receipt"].search(
            [
                ("dossier_id", "in", self.ids),
                ("state", "=", "allocated"),
                ("date", ">=", min(key[0] for key in since.values())),
            ]
        )
        return receipts.filtered(lambda r: r._order_key() > since[r.dossier_id])

    def _undo_since(self, since, undone, again, reason):
        """Reverse what was booked for receipts, and all that a day's balance decided
        after the first of them.

        :param dict since: the moment, by dossier
        :param undone: receipts whose entries are reversed
        :param again: those of them that will be allocated anew
        :return: what is to be done again, by day
        :rtype: dict[date, _Day]
        """
        days = defaultdict(_Day)
        for day, dossiers in self._dossiers_by_day(since).items():
            for dossier_id, charged in dossiers._uncharge_costs(day, reason).items():
                for charged_on, message_id in charged:
                    days[charged_on].costs[dossier_id] = message_id
        entries = self.env["incasso.entry"].search(
            [
                ("dossier_id", "in", self.ids),
                ("date", ">=", min(key[0] for key in since.values())),
                ("kind", "in", ("receipt", "credit", "interest", *_GIVEN_UP)),
                ("reversal_of_id", "=", False),
                ("reversed_by_ids", "=", False),
            ]
        )
        # Interest booked on the first day itself stands, as long as something else than
        # the receipts that are undone made it necessary.
        fixed = {
            (entry.dossier_id, entry.date)
            for entry in entries
            if entry.kind != "interest" and entry.receipt_id not in undone
        }
        removed_days = {(r.dossier_id, r.date) for r in undone - again}
        reverse = entries.browse()
        for entry in entries:
            day = since[entry.dossier_id][0]
            if entry.receipt_id:
                if entry.receipt_id in undone:
                    reverse += entry
            elif entry.date > day or (
                entry.kind == "interest"
                and (entry.dossier_id, entry.date) in removed_days - fixed
            ):
                reverse += entry
                if entry.kind in _GIVEN_UP:
                    days[entry.date].given_up[entry.dossier_id.id].append(entry)
        reverse._reverse(reason)
        return days

    def _dossiers_by_day(self, since):
        by_day = defaultdict(self.browse)
        for dossier, key in since.items():
            by_day[key[0]] += dossier
        return by_day

    def _replay_day(self, day, work):
        """Do the work of one day: costs, then interest, then what was given up, then
        what was paid.

        :param date day: the day
        :param _Day work: of all dossiers
        """
        costs = self.browse(work.costs)
        if costs:
            due = costs._claimable_costs(
                costs._balances(day), day, due_only=True, held=True
            )
            messages = self.env["incasso.message"].browse(
                message_id for message_id in work.costs.values() if message_id
            )
            costs.filtered(lambda d: due[d.id].due)._charge_costs(
                day, messages, held=True
            )
        dossiers = self.browse({*work.receipts, *work.given_up})
        if not dossiers:
            return
        dossiers._book_interest(day)
        balances = dossiers._balances(day)
        orders = dossiers._imputation_orders(balances, day)
        vals_list = []
        for dossier in dossiers:
            state = Open(balances[dossier.id], orders[dossier.id])
            for entry in work.given_up[dossier.id]:
                vals_list += dossier._prepare_given_up(entry, state)
            for receipt in sorted(
                work.receipts[dossier.id], key=lambda receipt: receipt._order_key()
            ):
                vals_list += receipt._prepare_entries(state)
        self.env["incasso.entry"]._book(vals_list)

    def _prepare_given_up(self, entry, state):
        """Waive again what was waived, as far as it is open now. What was given back to
        the creditor is given back whole."""
        whole = entry.kind == "release" or entry.event_id.kind == "released"
        amount = state.give_up(
            entry.claim_id.id,
            entry.component,
            None if whole else law_amount(-entry.amount),
        )
        if not amount:
            return []
        return [
            {
                "dossier_id": self.id,
                "claim_id": entry.claim_id.id,
                "date": entry.date,
                "component": entry.component,
                "kind": entry.kind,
                "amount": -float(amount),
                "event_id": entry.event_id.id,
                "reason": entry.reason,
            }
        ]

    def _imputation_orders(self, balances, day):
        """What a payment of this day pays first.

        Costs, interest, principal (art. 6:44 lid 1 BW); while the term of a consumer's
        notice of costs runs, principal first where the company chose so: what is paid
        then lowers the costs.

        :return: order of parts by dossier id
        :rtype: dict[int, tuple[str]]
        """
        consumers = self.filtered(
            lambda dossier: (
                dossier.debtor_type == "consumer"
                and dossier.company_id.incasso_notice_principal_first
            )
        )
        notices = {
            dossier.id: [
                claim
                for claim in balances[dossier.id].claims
                if claim.notice_id
                and claim.costs_due_from
                and day < claim.costs_due_from
            ]
            for dossier in consumers
        }
        sent = {
            message.id: fields.Datetime.context_timestamp(message, message.sent_at)
            for message in self.env["incasso.message"].browse(
                {claim.notice_id for claims in notices.values() for claim in claims}
            )
            if message.sent_at
        }
        return {
            dossier.id: NOTICE_TERM_ORDER
            if any(
                claim.notice_id in sent and sent[claim.notice_id].date() <= day
                for claim in notices.get(dossier.id, ())
            )
            else LEGAL_ORDER
            for dossier in self
        }

    def _preview_receipt(self, day, amount, designated=()):
        """What a payment would pay; nothing is booked.

        :param date day: value date
        :param float amount: euro
        :param designated: `incasso.claim` that the debtor names
        :return: how it would be divided, and what would be left to pay, in euro
        :rtype: tuple[law.imputation.Distribution, Decimal]
        """
        self.ensure_one()
        balances = self._balances(day)
        order = self._imputation_orders(balances, day)[self.id]
        state = Open(balances[self.id], order)
        paid = state.impute(law_amount(amount), designated and designated.ids)
        return paid, state.costs + sum(map(sum, state.parts.values()))

    # === BUSINESS METHODS - WRITE-OFFS === #

    def _post_write_off(self, entries):
        """Override to book the write-off of the company's own invoices."""
        self.env["incasso.books"]._write_off(entries)
        return super()._post_write_off(entries)

    def _unpost_write_off(self, entries):
        """Override to undo what was booked for a write-off."""
        self.env["incasso.books"]._undo_write_off(
            entries, self.env._("The dossier was opened again.")
        )
        return super()._unpost_write_off(entries)

    # === BUSINESS METHODS - AFTERWARDS === #

    def _after_receipt(self, receipts):
        """What follows from money that came in: what was on its way to the debtor is
        withdrawn, a dossier that owes nothing any more is closed, and the debtor is
        thanked.

        :param receipts: `incasso.receipt` that were just allocated
        """
        self.env["incasso.event"]._record(
            [
                {
                    "dossier_id": receipt.dossier_id.id,
                    "kind": "receipt",
                    "summary": receipt._summary(),
                    "receipt_id": receipt.id,
                }
                for receipt in receipts
            ]
        )
        self._transit_holds()._end()
        self._withdraw_messages(self.env._("Money came in."))
        self._close_settled(
            receipts.filtered(lambda receipt: receipt.kind != "credit_note")
        )

    def _transit_holds(self):
        """Hook: the holds for money in transit that are over now that money came in."""
        return self.hold_ids.filtered(
            lambda hold: hold.kind == "payment_transit" and hold.state == "active"
        )

    def _close_settled(self, receipts):
        """Close the dossiers that owe nothing any more, or no more than the company's
        tolerance: as of the last day on which something changed in what was owed.

        :param receipts: `incasso.receipt`: the money that came in; who paid all that
            was left is thanked for it
        """
        paid = receipts.dossier_id
        by_day = defaultdict(self.browse)
        for dossier_id, day in self._last_days().items():
            by_day[day] += self.browse(dossier_id)
        closed = self.browse()
        for day, dossiers in by_day.items():
            balances = dossiers._balances(day)
            settled = dossiers.filtered(
                lambda dossier, balances=balances: (
                    dossier.state == "open"
                    and balances[dossier.id].due
                    <= law_amount(dossier.company_id.incasso_tolerance)
                )
            )
            (settled & paid)._close("paid", day)
            (settled - paid)._close("credited", day)
            closed += settled
        (closed & paid)._thank(receipts)

    def _close_again(self, reasons):
        """Close dossiers that were open only for money to be booked.

        :param dict reasons: for which each was closed before
        """
        days = self._last_days()
        for dossier, reason in reasons.items():
            if dossier.state == "open":
                dossier._close(reason, days[dossier.id])

    def _last_days(self):
        """The last value date in the ledger, interest apart, by dossier id; not before
        the dossier was opened.

        :rtype: dict[int, date]
        """
        return {
            dossier.id: max(day, dossier.open_date)
            for dossier, day in self.env["incasso.entry"]._read_group(
                [("dossier_id", "in", self.ids), ("kind", "!=", "interest")],
                ["dossier_id"],
                ["date:max"],
            )
        }

    def _thank(self, receipts):
        """Queue the message that thanks for paying, if there is a template for it.

        Only for debtors who were asked: the others do not know that there is a dossier.

        :param receipts: `incasso.receipt`: what they are thanked for
        """
        template = self.env.ref("incasso_nl.template_thanks", raise_if_not_found=False)
        asked = self.outbox_ids.filtered(
            lambda message: message.state in ("sent", "delivered")
        ).dossier_id
        if asked and template and template.state == "active":
            today = fields.Date.context_today(self)
            self.env["incasso.message"]._queue(
                asked,
                template,
                today,
                asked._balances(today),
                extra={
                    dossier.id: {
                        "received": sum(
                            law_amount(receipt.amount) for receipt in found
                        ),
                        "received_date": max(found.mapped("date")),
                    }
                    for dossier, found in receipts.grouped("dossier_id").items()
                },
            )

    def _annul_costs(self, claims, reason):
        """The notice of costs never reached the debtor: what was charged on it is not
        owed (art. 6:96 lid 6 and 3:37 lid 3 BW). What was paid of it pays the rest; a
        dossier that was closed stays closed, with a surplus to refund.

        :param claims: `incasso.claim` of these dossiers, their notice taken off already
        :param str reason: for the ledger and the time line
        """
        if not self:
            return
        self._lock_for_money()
        self._withdraw_messages(reason)
        closed = {
            dossier: dossier.close_reason
            for dossier in self
            if dossier.state == "closed"
        }
        self.env["incasso.dossier"].union(*closed)._reopen(reason)
        self._replay_costs(claims, reason)
        self._close_again(closed)
        self._close_settled(
            self.receipt_ids.filtered(
                lambda receipt: (
                    receipt.state == "allocated" and receipt.kind != "credit_note"
                )
            )
        )

    def _withdraw_thanks(self, reason):
        """Withdraw the thanks that did not go out yet: it was not paid after all."""
        self.env["incasso.message"].search(
            [
                ("dossier_id", "in", self.ids),
                ("state", "in", ("queued", "rendered")),
                ("kind", "=", "thanks"),
            ]
        )._cancel(reason)


class _Day:
    """What a replay has to do on one day.

    :ivar dict costs: message id or False, by dossier id: costs to charge again
    :ivar dict given_up: entries that waived or gave back, by dossier id
    :ivar dict receipts: receipts to allocate, by dossier id
    """

    def __init__(self):
        self.costs = {}
        self.given_up = defaultdict(list)
        self.receipts = defaultdict(list)


def _yearly_percentage(claim):
    """How onerous a claim is (art. 6:43 lid 2 BW): the interest a year it bears now.

    :rtype: Decimal
    """
    segments = claim.result.segments if claim.result else ()
    if not segments:
        return ZERO
    per_month = getattr(claim.result.terms, "per", "year") == "month"
    return segments[-1].percentage * (12 if per_month else 1)
