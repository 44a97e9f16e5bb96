from odoo import api, models


class IncassoDemo(models.AbstractModel):
    """Demo data: a Dutch bicycle workshop and four months of its collections.

    Nothing is put into the tables as if it had happened. The story is played: the clock
    is set back and moved on day by day, the daily run does its work, people do theirs,
    and where it ends is today. So the demo holds what the product really makes of it.
    """

    _name = "incasso.demo"
    _description = "Demo Data of Collections"

    @api.model
    def _load(self):
        """Play the story; for the demo data only."""
        # Not before: whoever has no demo data needs none of it, freezegun least of all.
        from .stage import Stage
        from .story import Story

        # Nobody is told of records that only pretend to be of today.
        quiet = self.with_context(
            tracking_disable=True,
            mail_notrack=True,
            mail_create_nosubscribe=True,
            mail_activity_quick_update=True,
        )
        Story(Stage(quiet.env)).play()
