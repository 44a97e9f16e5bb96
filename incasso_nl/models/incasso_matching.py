import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..tools.remittance import DossierNumbers, plain, read
from .incasso_law import law_amount

# How sure each kind of evidence is by itself, in percent. A reference with check
# digits cannot be a slip of the pen; a number can.
KENMERK = 100
DOSSIER_NUMBER = 95
INVOICE_NUMBER = 90
# The numbers of other creditors may coincide, and short ones with anything.
FOREIGN_INVOICE_NUMBER = 80
SHORT_INVOICE_NUMBER = 50
IBAN_OF_DOSSIER = 70
IBAN_OF_DEBTOR = 60
PARTNER = 60
NAME = 40
# What it adds when something else points the same way.
AMOUNT_FITS = 30
SECOND_SIGN = 15
# A person looks at it whatever the evidence.
ASK = 70
# Below this there is nothing worth proposing.
LEAST = 40
# A debtor with more open dossiers than this is not looked at for a sum of them.
MOST_SHARES = 20
# What a payer writes to say which dossier it is for.
NAMES = {"kenmerk", "rf", "number", "invoice"}
# An account of more debtors than this is an administrator's or an employer's.
MOST_DEBTORS_OF_IBAN = 3


class Incoming(NamedTuple):
    """Money that came in, as far as it is known.

    :param key: by which the caller knows it
    :param date: value date
    :param amount: euro
    :param texts: everything that was written with it
    :param iban: the payer's account number
    :param name: the payer's name
    :param partner_id: the payer, where already known
    :param trust: it came on the trust account
    """

    key: object
    date: date
    amount: Decimal
    texts: Sequence[str] = ()
    iban: str = ""
    name: str = ""
    partner_id: int | None = None
    trust: bool = False


class Share(NamedTuple):
    """What a dossier gets of a payment for several.

    :param claim_ids: claims that the payer named
    """

    dossier_id: int
    amount: Decimal
    claim_ids: Sequence[int] = ()

    def as_json(self):
        """As a receipt keeps it in its ``division``."""
        return [self.dossier_id, str(self.amount), list(self.claim_ids)]


class Match(NamedTuple):
    """Whose money it is.

    :param dossier_id: None where nothing points anywhere
    :param confidence: percent
    :param reason: why, for a person
    :param claim_ids: claims that the payer named (art. 6:43 lid 1 BW)
    :param shares: where it is for several dossiers, what each gets: all of it together
    """

    dossier_id: int | None
    confidence: int
    reason: str
    claim_ids: Sequence[int] = ()
    shares: Sequence[Share] = ()


class Evidence(NamedTuple):
    """One thing that points to a dossier."""

    kind: str
    points: int
    text: str
    claim_id: int | None = None


class Candidate(NamedTuple):
    """A dossier that something points to."""

    dossier_id: int
    name: str
    state: str
    debtor_id: int
    debtor_name: str
    is_third_party: bool


