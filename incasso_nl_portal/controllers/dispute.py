import psycopg2

from odoo import Command, fields, http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from odoo.addons.base_iban.models.res_partner_bank import validate_iban
from odoo.addons.incasso_nl.report.letter_values import amount_text

from ..tools.typed import read_amount, read_day
from .dossier_pages import DossierPages

#: Characters that somebody can write.
MOST_TEXT = 4000
#: Payments that can be told of online and not be found; then a person helps.
MOST_NOT_FOUND = 3
#: Years that a payment may be ago.
LONGEST_AGO = 10
_BASE = "/incasso/dossier/<int:dossier_id>"
_PAGE = {"type": "http", "auth": "public", "sitemap": False}


class Dispute(DossierPages):
    """Saying that one does not agree, or that it was paid already."""

    # === I DO NOT AGREE === #

    @http.route(f"{_BASE}/objection", methods=["GET", "POST"], **_PAGE)
    def dispute_objection(self, dossier_id, **_kwargs):
        """Object to invoices, or to a part of one."""
        dossier = self._enter(dossier_id)
        claims = dossier._portal_disputable()
        values, errors = {"claims": [str(id_) for id_ in claims.ids[:1]]}, {}
        if len(claims) > 1:
            values = {}
        if request.httprequest.method == "POST" and dossier.state == "open":
            values = self._typed({"reason": 20, "amount": 14, "text": MOST_TEXT})
            values["claims"] = request.httprequest.form.getlist("claims")[:200]
            vals, errors = self._dispute_read_objection(dossier, claims, values)
            if not errors:
                dispute, errors = self._dispute_keep(
                    lambda: dossier.env["incasso.dispute"]._bring_up(dossier, **vals)
                )
                if dispute:
                    return self._protect(
                        request.redirect(
                            f"/incasso/dossier/{dossier.id}/objection/{dispute.id}"
                        )
                    )
        return self._page(
            "incasso_nl_portal.objection",
            dossier,
            values=values,
            errors=errors,
            claims=claims,
            reasons=self._dispute_reasons(dossier),
            choices=self._dispute_claim_options(dossier, claims),
            **self._dispute_told(dossier),
        )

    @http.route(f"{_BASE}/objection/<int:dispute_id>", methods=["GET"], **_PAGE)
    def dispute_objection_kept(self, dossier_id, dispute_id, **_kwargs):
        """What was brought up: its number, what stops, and when there is an answer."""
        dossier = self._enter(dossier_id)
        dispute = dossier.dispute_ids.filtered(lambda found: found.id == dispute_id)
        if not dispute:
            return self._missing(dossier)
        return self._page(
            "incasso_nl_portal.objection_kept",
            dossier,
            dispute=dispute,
            about=self._dispute_about(dispute),
            **self._dispute_rest(dossier),
            **self._dispute_told(dossier),
        )

    def _dispute_about(self, dispute):
        """What is disputed, a line for each invoice."""
        return [
            request.env._(
                "Invoice %(number)s: %(amount)s of it",
                number=line.claim_id.name,
                amount=self._dispute_money(line.amount),
            )
            if line.amount
            else request.env._("Invoice %s", line.claim_id.name)
            for line in dispute.line_ids
        ]

    def _dispute_reasons(self, dossier):
        """Why somebody may not agree, in plain words."""
        reasons = {
            "not_ordered": request.env._("I did not order this"),
            "not_delivered": request.env._("I did not get it"),
            "defective": request.env._("It is broken, or not what we agreed"),
            "wrong_amount": request.env._("The amount is wrong"),
            "cancelled": request.env._("I cancelled in time"),
            "costs": request.env._("I do not agree with the costs or the interest"),
            "no_notice": request.env._("I never got a letter before the costs came"),
            "time_barred": request.env._("It is too long ago"),
            "other": request.env._("Something else"),
        }
        hints = {
            "costs": request.env._("You do agree with the invoice itself."),
            "no_notice": request.env._(
                "Before we ask you for costs, you get a letter with fourteen days to "
                "pay without costs."
            ),
        }
        if dossier.debtor_type != "consumer":
            del reasons["no_notice"]
        return [(key, text, hints.get(key, False)) for key, text in reasons.items()]

    def _dispute_claim_options(self, dossier, claims):
        """Invoices to tick."""
        return [
            (
                str(claim.id),
                request.env._(
                    "Invoice %(number)s: %(amount)s",
                    number=claim.name,
                    amount=self._dispute_money(claim.principal_open),
                ),
                claim.description or False,
            )
            for claim in claims
        ]

    def _dispute_read_objection(self, dossier, claims, values):
        """What was sent, checked.

        :param claims: those that can be objected to; nothing else can be named
        :return: what to keep, and what is wrong by field
        """
        errors = {}
        chosen = claims.filtered(lambda claim: str(claim.id) in values["claims"])
        if not chosen or len(chosen) != len(set(values["claims"])):
            errors["claims"] = request.env._("Tick what you do not agree with.")
        if values["reason"] not in {
            key for key, *_rest in self._dispute_reasons(dossier)
        }:
            errors["reason"] = request.env._("Choose why you do not agree.")
        if not values["text"]:
            errors["text"] = request.env._("Tell us what is wrong, in your own words.")
        amounts = {}
        if values["amount"]:
            amount, error = self._dispute_read_amount(values["amount"])
            if not error and len(chosen) != 1:
                error = request.env._(
                    "Fill in an amount for one invoice only. Tick one, or leave the "
                    "amount empty."
                )
            elif not error and amount > chosen.amount:
                error = request.env._(
                    "This invoice is %s: it cannot be more.",
                    self._dispute_money(chosen.amount),
                )
            if error:
                errors["amount"] = error
            else:
                amounts[chosen.id] = float(amount)
        return {
            "claims": chosen,
            "reason": values["reason"],
            "amounts": amounts,
            "text": values["text"],
            "source": "portal",
        }, errors

    # === I HAVE PAID === #

    @http.route(f"{_BASE}/paid", methods=["GET", "POST"], **_PAGE)
    def dispute_paid(self, dossier_id, **_kwargs):
        """Tell of a payment, which is looked for at once."""
        dossier = self._enter(dossier_id)
        reports = dossier.paid_report_ids
        stuck = len(reports.filtered(lambda r: r.outcome == "not_found"))
        claims = dossier.claim_ids.filtered(lambda claim: claim.state == "open")
        values, errors = {"paid_to": "collector"}, {}
        stuck = stuck >= MOST_NOT_FOUND
        if (
            request.httprequest.method == "POST"
            and dossier.state == "open"
            and not stuck
        ):
            values = self._typed(
                {"amount": 14, "date": 10, "paid_to": 20, "iban": 42, "text": MOST_TEXT}
            )
            values["claims"] = request.httprequest.form.getlist("claims")[:200]
            vals, errors = self._dispute_read_payment(dossier, claims, values)
            if not errors:
                report, errors = self._dispute_keep(lambda: reports.create([vals]))
                if report:
                    return self._protect(
                        request.redirect(
                            f"/incasso/dossier/{dossier.id}/paid/{report.id}"
                        )
                    )
        today = fields.Date.context_today(dossier)
        return self._page(
            "incasso_nl_portal.paid",
            dossier,
            values=values,
            errors=errors,
            stuck=stuck,
            receivers=self._dispute_receivers(dossier),
            choices=self._dispute_claim_options(dossier, claims)
            if len(claims) > 1
            else [],
            today=today,
            longest_ago=fields.Date.subtract(today, years=LONGEST_AGO),
            **self._dispute_told(dossier),
        )

    @http.route(f"{_BASE}/paid/<int:report_id>", methods=["GET"], **_PAGE)
    def dispute_paid_kept(self, dossier_id, report_id, **_kwargs):
        """Whether the payment was found; else what stops, and when there is an
        answer."""
        dossier = self._enter(dossier_id)
        report = dossier.paid_report_ids.filtered(lambda found: found.id == report_id)
        if not report:
            return self._missing(dossier)
        return self._page(
            "incasso_nl_portal.paid_kept",
            dossier,
            report=report,
            **self._dispute_rest(dossier),
            **self._dispute_told(dossier),
        )

    def _dispute_receivers(self, dossier):
        """To whom it may have been paid."""
        account = dossier.env["incasso.message"]._bank_account(dossier)
        receivers = [
            (
                "collector",
                request.env._("To %s", dossier.company_id.name),
                account and request.env._("On account %s", account.acc_number) or False,
            )
        ]
        if dossier.is_third_party:
            receivers.append(
                ("creditor", request.env._("To %s", dossier.creditor_id.name), False)
            )
        receivers.append(("other", request.env._("To somebody else"), False))
        return receivers

    def _dispute_read_payment(self, dossier, claims, values):
        """What was sent, checked; see `_dispute_read_objection`."""
        errors = {}
        amount, error = self._dispute_read_amount(values["amount"])
        if error:
            errors["amount"] = error
        today = fields.Date.context_today(dossier)
        try:
            day = read_day(values["date"])
            if not fields.Date.subtract(today, years=LONGEST_AGO) <= day <= today:
                raise ValueError("too long ago, or in the future")
        except ValueError:
            day = None
            errors["date"] = request.env._(
                "Fill in the day on which you paid: today or earlier."
            )
        if values["paid_to"] not in {
            key for key, *_rest in self._dispute_receivers(dossier)
        }:
            errors["paid_to"] = request.env._("Choose whom you paid.")
        if values["iban"]:
            try:
                validate_iban(values["iban"])
            except ValidationError:
                errors["iban"] = request.env._(
                    "This is no account number. An IBAN looks like "
                    "NL00 BANK 0123 4567 89. You may leave it empty."
                )
        chosen = claims.filtered(lambda claim: str(claim.id) in values["claims"])
        if len(chosen) != len(set(values["claims"])):
            errors["claims"] = request.env._("Tick the invoices that you paid.")
        return {
            "dossier_id": dossier.id,
            "amount": float(amount or 0),
            "date": day,
            "paid_to": values["paid_to"],
            "iban": values["iban"],
            "claim_ids": [Command.set(chosen.ids)],
            "text": values["text"],
            "source": "portal",
        }, errors

    # === BOTH === #

    def _dispute_read_amount(self, text):
        """:return: euro and no error, or None and what is wrong"""
        try:
            amount = read_amount(text)
        except ValueError:
            amount = 0
        if amount <= 0:
            return None, request.env._("Fill in an amount, for example 25 or 25,50.")
        return amount, None

    def _dispute_keep(self, make):
        """Keep what was brought up, with its files: all of it or nothing.

        :param make: makes the record
        :return: the record, and what is wrong by field
        """
        record = None
        try:
            files = self._uploads()
        except UserError as error:
            return None, {"files": error.args[0]}
        try:
            with request.env.cr.savepoint():
                record = make()
                if files:
                    try:
                        record._attach(files)
                    except UserError as error:
                        raise _BadFile(error.args[0]) from error
        except _BadFile as error:
            return None, {"files": error.args[0]}
        except (UserError, ValidationError) as error:
            return None, {"": error.args[0]}
        except psycopg2.errors.UniqueViolation:
            # Sent twice at the same moment.
            return None, {"": request.env._("You told us this already.")}
        return record, {}

    def _dispute_told(self, dossier):
        """What the pages say of what was brought up."""
        return {"told": dossier._portal_told}

    def _dispute_money(self, amount):
        """Euro, as in the letters."""
        return amount_text(str(amount), (request.env.lang or "en")[:2])

    def _dispute_rest(self, dossier):
        """What can be paid now, and where."""
        today = fields.Date.context_today(dossier)
        balance = dossier._balances(today)[dossier.id]
        rest = dossier._undisputed_amount(today)
        amount = self._dispute_money(rest)
        return {
            "rest": rest,
            "rest_text": request.env._("You still have to pay %s.", amount),
            "pay_text": request.env._("Pay %s", amount),
            "pay": dossier._portal_pay_rest(balance),
        }


class _BadFile(Exception):
    """A file is refused; the message is for whoever sent it."""
