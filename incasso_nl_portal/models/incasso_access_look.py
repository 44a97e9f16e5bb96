from odoo import api, fields, models

WAYS = [
    ("code", "Code of a letter"),
    ("link", "Link in an e-mail"),
    ("account", "Portal account"),
]


class IncassoAccessLook(models.Model):
    """Who looked at what in a dossier online, and when: for whoever asks who has seen
    these personal data (art. 5 lid 2 and 15 AVG). Never changed."""

    _name = "incasso.access.look"
    _description = "Look at a Dossier"
    _log_access = False
    _order = "id desc"

    dossier_id = fields.Many2one(
        comodel_name="incasso.dossier", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, readonly=True
    )
    access_id = fields.Many2one(
        comodel_name="incasso.access", index="btree_not_null", ondelete="restrict"
    )
    partner_id = fields.Many2one(
        string="Who",
        comodel_name="res.partner",
        required=True,
        index=True,
        ondelete="restrict",
    )
    date = fields.Datetime(required=True)
    way = fields.Selection(selection=WAYS, required=True)
    page = fields.Char(help="What was looked at, within the dossier.")
    network = fields.Char(
        help="The network it came from; the last part of the address is left out."
    )

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, dossier, access, partner, way, page, network):
        """Write one look, in one statement."""
        self.env.cr.execute(
            """
            INSERT INTO incasso_access_look (
                dossier_id, company_id, access_id, partner_id, date, way, page, network
            ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                dossier.id,
                dossier.company_id.id,
                access.id or None,
                partner.id,
                fields.Datetime.now(),
                way,
                page[:80],
                network,
            ],
        )
