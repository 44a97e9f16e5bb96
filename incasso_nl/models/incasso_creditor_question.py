from odoo import fields, models

from ..tools.company_days import CompanyDays
from .incasso_dossier_flow import dutch_day

#: Working days that a creditor has to answer.
CREDITOR_DAYS = 5


class IncassoCreditorQuestion(models.AbstractModel):
    """A request that a creditor can be asked about, before it is decided."""

    _name = "incasso.creditor.question"
    _description = "Question to a Creditor"
    _inherit = ["incasso.request"]

    creditor_asked_at = fields.Datetime(
        string="Creditor Asked", readonly=True, copy=False
    )
    creditor_date = fields.Date(
        string="Creditor Answers by", readonly=True, copy=False, index="btree_not_null"
    )
    creditor_answer = fields.Text(
        string="Answer of the Creditor", help="Not shown to the debtor.", copy=False
    )

    # === ACTION METHODS === #

    def action_ask_creditor(self):
        """Ask the creditor (again)."""
        self.check_access("write")
        self._check_open()
        self._ask()

    def action_creditor_answered(self):
        """The creditor answered: now it can be decided."""
        self.check_access("write")
        self._check_open()
        self.write({"state": "new"})

    # === BUSINESS METHODS === #

    def _ask(self):
        """Ask who knows, and have what was asked wait for the answer.

        Hook: each model asks in its own words.
        """
        raise NotImplementedError

    def _wait_for_creditor(self):
        """The creditor was asked: the term for the answer runs, within that in which
        the debtor has one."""
        now = fields.Datetime.now()
        for request in self:
            # A company's calendar is no secret to who works its dossiers.
            days = CompanyDays(request.company_id.sudo())
            request.write(
                {
                    "state": "waiting",
                    "creditor_asked_at": now,
                    "creditor_date": min(
                        days.add(dutch_day(now), CREDITOR_DAYS, "working"),
                        request.answer_date,
                    ),
                }
            )
