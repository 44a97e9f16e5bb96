from odoo import fields, models


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    incasso_holiday_date = fields.Date(
        string="Dutch Holiday",
        help="The holiday of the law that this closing day stands for.",
        readonly=True,
        copy=False,
    )

    _incasso_holiday_uniq = models.UniqueIndex(
        "(calendar_id, incasso_holiday_date) WHERE incasso_holiday_date IS NOT NULL",
        "This holiday is in these working hours already.",
    )
