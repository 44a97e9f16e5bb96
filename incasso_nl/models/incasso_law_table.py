from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError


class IncassoLawTable(models.AbstractModel):
    """A table of numbers of the law, with the day from which each row holds.

    The rows come with the product, in the file in ``data/`` that has the name of the
    model; the calculator reads the same file. New rows arrive when the product is
    upgraded, and so do corrections of rows that nobody touched. A row that a user
    changed stays as it is.
    """

    _name = "incasso.law.table"
    _description = "Table of the Law"
    _inherit = ["mail.thread"]

    # Fields that together tell one row from another, in the law and in the file.
    _law_key = ()
    # Fields of the file, for the law engine; the key and the source come with them.
    _law_fields = ()

    source = fields.Char(
        help="Where the number stands: article, publication, and where it was read.",
        required=True,
        tracking=True,
    )
    active = fields.Boolean(
        help="An archived row counts for nothing, but can be looked up.",
        default=True,
        tracking=True,
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        if not self._is_loading_module():
            # What a user decided is not overwritten by the next upgrade. In sudo:
            # whoever may change a row need not be allowed to change external ids.
            self.env["ir.model.data"].sudo().search(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("noupdate", "=", False),
                ]
            ).noupdate = True
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shipped(self):
        # In sudo: only the existence of an external id is looked at.
        shipped = (
            self.env["ir.model.data"]
            .sudo()
            .search_count(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("module", "=", "incasso_nl"),
                ],
                limit=1,
            )
        )
        if shipped:
            raise UserError(
                self.env._(
                    "This row came with the product and would come back with the next "
                    "upgrade. Archive it instead."
                )
            )

    def _load_records(self, data_list, update=False):
        """Override to recognise rows that a user entered before they were shipped."""
        if self._is_loading_module():
            self = self.with_context(tracking_disable=True)
            self._adopt_own_rows(data_list)
        return super()._load_records(data_list, update)

    # === BUSINESS METHODS === #

    def _is_loading_module(self):
        return bool(self.env.context.get("install_module"))

    def _adopt_own_rows(self, data_list):
        """Give a user's own row the external id of the shipped row with its key.

        Otherwise the upgrade would run into the unique index. The user's numbers stay.
        """
        adopted = []
        for data in data_list:
            if self.env.ref(data["xml_id"], raise_if_not_found=False):
                continue
            domain = [
                (name, "=", data["values"].get(name) or False) for name in self._law_key
            ]
            own = self.search(domain, limit=1)
            if own:
                adopted.append(
                    {"xml_id": data["xml_id"], "record": own, "noupdate": True}
                )
        # In sudo: external ids are the system's.
        self.env["ir.model.data"].sudo()._update_xmlids(adopted)

    @api.model
    def _law_rows(self):
        """All active rows as the law engine reads them from the file.

        :return: dicts of strings, with the columns of the file
        """
        # In sudo: the numbers of the law are public, and everybody who may see a
        # dossier needs what they lead to. In the source language, as in the file.
        rows = self.sudo().with_context(lang=None).search([("active", "=", True)])
        names = (*self._law_key, *self._law_fields, "source")
        return [{name: row._law_text(name) for name in names} for row in rows]

    def _law_text(self, name):
        """The value of a field as the file has it; empty where none is given."""
        field, value = self._fields[name], self[name]
        if isinstance(value, date):
            return value.isoformat()
        if not value and not field.required:
            return ""
        if field.type == "float":
            whole, decimals = f"{value:.{field.get_digits(self.env)[1]}f}".split(".")
            return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
        return str(value)
