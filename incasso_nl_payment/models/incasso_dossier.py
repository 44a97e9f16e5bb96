import re
from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.incasso_nl.law import references
from odoo.addons.incasso_nl.law.amounts import ZERO
from odoo.addons.incasso_nl.models.incasso_dossier_flow import dutch_day
from odoo.addons.incasso_nl.models.incasso_law import law_amount
from odoo.addons.incasso_nl.report.codes import qr_code
from odoo.addons.incasso_nl.report.letter_values import amount_text

_KEY = re.compile(
    r"(all|undisputed|instalment|claim-[1-9]\d{0,9}|other-([1-9]\d{0,9}))", re.ASCII
)


class Offer(NamedTuple):
    """Something that a debtor can pay now.

    :param key: how a page names it: ``all``, ``undisputed``, ``instalment``, ``claim-``
        with an id, or ``other-`` with a number of cents
    :param kind: the part of the key before the number
    :param amount: euro
    :param costs: the part of it that pays collection costs, in euro
    :param day: the day up to which interest was computed
    :param claims: `incasso.claim` that the debtor names with it (art. 6:43 lid 1 BW);
        none: the order of the law
    """

    key: str
    kind: str
    amount: Decimal
    costs: Decimal
    day: fields.Date
    claims: models.BaseModel


