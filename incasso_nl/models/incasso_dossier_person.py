from odoo import api, fields, models


class IncassoDossier(models.Model):
    """The person behind a dossier: what is known of help and of the right address."""

    # One concern a file, as with the flow and the receipts.
    _inherit = "incasso.dossier"  # pylint: disable=consider-merging-classes-inherited

    help_request_ids = fields.One2many(
        comodel_name="incasso.help.request", inverse_name="dossier_id"
    )
    person_report_ids = fields.One2many(
        comodel_name="incasso.person.report", inverse_name="dossier_id"
    )
    help_request_count = fields.Integer(compute="_compute_help_request_count")
    person_report_count = fields.Integer(compute="_compute_person_report_count")
    debtor_care = fields.Selection(related="debtor_id.incasso_care")
    debtor_death_date = fields.Date(related="debtor_id.incasso_death_date")

    # === COMPUTE METHODS === #

    @api.depends("help_request_ids")
    def _compute_help_request_count(self):
        self._count_into("help_request_count", "incasso.help.request")

    @api.depends("person_report_ids")
    def _compute_person_report_count(self):
        self._count_into("person_report_count", "incasso.person.report")

    def _count_into(self, name, model):
        counts = dict(
            self.env[model]._read_group(
                [("dossier_id", "in", self.ids)], ["dossier_id"], ["__count"]
            )
        )
        for dossier in self:
            dossier[name] = counts.get(dossier._origin, 0)

    # === ACTION METHODS === #

    def action_view_help_requests(self):
        """What was told of help for this debtor in this dossier."""
        return self._action_told("incasso_nl.incasso_help_request_action")

    def action_view_person_reports(self):
        """What was told of a wrong person or address in this dossier."""
        return self._action_told("incasso_nl.incasso_person_report_action")

    def _action_told(self, action):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "domain": [("dossier_id", "=", self.id)],
            "context": {"default_dossier_id": self.id},
        }

    # === BUSINESS METHODS === #

    def _person(self):
        """Whom a dossier is about as a person: the debtor, or the firm or household
        that the debtor is an address of.

        A consumer who is kept as a contact of a firm is a person apart from it.
        """
        self.ensure_one()
        head = self.debtor_id.commercial_partner_id
        apart = self.debtor_type == "consumer" and head.is_company
        return self.debtor_id if apart else head

    def _write_what_is_owed(self, template, recipients, facts=None):
        """Queue a letter to somebody who has to know what is owed, though the dossier
        stands still, and to whom else one writes about the person.

        :param str template: external id; one that was taken out of use is not sent
        :param dict recipients: `res.partner` by dossier id
        :param dict facts: see `report.letter_values.merge_values`
        """
        template = self.env.ref(template)
        if template.state != "active":
            return
        today = fields.Date.context_today(self)
        balances = self._balances(today)
        self.env["incasso.message"]._queue(
            self,
            template,
            today,
            {id_: balance.with_all_free() for id_, balance in balances.items()},
            extra=dict.fromkeys(self.ids, facts or {}),
            recipients=recipients,
        )

    @api.model
    def _open_of(self, persons):
        """The open dossiers of persons and of their contacts, in every company.

        In sudo, as it is for what is about a person whoever the creditor is: to stop
        them all, say. Nothing of them may be shown to who sees one company only.
        """
        return self.sudo().search(
            [
                ("state", "=", "open"),
                "|",
                ("debtor_id", "in", persons.ids),
                ("debtor_id.commercial_partner_id", "in", persons.ids),
            ]
        )
