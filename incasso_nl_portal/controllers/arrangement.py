from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import format_date

from odoo.addons.incasso_nl.tools.instalments import MOST_INSTALMENTS

from ..tools.typed import read_amount, read_day
from .dossier_pages import DossierPages

_BASE = "/incasso/dossier/<int:dossier_id>/arrangement"
_TERMS = {"by": 10, "amount": 20, "number": 4, "period": 20, "first_date": 20}
_BUDGET = {
    "income": "budget_income",
    "housing": "budget_housing",
    "care": "budget_care",
    "debts": "budget_debts",
}
#: A budget holds amounts a month; more is a mistake.
_MOST_A_MONTH = 100_000
_MOST_PEOPLE = 30


class Arrangement(DossierPages):
    """Paying in instalments, and promising a day.

    What comes from the browser are the terms only. What they come to, whether they are
    within the rules and whether anything runs already is decided here, each time anew:
    for the preview, and again for what is agreed.

    Odoo makes one class of all controllers of these pages: hence the names.
    """

    # === IN INSTALMENTS === #

    @http.route(
        _BASE, type="http", auth="public", methods=["GET", "POST"], sitemap=False
    )
    def arrangement(self, dossier_id, **_kwargs):
        """What runs; or choose terms, see the schedule, agree."""
        dossier = self._enter(dossier_id)
        if dossier.arrangement_id:
            return self._arrangement_running(dossier)
        if dossier._portal_asked_often():
            return self._page("incasso_nl_portal.arrangement_none", dossier)
        if request.httprequest.method == "GET":
            return self._arrangement_form(dossier, self._arrangement_proposal(dossier))
        typed = self._typed({**_TERMS, "step": 10, "total": 20})
        quote, errors = self._arrangement_quote(dossier, typed)
        if errors or typed["step"] == "change":
            return self._arrangement_form(dossier, typed, errors)
        if typed["step"] == "ask" and self._arrangement_outside(quote):
            return self._arrangement_ask(dossier, typed, quote)
        if typed["step"] != "agree" or typed["total"] != str(quote.total):
            # Not seen yet, or something was paid since it was.
            return self._arrangement_preview(dossier, typed, quote)
        if self._arrangement_outside(quote):
            return self._arrangement_preview(dossier, typed, quote)
        try:
            arrangement = dossier._ask_arrangement(quote, "portal")
        except UserError as error:
            return self._arrangement_form(dossier, typed, {"": str(error)})
        return self._back(
            dossier,
            request.env._(
                "Agreed. You pay in instalments, the first one by %s. You get a "
                "confirmation from us.",
                self._arrangement_day(arrangement.next_date),
            ),
        )

    def _arrangement_proposal(self, dossier):
        """Terms to begin with: within the rules, if there are such."""
        today = fields.Date.context_today(dossier)
        return {
            "by": "amount",
            "period": "month",
            "number": "6",
            "first_date": fields.Date.to_string(fields.Date.add(today, days=14)),
        }

    def _arrangement_quote(self, dossier, typed):
        """What the terms come to.

        :return: `Quote` or None, and what is wrong by name of the field
        """
        errors, how = {}, {}
        today = fields.Date.context_today(dossier)
        if typed["by"] == "number":
            how["number"] = self._arrangement_read_number(
                typed["number"], MOST_INSTALMENTS, errors, "number"
            )
        else:
            how["amount"] = self._arrangement_read_amount(
                typed["amount"], errors, "amount"
            )
        if typed["period"] not in ("week", "four_weeks", "month"):
            errors["period"] = request.env._("Choose how often you want to pay.")
        first = self._arrangement_read_day(
            typed["first_date"], today, errors, "first_date"
        )
        if errors:
            return None, errors
        try:
            quote = dossier._quote_arrangement(typed["period"], first, today, **how)
        except UserError as error:
            return None, {"": str(error)}
        return quote, {}

    def _arrangement_outside(self, quote):
        """Whether a person has to decide."""
        return bool(quote.reasons) or not quote.rule.online

    def _arrangement_ask(self, dossier, typed, quote):
        """Ask for terms outside the rules, with income and expenses."""
        names = {**dict.fromkeys(_BUDGET, 20), "household": 3, "text": 2000}
        typed.update(self._typed(names))
        errors = {}
        budget = {
            field: self._arrangement_read_budget(typed[name], errors, name)
            for name, field in _BUDGET.items()
        }
        people = self._arrangement_read_number(
            typed["household"],
            _MOST_PEOPLE,
            errors,
            "household",
            request.env._(
                "Fill in with how many people you live, yourself included: a number "
                "from 1 to %s.",
                _MOST_PEOPLE,
            ),
        )
        if errors:
            return self._arrangement_preview(dossier, typed, quote, errors)
        try:
            arrangement = dossier._ask_arrangement(
                quote,
                "portal",
                text=typed["text"] or False,
                household_size=people,
                **{field: float(amount) for field, amount in budget.items()},
            )
        except UserError as error:
            return self._arrangement_form(dossier, typed, {"": str(error)})
        return self._back(
            dossier,
            request.env._(
                "Thank you. We look at it together with what you told us. You have our "
                "answer by %s, and until then nothing happens.",
                self._arrangement_day(arrangement.answer_date),
            ),
        )

    def _arrangement_form(self, dossier, typed, errors=None):
        return self._arrangement_new(
            "incasso_nl_portal.arrangement",
            dossier,
            typed,
            errors or {},
            lambda rule: rule.first_days or 30,
            no_interest=True,
        )

    def _arrangement_new(
        self, template, dossier, typed, errors, most_days, no_interest
    ):
        """A form for something to agree, where anything can be.

        :param most_days: gives by the rule in how many days the last day to choose is
        """
        today = fields.Date.context_today(dossier)
        try:
            dossier._check_arrangeable(today)
        except UserError:
            return self._page("incasso_nl_portal.arrangement_none", dossier)
        rule = dossier.env["incasso.arrangement.rule"]._for_dossiers(dossier)[dossier]
        return self._page(
            template,
            dossier,
            values=typed,
            errors=errors,
            rule=rule,
            today=today,
            latest=fields.Date.add(today, days=most_days(rule)),
            due=dossier._arrangeable(today, no_interest).due,
            may_promise=not dossier._personal_reasons(),
        )

    def _arrangement_preview(self, dossier, typed, quote, errors=None):
        outside = self._arrangement_outside(quote)
        return self._page(
            "incasso_nl_portal.arrangement_preview",
            dossier,
            values=typed,
            errors=errors or {},
            quote=quote,
            outside=outside,
            terms={name: typed[name] for name in _TERMS},
        )

    # === WHAT RUNS === #

    def _arrangement_running(self, dossier, errors=None):
        found = dossier.arrangement_id
        unpaid = found.instalment_ids.filtered(lambda part: part.state != "paid")
        may_postpone = (
            found.kind == "arrangement"
            and found.stage == "active"
            and not found.is_postponed
            and unpaid
        )
        offer = None
        if found.stage == "offered":
            try:
                offer = found._quote(fields.Date.context_today(dossier))
            except UserError:
                # Its first day has passed: a person has to look again.
                offer = None
        return self._page(
            "incasso_nl_portal.arrangement_running",
            dossier,
            errors=errors or {},
            arrangement=found,
            instalments=found.instalment_ids.sorted(
                lambda part: (part.date, part.number)
            ),
            postponable=unpaid if may_postpone else unpaid.browse(),
            postponed_to=found._following_date() if may_postpone else None,
            offer=offer,
            pay_url=dossier._portal_pay_url(found.next_amount),
        )

    @http.route(
        _BASE + "/postpone",
        type="http",
        auth="public",
        methods=["POST"],
        sitemap=False,
    )
    def arrangement_postpone(self, dossier_id, **_kwargs):
        """Move one instalment behind the last one, once."""
        dossier = self._enter(dossier_id)
        number = self._typed({"instalment": 5})["instalment"]
        found = dossier.arrangement_id
        # By its number within what runs here: no id of anything else gets in.
        part = found.instalment_ids.filtered(lambda part: str(part.number) == number)
        if not part:
            return self._arrangement_running_or_form(
                dossier, {"instalment": request.env._("Choose an instalment.")}
            )
        try:
            part._postpone()
        except UserError as error:
            return self._arrangement_running_or_form(
                dossier, {"instalment": str(error)}
            )
        return self._back(
            dossier,
            request.env._(
                "You pay this instalment by %s. The others stay as they are.",
                self._arrangement_day(part.date),
            ),
        )

    @http.route(
        _BASE + "/answer", type="http", auth="public", methods=["POST"], sitemap=False
    )
    def arrangement_answer(self, dossier_id, **_kwargs):
        """Say yes or no to what was offered; or take back what was asked."""
        dossier = self._enter(dossier_id)
        answer = self._typed({"answer": 5})["answer"]
        found = dossier.arrangement_id
        if answer == "yes" and found.stage == "offered":
            try:
                found.action_accept_offer()
            except UserError as error:
                return self._arrangement_running(dossier, {"": str(error)})
            return self._back(
                dossier,
                request.env._("Agreed. You get a confirmation from us."),
            )
        if answer == "no" and found.stage in ("asked", "offered"):
            found._withdraw(request.env._("by the debtor, online"))
            return self._back(
                dossier,
                request.env._(
                    "That is clear: this arrangement does not go on. You can make "
                    "another one."
                ),
            )
        return self._arrangement_running_or_form(dossier)

    def _arrangement_running_or_form(self, dossier, errors=None):
        if dossier.arrangement_id:
            return self._arrangement_running(dossier, errors)
        return self._arrangement_form(
            dossier, self._arrangement_proposal(dossier), errors
        )

    # === A PROMISE === #

    @http.route(
        _BASE + "/promise",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
    )
    def arrangement_promise(self, dossier_id, **_kwargs):
        """I pay this amount on that day."""
        dossier = self._enter(dossier_id)
        if dossier.arrangement_id:
            return self._arrangement_running(dossier)
        today = fields.Date.context_today(dossier)
        typed, errors = {}, {}
        if request.httprequest.method == "POST":
            typed = self._typed({"amount": 20, "day": 20, "text": 1000})
            amount = self._arrangement_read_amount(typed["amount"], errors, "amount")
            day = self._arrangement_read_day(typed["day"], today, errors, "day")
            if not errors:
                try:
                    dossier._promise(amount, day, "portal", typed["text"] or False)
                except UserError as error:
                    errors[""] = str(error)
                else:
                    return self._back(
                        dossier,
                        request.env._(
                            "Noted: you pay by %s. Until then nothing happens.",
                            self._arrangement_day(day),
                        ),
                    )
        return self._arrangement_new(
            "incasso_nl_portal.promise",
            dossier,
            typed,
            errors,
            lambda rule: rule.promise_days,
            no_interest=False,
        )

    # === READING === #

    def _arrangement_read_budget(self, text, errors, name):
        """An amount a month of a budget; what is wrong goes into `errors`, in words of
        its own for each field: they stand together above the form too."""
        try:
            amount = read_amount(text)
        except ValueError:
            amount = None
        if amount is None or amount > _MOST_A_MONTH:
            errors[name] = {
                "income": request.env._(
                    "Fill in what comes in a month, in euro, or 0. For example 1850"
                ),
                "housing": request.env._(
                    "Fill in what housing costs you a month, in euro, or 0. For "
                    "example 720"
                ),
                "care": request.env._(
                    "Fill in what care and insurance cost you a month, in euro, or 0. "
                    "For example 165"
                ),
                "debts": request.env._(
                    "Fill in what you pay off on other debts a month, in euro, or 0. "
                    "For example 50"
                ),
            }[name]
        return amount

    def _arrangement_read_amount(self, text, errors, name):
        """More than nothing, that was typed; what is wrong goes into `errors`."""
        try:
            amount = read_amount(text)
        except ValueError:
            errors[name] = request.env._("Fill in an amount, for example 25 or 25,50.")
            return None
        if not amount:
            errors[name] = request.env._("Fill in more than 0 euro.")
        return amount

    def _arrangement_read_number(self, text, most, errors, name, wrong=None):
        """A number from 1 that was typed; what is wrong goes into `errors`.

        :param str wrong: other words for that
        """
        if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
            return int(text)
        errors[name] = wrong or request.env._("Fill in a number from 1 to %s.", most)
        return None

    def _arrangement_read_day(self, text, today, errors, name):
        """A day from today on; what is wrong goes into `errors`."""
        try:
            day = read_day(text)
        except ValueError:
            errors[name] = request.env._("Choose a day, for example 25-01-2027.")
            return None
        if day < today:
            errors[name] = request.env._("This day has passed. Choose another day.")
        return day

    def _arrangement_day(self, day):
        return format_date(request.env, day, date_format="d MMMM y")