class IncassoDossier(models.Model):
    _inherit = "incasso.dossier"

    incasso_transaction_ids = fields.One2many(
        string="Online Payments",
        comodel_name="payment.transaction",
        inverse_name="incasso_dossier_id",
        readonly=True,
    )
    incasso_transaction_count = fields.Integer(
        compute="_compute_incasso_transaction_count"
    )

    # === COMPUTE METHODS === #

    def _compute_incasso_transaction_count(self):
        counts = dict(
            self.env["payment.transaction"]._read_group(
                [("incasso_dossier_id", "in", self.ids)],
                ["incasso_dossier_id"],
                ["__count"],
            )
        )
        for dossier in self:
            dossier.incasso_transaction_count = counts.get(dossier, 0)

    # === ACTION METHODS === #

    def action_view_transactions(self):
        """Show the online payments of this dossier."""
        self.ensure_one()
        title = self.env._("Online Payments")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "payment.transaction",
            "view_mode": "list,form",
            "domain": [("incasso_dossier_id", "=", self.id)],
            "context": {"create": False},
        }

    # === BUSINESS METHODS - WHAT CAN BE PAID === #

    def _payment_offers(self):
        """What the debtor can pay today, the likeliest first: an instalment that was
        agreed; what is not in dispute; everything; or one of the invoices with its part
        of the costs, which by law are paid before it.

        :rtype: list[Offer]
        """
        self.ensure_one()
        day = dutch_day(fields.Datetime.now())
        balance = self._balances(day)[self.id]
        if self.state == "closed" or balance.due <= 0 or self._is_insolvent():
            return []
        no_claims = self.env["incasso.claim"]
        everything = Offer("all", "all", balance.due, balance.costs, day, no_claims)
        claims = no_claims.browse(
            claim.claim_id for claim in balance.claims if claim.principal > 0
        )
        offers = [everything]
        if offer := self._undisputed_offer(claims, balance):
            offers.insert(0, offer)
        if offer := self._instalment_offer(everything):
            offers.insert(0, offer)
        if len(claims) > 1:
            offers += [
                self._claims_offer(f"claim-{claim.id}", claim, balance)
                for claim in claims
            ]
        return offers

    def _is_insolvent(self):
        """Whether the estate is out of the debtor's hands, bankruptcy or WSNP (art. 23
        and 296 Fw): who is in it is not led to pay one of the creditors."""
        holds = self.hold_ids.filtered(lambda hold: hold.state == "active")
        return "bankruptcy" in holds.mapped("kind") or any(
            aid._stops_interest() for aid in holds.debt_aid_id
        )

    def _claims_offer(self, key, claims, balance, more=ZERO):
        """An offer to pay some of the claims wholly.

        :param Decimal more: what comes on top of that, in euro
        """
        named = [claim for claim in balance.claims if claim.claim_id in claims.ids]
        amount = sum((claim.principal for claim in named), more)
        if balance.interest_claimed:
            amount += sum(claim.interest for claim in named)
        # Their part of the costs comes before them (art. 6:44 lid 1 BW): without it
        # they would stay open. What was paid of the costs was of the other claims.
        others = sum(
            (c.costs_amount for c in balance.claims if c.claim_id not in claims.ids),
            ZERO,
        )
        costs = max(balance.costs - min(others, balance.costs), ZERO)
        kind = key.partition("-")[0]
        return Offer(key, kind, amount + costs, costs, balance.on_date, claims)

    def _undisputed_offer(self, claims, balance):
        """An offer to pay what is not in dispute; None if there is no such part.

        :param claims: the claims of which something is open
        """
        holds = self.hold_ids.filtered(
            lambda hold: hold.kind == "dispute" and hold.state == "active"
        )
        disputed = claims & holds.claim_ids
        lines = self.dispute_ids.line_ids.filtered("is_open")
        part = sum((law_amount(line._undisputed()) for line in lines), ZERO)
        if not disputed or not (claims - disputed or part):
            return None
        return self._claims_offer("undisputed", claims - disputed, balance, part)

    def _instalment_offer(self, everything):
        """An offer to pay the next instalment, or all that is late of them; None
        without an arrangement.

        :param Offer everything: what can be paid at the most
        """
        arrangement = self.arrangement_id
        if arrangement.stage != "active":
            return None
        amount = law_amount(arrangement.late_amount or arrangement.next_amount)
        amount = min(amount, everything.amount)
        if not amount:
            return None
        costs = min(everything.costs, amount)
        return everything._replace(
            key="instalment", kind="instalment", amount=amount, costs=costs
        )

    def _payment_range(self, offers):
        """The smallest and the largest amount of their own choice that a debtor can
        pay, in euro; None if there is no choice.

        :param list offers: of `_payment_offers`
        :rtype: tuple[Decimal, Decimal] | None
        """
        if not offers:
            return None
        most = max(offer.amount for offer in offers)
        least = law_amount(self.company_id.incasso_payment_minimum)
        return (least, most) if least < most else None

    def _payment_offer(self, key):
        """What somebody chose to pay, as it is now.

        :param str key: of an `Offer`, from outside: it is not to be trusted
        :rtype: Offer
        :raise UserError: it cannot be paid, in words for the debtor
        """
        found = _KEY.fullmatch(key or "")
        offers = self._payment_offers() if found else []
        for offer in offers:
            if offer.key == key:
                return offer
        if offers and found[2]:
            return self._own_amount(Decimal(found[2]).scaleb(-2), offers)
        raise UserError(
            self.env._("This cannot be paid any more. Choose what you want to pay.")
        )

    def _own_amount(self, amount, offers):
        """An amount that the debtor chose.

        :param Decimal amount: euro
        :raise UserError: it is too small or too large
        """
        limits = self._payment_range(offers)
        if not limits:
            raise UserError(
                self.env._(
                    "You can only pay all of it: %s.",
                    self._payment_text(max(offer.amount for offer in offers)),
                )
            )
        least, most = limits
        if not least <= amount <= most:
            raise UserError(
                self.env._(
                    "Choose an amount between %(least)s and %(most)s.",
                    least=self._payment_text(least),
                    most=self._payment_text(most),
                )
            )
        [everything] = [offer for offer in offers if offer.kind == "all"]
        return everything._replace(
            key=f"other-{int(amount.scaleb(2))}",
            kind="other",
            amount=amount,
            costs=min(everything.costs, amount),
        )

    def _payment_text(self, amount):
        """An amount in euro as the letters write it, in the visitor's language."""
        lang = (self.env.lang or "en")[:2]
        return amount_text(law_amount(amount), lang)

    def _lock_for_payment(self):
        """Let whoever starts another payment of this dossier wait, and look again: two
        at once would get one reference."""
        self.ensure_one()
        self.env.cr.execute(
            SQL("UPDATE incasso_dossier SET id = id WHERE id = %s", self.id),
            # To be refused is what the lock is for: no error in the log.
            log_exceptions=False,
        )

    def _prepare_transaction(self, offer):
        """Values of a `payment.transaction` that pays an offer."""
        self.ensure_one()
        return {
            "incasso_dossier_id": self.id,
            "incasso_claim_ids": [fields.Command.set(offer.claims.ids)],
            "incasso_offer_date": offer.day,
        }

    # === BUSINESS METHODS - WAYS TO PAY === #

    def _payment_ways(self, amount):
        """Providers and methods with which an amount can be paid online.

        :param Decimal amount: euro
        :return: `payment.provider` and `payment.method`
        """
        self.ensure_one()
        currency_id = self.currency_id.id
        providers = self.env["payment.provider"]._get_compatible_providers(
            self.company_id.id,
            self.debtor_id.id,
            float(amount),
            currency_id=currency_id,
        )
        providers = providers._incasso_suitable(self)
        methods = self.env["payment.method"]._get_compatible_payment_methods(
            providers.ids, self.debtor_id.id, currency_id=currency_id
        )
        return providers, methods

    def _payment_transfer(self, amount):
        """How to pay an amount by bank.

        :param Decimal amount: euro
        :return: IBAN, account name and reference as people read them, and a QR code to
            pay with (EPC069-12) as the address of a picture; None without an account
        :rtype: dict[str, str] | None
        """
        self.ensure_one()
        account = self.env["incasso.message"]._bank_account(self)
        if not account:
            return None
        holder = account.acc_holder_name or account.partner_id.name
        iban = references.compact(account.acc_number)
        payload = references.epc_payload(
            holder, iban, amount, reference=self.payment_reference
        )
        return {
            "iban": references.grouped(iban),
            "holder": holder,
            "reference": references.grouped(self.payment_reference),
            "code": qr_code(payload),
        }

    def _payments_in_transit(self):
        """The newest online payment that is on its way, if any."""
        self.ensure_one()
        return self.incasso_transaction_ids.filtered(
            lambda tx: (
                tx.state in ("pending", "authorized")
                or (tx.state == "done" and not tx.is_post_processed)
            )
        ).sorted("id")[-1:]

    # === BUSINESS METHODS - PAGES === #

    def _portal_ways(self, balance):
        """Override of `incasso_nl_portal` to offer paying online."""
        ways = super()._portal_ways(balance)
        if ways.pop("pay", None) and not self._is_insolvent():
            return {"pay": f"/incasso/dossier/{self.id}/pay", **ways}
        return ways

    def _portal_pay_url(self, amount):
        """Override of `incasso_nl_portal`: where an instalment is paid."""
        url = super()._portal_pay_url(amount)
        if url and self.arrangement_id.stage == "active":
            return f"/incasso/dossier/{self.id}/pay?part=instalment"
        return url

    # === BUSINESS METHODS - RECEIPTS === #

    def _transit_holds(self):
        """Override of `incasso_nl`: other money that came in does not end the hold of
        an online payment that is still in transit."""
        transit = self.env["payment.transaction"].search(
            [
                ("incasso_hold_ids.dossier_id", "in", self.ids),
                ("operation", "!=", "refund"),
                "|",
                ("state", "in", ("draft", "pending", "authorized")),
                "&",
                ("state", "=", "done"),
                ("is_post_processed", "=", False),
            ]
        )
        return super()._transit_holds() - transit.incasso_hold_ids
