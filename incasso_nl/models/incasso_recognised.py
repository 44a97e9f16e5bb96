from odoo import fields, models
from odoo.exceptions import UserError

PENDING = ("unmatched", "proposed")


class IncassoRecognised(models.AbstractModel):
    """What was made of money on the bank: with how sure that is, and why.

    What is sure enough for its company books itself; the rest waits for a person.
    """

    _name = "incasso.recognised"
    _description = "Recognised Money"

    confidence = fields.Integer(
        help="How sure the match is, in percent.", readonly=True, copy=False
    )
    match_reason = fields.Char(readonly=True, copy=False)
    error = fields.Char(
        string="Not Booked",
        help="Why it could not be booked by itself.",
        readonly=True,
        copy=False,
    )

    # === BUSINESS METHODS === #

    def _book_recognised(self):
        """Book these. Any number at once.

        Hook: each model books in its own way.

        :raise UserError: one of them cannot be booked
        """
        raise NotImplementedError

    def _book_sure_ones(self):
        """Book those that were recognised surely enough for their company.

        One that cannot be booked is set aside with its reason, and the rest go on.
        """
        sure = self.filtered(
            lambda found: (
                found.state == "proposed"
                and found.confidence >= found.company_id.incasso_match_confidence
            )
        )
        if not sure:
            return
        try:
            with self.env.cr.savepoint():
                sure._book_recognised()
        except UserError:
            for found in sure:
                try:
                    with self.env.cr.savepoint():
                        found._book_recognised()
                except UserError as error:
                    found.error = str(error)
