from decimal import Decimal
from typing import NamedTuple

from odoo import api, models, tools
from odoo.tools.misc import format_date

from ..law import calendar, costs, court, interest, limitation, terms
from ..law import tables as law_tables
from ..law.amounts import cents


def law_amount(value):
    """An amount of a record as the law engine takes it.

    :param float value: euro, as a field holds it
    :return: the same amount in whole cents
    :rtype: Decimal
    """
    return cents(Decimal(str(value or 0)))


class LawSettings(NamedTuple):
    """What a company chose where the law leaves a choice.

    :param convention: how to count and round interest
    :param readings: how to read the rule for recurring instalments
    :param extend: a term of a notice that ends on a free day runs to a working day
    :param safe_distance: no costs before the safe distance after sending
    :param bank_days: working days that a payment may be on its way
    """

    convention: interest.Convention
    readings: costs.Readings
    extend: bool
    safe_distance: bool
    bank_days: int


class IncassoLaw(models.AbstractModel):
    """The door from Odoo to the law engine: its tables, made from the records."""

    _name = "incasso.law"
    _description = "Law Engine"

    @api.model
    @tools.ormcache()
    def _cost_tables(self):
        """All tables that the functions for costs need; they hold the others too.

        :rtype: law.tables.Tables
        """
        return law_tables.Tables(
            law_tables.rates_from(self.env["incasso.interest.rate"]._law_rows()),
            law_tables.scale_from(self.env["incasso.cost.scale"]._law_rows()),
            law_tables.values_from(self.env["incasso.legal.value"]._law_rows()),
        )

    @api.model
    def _interest_table(self):
        """:rtype: law.tables.InterestRates"""
        return self._cost_tables().rates

    @api.model
    def _legal_values(self):
        """The numbers that stand by themselves: terms, hours, minimum and maximum.

        :rtype: law.tables.LegalValues
        """
        return self._cost_tables().values

    @api.model
    @tools.ormcache()
    def _calendar(self):
        """Holidays and working days by the law, the same for everybody.

        :rtype: law.calendar.Calendar
        """
        return calendar.calendar_from(self.env["incasso.holiday"]._law_rows())

    @api.model
    @tools.ormcache()
    def _limitation_terms(self):
        """:rtype: law.limitation.LimitationTerms"""
        return limitation.terms_from(self.env["incasso.limitation.term"]._law_rows())

    @api.model
    @tools.ormcache()
    def _court_tables(self):
        """:rtype: law.court.CourtTables"""
        return court.tables_from(
            self.env["incasso.court.fee"]._law_rows(),
            self.env["incasso.court.salary"]._law_rows(),
            self.env["incasso.bailiff.fee"]._law_rows(),
        )

    @api.model
    def _settings(self, company):
        """What ``company`` chose where the law leaves a choice.

        :rtype: LawSettings
        """
        company.ensure_one()
        return LawSettings(
            interest.Convention(
                basis=company.incasso_day_basis, rounding=company.incasso_rounding
            ),
            costs.Readings(
                later=company.incasso_instalment_later,
                one_letter=company.incasso_instalment_one_letter,
            ),
            extend=company.incasso_notice_atw,
            safe_distance=company.incasso_notice_safe_distance,
            bank_days=company.incasso_bank_days,
        )

    @api.model
    def _long_term(self, debtor_type, invoiced, due, large_debtor=False):
        """What to say of an invoice that gives more time to pay than the law lets a
        business or a government agree by itself.

        Whether the agreement says so expressly, and whether that is fair, is not known
        here: a person is told.

        :param str debtor_type: ``consumer``, ``business`` or ``government``
        :param date invoiced: of the invoice, taken to be received on that day
        :param date due: last day of payment
        :param bool large_debtor: a large company, of a creditor that is none
        :return: a sentence with the day by law, or False
        """
        values = self._legal_values()
        received = terms.Received(invoice=invoiced)
        if debtor_type == "business":
            term = terms.business_term(
                received,
                values,
                agreed_last_day=due,
                large_debtor=large_debtor,
                small_creditor=large_debtor,
            )
        elif debtor_type == "government" and values.find("term_government", invoiced):
            term = terms.government_term(received, values, agreed_last_day=due)
        else:
            return False
        if term.last_day >= due:
            return False
        day = format_date(self.env, term.last_day)
        article = term.steps[0].article
        if article == "art. 6:119a lid 6 BW":
            return self.env._(
                "A large company may not have a smaller creditor agree to so long a "
                "term (art. 6:119a lid 6 BW): by law it was to be paid by %s.",
                day,
            )
        if article == "art. 6:119a lid 5 BW":
            return self.env._(
                "Businesses may agree on so long a term only expressly, and where it "
                "is not unfair (art. 6:119a lid 5 BW): if not, it was to be paid by "
                "%s.",
                day,
            )
        return self.env._(
            "A government may agree on so long a term only expressly, where the nature "
            "of the agreement justifies it (art. 6:119b lid 5 BW): if not, it was to "
            "be paid by %s.",
            day,
        )
