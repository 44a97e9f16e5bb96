from odoo import api, models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _incasso_draw(self, code, company, day, count):
        """Draw `count` numbers at once, from a series of the company's own.

        A company gets its series, a copy of the shared one, when it first needs it.

        :param str code: of the sequence
        :param company: `res.company`
        :param date day: decides the year
        :return: list of str
        """
        # Whoever may open a dossier may number it, without rights on sequences.
        sequences = self.sudo()
        series = sequences.search(
            [("code", "=", code), ("company_id", "=", company.id)], limit=1
        ) or sequences.search(
            [("code", "=", code), ("company_id", "=", False)], limit=1
        ).copy({"company_id": company.id})
        current = series._get_current_sequence(day)
        dated = series.with_context(
            ir_sequence_date=day,
            ir_sequence_date_range=day if current == series else current.date_from,
        )
        if series.implementation != "standard":
            return [dated.next_by_id(day) for _number in range(count)]
        name = f"ir_sequence_{series.id:03}"
        if current != series:
            name += f"_{current.id:03}"
        self.env.cr.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)", [name, count]
        )
        return [dated.get_next_char(number) for (number,) in self.env.cr.fetchall()]