class IncassoMatching(models.AbstractModel):
    """Finds out which dossier money is for: for thousands of payments at once, with as
    many queries as for one.

    Every kind of evidence is looked up for the whole batch; what it weighs is decided
    in :meth:`_judge`, the one place to read or override.
    """

    _name = "incasso.matching"
    _description = "Matching of Receipts"

    @api.model
    def _match(self, company, incoming):
        """Find the dossier of each payment.

        :param company: `res.company` that received the money
        :param incoming: list of `Incoming`
        :return: by key
        :rtype: dict[object, Match]
        """
        self.env["incasso.dossier"].flush_model()
        self.env["incasso.claim"].flush_model()
        numbers = self._dossier_numbers(company)
        found = {item.key: read(item.texts, numbers) for item in incoming}
        evidence = defaultdict(lambda: defaultdict(list))
        self._add_references(company, found, evidence)
        self._add_invoices(company, found, evidence)
        self._add_debtors(company, incoming, found, evidence)
        candidates = self._candidates(
            {
                dossier_id
                for by_dossier in evidence.values()
                for dossier_id in by_dossier
            }
        )
        amounts, dues = self._fitting_amounts(incoming, evidence, candidates)
        of_debtor = self._by_debtor(candidates)
        matches = {}
        for item in incoming:
            by_dossier = evidence[item.key]
            match = self._judge(item, by_dossier, candidates, amounts)
            matches[item.key] = self._divide(
                item, match, by_dossier, candidates, amounts, dues, of_debtor
            )
        return matches

    # === EVIDENCE === #

    @api.model
    def _dossier_numbers(self, company):
        """What the dossier numbers of ``company`` look like, from their sequences.

        :rtype: DossierNumbers
        """
        # sudo: sequences are for the administrator only; just their form is read.
        sequences = (
            self.env["ir.sequence"]
            .sudo()
            .search(
                [
                    ("code", "=", "incasso.dossier"),
                    ("company_id", "in", (False, company.id)),
                ]
            )
        )
        forms = []
        for sequence in sequences:
            prefix = sequence.prefix or ""
            letters = plain(prefix.partition("%")[0])
            if letters and re.search(r"%\((range_)?(year|y)\)s", prefix):
                digits = 4 if "year)" in prefix else 2
                forms.append((letters, digits, sequence.padding))
        return DossierNumbers(forms)

    @api.model
    def _add_references(self, company, found, evidence):
        """Payment references and dossier numbers."""
        kenmerken = {value for item in found.values() for value in item.kenmerken}
        names = {value for item in found.values() for value in item.dossiers}
        names |= {value[4:] for item in found.values() for value in item.rf}
        if not kenmerken | names:
            return
        by_kenmerk, by_name = {}, {}
        for dossier_id, kenmerk, name in self.env.execute_query(
            SQL(
                """
                SELECT id, payment_reference,
                       upper(regexp_replace(name, '[^[:alnum:]]', '', 'g'))
                  FROM incasso_dossier
                 WHERE company_id = %(company)s
                   AND (payment_reference = ANY(%(kenmerken)s)
                        OR upper(regexp_replace(name, '[^[:alnum:]]', '', 'g'))
                           = ANY(%(names)s))
                """,
                company=company.id,
                kenmerken=list(kenmerken),
                names=list(names),
            )
        ):
            by_kenmerk[kenmerk] = dossier_id
            by_name[name] = dossier_id
        for key, item in found.items():
            for kind, points, values, lookup in (
                ("kenmerk", KENMERK, item.kenmerken, by_kenmerk),
                ("rf", KENMERK, item.rf, {f: by_name.get(f[4:]) for f in item.rf}),
                ("number", DOSSIER_NUMBER, item.dossiers, by_name),
            ):
                for value in values:
                    if dossier_id := lookup.get(value):
                        text = (
                            self.env._("the dossier's number")
                            if kind == "number"
                            else self.env._("payment reference %s", value)
                        )
                        evidence[key][dossier_id].append(Evidence(kind, points, text))

    @api.model
    def _add_invoices(self, company, found, evidence):
        """Invoice numbers and the payment references of invoices."""
        wanted = {
            value
            for item in found.values()
            for value in (*item.numbers, *item.kenmerken, *item.rf)
        }
        wanted |= {value[4:] for item in found.values() for value in item.rf}
        if not wanted:
            return
        claims = defaultdict(set)
        for number, claim in self._claims_by_number(company, list(wanted)):
            claims[number].add(claim)
        for key, item in found.items():
            checked = {*item.kenmerken, *item.rf, *(value[4:] for value in item.rf)}
            for value in dict.fromkeys((*checked, *item.numbers)):
                named = claims.get(value, ())
                still_open = [claim for claim in named if claim[2] == "open"]
                for claim_id, dossier_id, _state, name, own in still_open or named:
                    points = INVOICE_NUMBER if own else FOREIGN_INVOICE_NUMBER
                    if value in checked:
                        points = DOSSIER_NUMBER
                    elif len(value) < 5 or (value.isdigit() and len(value) < 7):
                        points = SHORT_INVOICE_NUMBER
                    evidence[key][dossier_id].append(
                        Evidence(
                            "invoice",
                            points,
                            self.env._("invoice %s", name),
                            claim_id,
                        )
                    )

    @api.model
    def _claims_by_number(self, company, numbers):
        """Claims by their number, or by the payment reference of their invoice.

        :return: pairs of a plain number and (claim id, dossier id, state, name, own)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT wanted.number, claim.id, claim.dossier_id, claim.state,
                       claim.name, claim.move_line_id IS NOT NULL
                  FROM unnest(%(numbers)s) AS wanted(number)
                  JOIN incasso_claim claim
                    ON upper(regexp_replace(claim.name, '[^[:alnum:]]', '', 'g'))
                       = wanted.number
                 WHERE claim.company_id = %(company)s
                 UNION ALL
                SELECT wanted.number, claim.id, claim.dossier_id, claim.state,
                       claim.name, TRUE
                  FROM incasso_claim claim
                  JOIN account_move move ON move.id = claim.move_id
                  JOIN unnest(%(numbers)s) AS wanted(number)
                    ON upper(regexp_replace(
                           move.payment_reference, '[^[:alnum:]]', '', 'g'
                       )) = wanted.number
                 WHERE claim.company_id = %(company)s
                   AND claim.state = 'open'
                """,
                numbers=numbers,
                company=company.id,
            )
        )
        return [(row[0], row[1:]) for row in rows]

    @api.model
    def _add_debtors(self, company, incoming, found, evidence):
        """The payer's account number, the partner of the line, the payer's name."""
        ibans = {
            item.key: {plain(item.iban), *found[item.key].ibans} - {""}
            for item in incoming
        }
        of_iban, of_dossier = self._debtors_by_iban(
            company, list(set().union(*ibans.values()))
        )
        partners = {item.partner_id for item in incoming if item.partner_id}
        parent = {
            partner.id: {partner.id, partner.commercial_partner_id.id}
            for partner in self.env["res.partner"].browse(partners)
        }
        names = {item.key: plain(item.name) for item in incoming if item.name}
        of_name = self._debtors_by_name(company, list(set(names.values())))
        debtors = {debtor for group in of_iban.values() for debtor in group}
        debtors |= {debtor for group in parent.values() for debtor in group}
        debtors |= {debtor for group in of_name.values() for debtor in group}
        open_dossiers = self._open_dossiers(company, debtors)
        for item in incoming:
            clues = [
                ("partner", PARTNER, parent.get(item.partner_id, ())),
                ("name", NAME, of_name.get(names.get(item.key), ())),
            ]
            for iban in ibans[item.key]:
                clues.append(("iban", IBAN_OF_DEBTOR, of_iban.get(iban, ())))
                for dossier_id in of_dossier.get(iban, ()):
                    text = self.env._("paid from this account before")
                    evidence[item.key][dossier_id].append(
                        Evidence("iban", IBAN_OF_DOSSIER, text)
                    )
            texts = {
                "partner": self.env._("the debtor of this dossier"),
                "name": self.env._("the debtor's name"),
                "iban": self.env._("the debtor's account"),
            }
            for kind, points, group in clues:
                for debtor in group:
                    for dossier_id in open_dossiers.get((debtor, item.trust), ()):
                        evidence[item.key][dossier_id].append(
                            Evidence(kind, points, texts[kind])
                        )

    @api.model
    def _debtors_by_iban(self, company, ibans):
        """Whose accounts these are: by the partners' accounts, and by what was paid
        from them before.

        :return: debtors by account number, and dossiers paid from it that are open
        """
        of_iban, of_dossier = defaultdict(set), defaultdict(set)
        if not ibans:
            return of_iban, of_dossier
        for iban, partner_id, commercial_id in self.env.execute_query(
            SQL(
                """
                SELECT bank.sanitized_acc_number, partner.id,
                       partner.commercial_partner_id
                  FROM res_partner_bank bank
                  JOIN res_partner partner ON partner.id = bank.partner_id
                 WHERE bank.sanitized_acc_number = ANY(%(ibans)s)
                   AND bank.active
                   AND (bank.company_id IS NULL OR bank.company_id = %(company)s)
                """,
                ibans=ibans,
                company=company.id,
            )
        ):
            of_iban[iban] |= {partner_id, commercial_id}
        self.env["incasso.receipt"].flush_model(
            ["account_number", "state", "dossier_id", "company_id"]
        )
        for iban, debtor_id, dossier_id, state in self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT receipt.account_number, dossier.debtor_id, dossier.id,
                       dossier.state
                  FROM incasso_receipt receipt
                  JOIN incasso_dossier dossier ON dossier.id = receipt.dossier_id
                 WHERE receipt.account_number = ANY(%(ibans)s)
                   AND receipt.state = 'allocated'
                   AND receipt.company_id = %(company)s
                """,
                ibans=ibans,
                company=company.id,
            )
        ):
            of_iban[iban].add(debtor_id)
            if state == "open":
                of_dossier[iban].add(dossier_id)
        for iban in [
            iban for iban, group in of_iban.items() if len(group) > MOST_DEBTORS_OF_IBAN
        ]:
            del of_iban[iban]
            of_dossier.pop(iban, None)
        return of_iban, of_dossier

    @api.model
    def _debtors_by_name(self, company, names):
        """Debtors of open dossiers by plain name.

        :rtype: dict[str, set[int]]
        """
        of_name = defaultdict(set)
        if names:
            self.env["res.partner"].flush_model(["name"])
            for name, partner_id in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT
                           upper(regexp_replace(partner.name, '[^[:alnum:]]', '', 'g')),
                           partner.id
                      FROM incasso_dossier dossier
                      JOIN res_partner partner ON partner.id = dossier.debtor_id
                     WHERE dossier.state = 'open'
                       AND dossier.company_id = %(company)s
                       AND upper(regexp_replace(
                               partner.name, '[^[:alnum:]]', '', 'g'
                           )) = ANY(%(names)s)
                    """,
                    company=company.id,
                    names=names,
                )
            ):
                of_name[name].add(partner_id)
        return of_name

    @api.model
    def _open_dossiers(self, company, debtor_ids):
        """Open dossiers by debtor, and whether they are for another creditor.

        :rtype: dict[tuple[int, bool], list[int]]
        """
        by_debtor = defaultdict(list)
        if debtor_ids:
            for debtor_id, third_party, dossier_id in self.env.execute_query(
                SQL(
                    """
                    SELECT debtor_id, is_third_party, id
                      FROM incasso_dossier
                     WHERE state = 'open'
                       AND company_id = %s
                       AND debtor_id = ANY(%s)
                     ORDER BY id
                    """,
                    company.id,
                    list(debtor_ids),
                )
            ):
                by_debtor[debtor_id, third_party].append(dossier_id)
        return by_debtor

    @api.model
    def _candidates(self, dossier_ids):
        """These dossiers, and the other open ones of their debtors.

        :rtype: dict[int, Candidate]
        """
        if not dossier_ids:
            return {}
        return {
            row[0]: Candidate(*row)
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT dossier.id, dossier.name, dossier.state, dossier.debtor_id,
                           debtor.name, dossier.is_third_party
                      FROM incasso_dossier dossier
                      JOIN res_partner debtor ON debtor.id = dossier.debtor_id
                     WHERE dossier.id IN (
                               SELECT unnest(%(ids)s)
                                UNION
                               SELECT other.id
                                 FROM incasso_dossier found
                                 JOIN incasso_dossier other
                                   ON other.debtor_id = found.debtor_id
                                  AND other.company_id = found.company_id
                                WHERE found.id = ANY(%(ids)s)
                                  AND other.state = 'open'
                           )
                    """,
                    ids=list(dossier_ids),
                )
            )
        }

    @api.model
    def _by_debtor(self, candidates):
        """Open dossiers of each debtor with a few of them, by whether they are for
        another creditor.

        :rtype: dict[tuple[int, bool], list[int]]
        """
        groups = defaultdict(list)
        for candidate in candidates.values():
            if candidate.state == "open":
                key = candidate.debtor_id, candidate.is_third_party
                groups[key].append(candidate.dossier_id)
        return {
            key: sorted(group)
            for key, group in groups.items()
            if 1 < len(group) <= MOST_SHARES
        }

    @api.model
    def _fitting_amounts(self, incoming, evidence, candidates):
        """Amounts that a payment of one of these dossiers may well have.

        :return: texts by (dossier id, value date) and amount: the balance of that day,
            what a message asked for, the principal, one invoice; and the balances of
            these dossiers and the others of their debtors, by (dossier id, value date)
        :rtype: tuple[dict[tuple[int, date], dict[Decimal, str]],
            dict[tuple[int, date], Decimal]]
        """
        of_debtor = self._by_debtor(candidates)
        by_date = defaultdict(set)
        for item in incoming:
            by_date[item.date] |= {
                dossier_id
                for dossier_id in evidence[item.key]
                if candidates[dossier_id].state == "open"
            }
        asked = self._asked_amounts({*set().union(*by_date.values())})
        amounts, dues = {}, {}
        for day, dossier_ids in by_date.items():
            for dossier_id in [*dossier_ids]:
                candidate = candidates[dossier_id]
                key = candidate.debtor_id, candidate.is_third_party
                dossier_ids.update(of_debtor.get(key, ()))
            dossiers = self.env["incasso.dossier"].browse(sorted(dossier_ids))
            for dossier_id, balance in dossiers._balances(day).items():
                fitting = {
                    claim.principal: self.env._("the amount of invoice %s", claim.name)
                    for claim in balance.claims
                }
                fitting[balance.principal] = self.env._("the amount of the principal")
                for amount in asked.get(dossier_id, ()):
                    fitting[amount] = self.env._("the amount that a message asked for")
                fitting[balance.due] = self.env._("the amount of the balance")
                fitting[balance.total] = fitting[balance.due]
                fitting.pop(Decimal(), None)
                amounts[dossier_id, day] = fitting
                dues[dossier_id, day] = balance.due
        return amounts, dues

    @api.model
    def _asked_amounts(self, dossier_ids):
        """Totals of the messages that were sent.

        :rtype: dict[int, set[Decimal]]
        """
        asked = defaultdict(set)
        if dossier_ids:
            self.env["incasso.message"].flush_model(["amount", "state", "dossier_id"])
            for dossier_id, amount in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT dossier_id, amount
                      FROM incasso_message
                     WHERE dossier_id = ANY(%s)
                       AND state IN ('sent', 'delivered')
                       AND amount > 0
                    """,
                    list(dossier_ids),
                )
            ):
                asked[dossier_id].add(law_amount(amount))
        return asked

    # === JUDGEMENT === #

    @api.model
    def _judge(self, item, by_dossier, candidates, amounts):
        """Weigh the evidence for one payment.

        The strongest evidence counts; an amount that fits and a second, independent
        sign add to it. References with check digits are certain. Two dossiers that are
        about as likely, or a dossier that is closed, are for a person.

        :param Incoming item: the payment
        :param by_dossier: evidence by dossier id
        :rtype: Match
        """
        judged = sorted(
            (
                self._weigh(item, candidates[dossier_id], clues, amounts)
                for dossier_id, clues in by_dossier.items()
            ),
            key=lambda match: (-match.confidence, match.dossier_id),
        )
        if not judged or judged[0].confidence < LEAST:
            return Match(None, 0, self.env._("Nothing points to a dossier."))
        best = judged[0]
        rivals = [
            match for match in judged[1:] if match.confidence > best.confidence - 10
        ]
        if rivals:
            names = ", ".join(candidates[match.dossier_id].name for match in rivals)
            best = best._replace(
                confidence=min(best.confidence, ASK),
                reason=self.env._(
                    "%(reason)s But it may be for %(dossiers)s just as well.",
                    reason=best.reason,
                    dossiers=names,
                ),
            )
        elif best.confidence > ASK and self._points_elsewhere(
            item, best, by_dossier, candidates, amounts
        ):
            best = best._replace(
                confidence=ASK,
                reason=self.env._(
                    "%s But the account or the name is another debtor's, and the "
                    "amount does not fit.",
                    best.reason,
                ),
            )
        return best

    @api.model
    def _divide(self, item, match, by_dossier, candidates, amounts, dues, of_debtor):
        """Divide one payment over several dossiers: those that the payer names, or all
        of a debtor who pays just the sum of them.

        It is as sure as the least sure of the dossiers that were named, if the amount
        is the sum of their balances; else a person decides.

        :param Incoming item: the payment
        :param Match match: the one dossier that it is most likely for
        :param by_dossier: evidence by dossier id
        :rtype: Match
        """
        if match.dossier_id is None:
            return match
        # Creditors may have the same invoice number: that names none of them.
        same = Counter(
            text
            for clues in by_dossier.values()
            for text in {clue.text for clue in clues if clue.kind == "invoice"}
        )
        named = [
            dossier_id
            for dossier_id, clues in sorted(by_dossier.items())
            if any(
                clue.kind in NAMES
                and clue.points >= FOREIGN_INVOICE_NUMBER
                and same[clue.text] < 2
                for clue in clues
            )
            and dues.get((dossier_id, item.date), 0) > 0
        ]
        if len(named) > 1:
            return self._divide_named(
                item, match, named, by_dossier, candidates, amounts, dues
            )
        candidate = candidates[match.dossier_id]
        group = [
            dossier_id
            for dossier_id in of_debtor.get(
                (candidate.debtor_id, candidate.is_third_party), ()
            )
            if dues.get((dossier_id, item.date), 0) > 0
        ]
        if (
            len(group) < 2
            or match.dossier_id not in group
            or item.amount in amounts.get((match.dossier_id, item.date), {})
            or sum(dues[dossier_id, item.date] for dossier_id in group) != item.amount
        ):
            return match
        return match._replace(
            confidence=min(match.confidence, ASK),
            reason=self.env._(
                "%(dossiers)s: the amount is the sum of what %(debtor)s owes.",
                dossiers=", ".join(candidates[id_].name for id_ in group),
                debtor=candidate.debtor_name,
            ),
            shares=self._shares(item, group, by_dossier, dues),
        )

    @api.model
    def _divide_named(self, item, match, named, by_dossier, candidates, amounts, dues):
        shares = self._shares(item, named, by_dossier, dues)
        if len(shares) < 2:
            return match
        names = ", ".join(candidates[id_].name for id_ in named)
        if sum(dues[dossier_id, item.date] for dossier_id in named) != item.amount:
            return match._replace(
                dossier_id=shares[0].dossier_id,
                claim_ids=shares[0].claim_ids,
                confidence=min(match.confidence, ASK),
                reason=self.env._(
                    "%s: all are named, but the amount is not the sum of their "
                    "balances.",
                    names,
                ),
                shares=shares,
            )
        weighed = {
            dossier_id: self._weigh(item, candidates[dossier_id], clues, {}).confidence
            for dossier_id, clues in by_dossier.items()
        }
        confidence = min(weighed[dossier_id] for dossier_id in named)
        if any(
            points > confidence - 10
            for dossier_id, points in weighed.items()
            if dossier_id not in named
        ):
            confidence = min(confidence, ASK)
        return Match(
            shares[0].dossier_id,
            confidence,
            self.env._(
                "%s: all are named, and the amount is the sum of their balances.", names
            ),
            shares[0].claim_ids,
            shares,
        )

    @api.model
    def _shares(self, item, dossier_ids, by_dossier, dues):
        """What each of these dossiers gets: its balance, as far as there is money; the
        last one what is left.

        :rtype: tuple[Share]
        """
        shares, left = [], item.amount
        for dossier_id in dossier_ids:
            last = dossier_id == dossier_ids[-1]
            amount = left if last else min(dues[dossier_id, item.date], left)
            if amount:
                claims = (clue.claim_id for clue in by_dossier.get(dossier_id, ()))
                claim_ids = tuple(dict.fromkeys(filter(None, claims)))
                shares.append(Share(dossier_id, amount, claim_ids))
            left -= amount
        return tuple(shares)

    @api.model
    def _weigh(self, item, candidate, clues, amounts):
        """How sure it is that a payment is for one dossier.

        :rtype: Match
        """
        clues = sorted(clues, key=lambda clue: -clue.points)
        points, texts = clues[0].points, [clues[0].text]
        kinds = {clues[0].kind}
        claims = [clue.claim_id for clue in clues if clue.claim_id]
        fitting = amounts.get((candidate.dossier_id, item.date), {}).get(item.amount)
        if fitting:
            points += AMOUNT_FITS
            texts.append(fitting)
        for clue in clues[1:]:
            if clue.kind not in kinds:
                kinds.add(clue.kind)
                points += SECOND_SIGN
                texts.append(clue.text)
        if clues[0].points != KENMERK:
            points = min(points, KENMERK - 1)
        reason = self.env._(
            "%(dossier)s: %(signs)s.",
            dossier=candidate.name,
            signs=", ".join(texts),
        )
        if candidate.state == "closed":
            points = min(points, ASK)
            reason = self.env._("%s The dossier is closed.", reason)
        elif item.trust and not candidate.is_third_party:
            points = min(points, ASK)
            reason = self.env._(
                "%s It came on the trust account, but the claim is the company's own.",
                reason,
            )
        return Match(
            candidate.dossier_id,
            min(points, KENMERK),
            reason,
            tuple(dict.fromkeys(claims)),
        )

    @api.model
    def _points_elsewhere(self, item, best, by_dossier, candidates, amounts):
        """Whether a number without check digits may be a slip of the pen: the payer is
        known as another debtor, and the amount is not one that this dossier asks."""
        clues = by_dossier[best.dossier_id]
        if any(clue.points == KENMERK for clue in clues):
            return False
        if item.amount in amounts.get((best.dossier_id, item.date), {}):
            return False
        debtor = candidates[best.dossier_id].debtor_id
        payer_clues = {"iban", "partner", "name"}
        return not any(clue.kind in payer_clues for clue in clues) and any(
            candidates[dossier_id].debtor_id != debtor
            and any(clue.kind in payer_clues for clue in others)
            for dossier_id, others in by_dossier.items()
        )
