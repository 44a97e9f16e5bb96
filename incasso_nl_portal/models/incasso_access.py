import hashlib
import ipaddress
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, hash_sign, verify_hash_signed

from ..tools.codes import (
    derive_key,
    hash_code,
    house_numbers,
    make_code,
    normal_house_number,
    normal_postcode,
    parse_date,
    same,
    spaced,
)

#: Wrong tries in an hour before a code, and a network address, is locked.
MOST_TRIES_CODE = 5
MOST_TRIES_ADDRESS = 20
#: House numbers that are compared, whatever an address looks like.
_NUMBERS_COMPARED = 8


class Person(NamedTuple):
    """What somebody must know to get in with a code."""

    postcode: str = ""
    numbers: frozenset = frozenset()
    birth_date: str = ""

    def knows(self, postcode, number, birth_date):
        """Whether these answers are right. Takes as long whatever the answers are, and
        for nobody at all: everything is compared, always.

        :param str postcode: as it was typed, like the other two
        """
        postcode = normal_postcode(postcode)
        number = normal_house_number(number)
        day = parse_date(birth_date)
        numbers = [*self.numbers, *[""] * _NUMBERS_COMPARED][:_NUMBERS_COMPARED]
        lives_there = [
            same(f"{self.postcode} {known}" if known else "", f"{postcode} {number}")
            for known in numbers
        ]
        born_then = same(self.birth_date, day.isoformat() if day else "-")
        # No shortcuts: `any` of a list that is complete.
        return any([any(lives_there) and bool(self.postcode), born_then])


class Entry(NamedTuple):
    """What came of a try to get in.

    :param access: `incasso.access`; empty if it failed
    :param locked_until: no try is looked at before (UTC); None if it was
    """

    access: models.BaseModel
    locked_until: object = None


class IncassoAccess(models.Model):
    """The key to a dossier online: a code for letters, and signed links for e-mail.

    The code is derived, not stored: of a key, the id and the version of the access. So
    every letter has the same code until it is reissued, and it can be printed again.
    Of the code the database keeps a keyed hash by which it is found. One half of both
    keys is outside the database (see `tools.codes`): a copy of it opens nothing.

    Either of a dossier, for its debtor; or of a person who represents a debtor, for
    all dossiers of that debtor in one company.
    """

    _name = "incasso.access"
    _description = "Online Access"
    _order = "id desc"
    _check_company_auto = True

    dossier_id = fields.Many2one(
        help="Empty for a representative: all dossiers of the debtor.",
        comodel_name="incasso.dossier",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, readonly=True
    )
    debtor_id = fields.Many2one(
        comodel_name="res.partner", required=True, index=True, readonly=True
    )
    partner_id = fields.Many2one(
        string="Representative",
        help="Who represents the debtor, and enters with a code of their own and the "
        "postcode and house number of their own.",
        comodel_name="res.partner",
        index="btree_not_null",
        readonly=True,
    )
    version = fields.Integer(
        help="Goes up when the code is reissued: codes and links of before end.",
        default=1,
        required=True,
        readonly=True,
        copy=False,
    )
    code_hash = fields.Char(
        groups=fields.NO_ACCESS, copy=False, readonly=True, prefetch=False
    )
    key_mark = fields.Char(
        help="Tells under which key the code was made.",
        groups=fields.NO_ACCESS,
        copy=False,
        readonly=True,
        prefetch=False,
    )
    issued_at = fields.Datetime(
        default=fields.Datetime.now, required=True, readonly=True, copy=False
    )
    revoked_at = fields.Datetime(readonly=True, copy=False)
    look_ids = fields.One2many(
        string="Looks", comodel_name="incasso.access.look", inverse_name="access_id"
    )

    _code_uniq = models.UniqueIndex("(code_hash)", "This code is taken already.")
    _dossier_uniq = models.UniqueIndex(
        "(dossier_id) WHERE dossier_id IS NOT NULL",
        "This dossier has its access already.",
    )
    _representative_uniq = models.UniqueIndex(
        "(partner_id, debtor_id, company_id) WHERE partner_id IS NOT NULL",
        "This representative has access already.",
    )
    _one_purpose = models.Constraint(
        "CHECK ((dossier_id IS NULL) = (partner_id IS NOT NULL))",
        "Access is to one dossier, or for one representative.",
    )

    # === COMPUTE METHODS === #

    @api.depends("dossier_id.name", "partner_id.name", "debtor_id.name")
    def _compute_display_name(self):
        for access in self:
            access.display_name = access.dossier_id.name or self.env._(
                "%(representative)s for %(debtor)s",
                representative=access.partner_id.name,
                debtor=access.debtor_id.name,
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base` to give each its code."""
        accesses = super().create(vals_list)
        accesses._set_codes()
        return accesses

    # === ACTION METHODS === #

    def action_reissue(self):
        """Give out a new code; the code and the links of before end at once."""
        self._check_may_change()
        self._reissue()

    def action_revoke(self):
        """End the code and the links, and give out no new ones."""
        self._check_may_change()
        self._revoke()

    def _check_may_change(self):
        """:raise AccessError: no handler, or of another company"""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group("incasso_nl.group_handler"):
            raise AccessError(
                self.env._("Handlers decide who gets into a dossier online.")
            )

    # === BUSINESS METHODS - GIVING OUT === #

    @api.model
    def _of_dossiers(self, dossiers):
        """The access of each dossier, made where there was none.

        :return: by dossier id
        :rtype: dict[int, incasso.access]
        """
        # In sudo: whoever writes a letter may not be allowed to make codes; what comes
        # of it goes to the debtor only.
        found = self.sudo().search([("dossier_id", "in", dossiers.ids)])
        missing = dossiers - found.dossier_id
        found += found.create(
            [
                {
                    "dossier_id": dossier.id,
                    "company_id": dossier.company_id.id,
                    "debtor_id": dossier.debtor_id.id,
                }
                for dossier in missing
            ]
        )
        return {access.dossier_id.id: access for access in found}

    @api.model
    def _of_representative(self, partner, debtor, company):
        """The access of somebody who represents a debtor; revoked access is given
        again under a new code.

        :param partner: who represents; needs an address with postcode and number
        :param debtor: who is represented
        :param company: whose dossiers
        :rtype: incasso.access
        """
        access = self.sudo().search(
            [
                ("partner_id", "=", partner.id),
                ("debtor_id", "=", debtor.id),
                ("company_id", "=", company.id),
            ]
        )
        if not access:
            return access.create(
                {
                    "partner_id": partner.id,
                    "debtor_id": debtor.id,
                    "company_id": company.id,
                }
            )
        if access.revoked_at:
            access._reissue()
        return access

    def _code(self):
        """The code as it is printed in a letter: ``ABCD 2345``.

        :raise UserError: the access was revoked
        """
        self.ensure_one()
        if self.revoked_at:
            raise UserError(self.env._("Online access was revoked: reissue it first."))
        # In sudo: the mark is for nobody to see.
        if self.sudo().key_mark != self._key_mark():
            # The database moved to another server, or the secret was replaced.
            self._reissue()
        return spaced(self._make_code(self.version))

    def _url(self):
        """The address to type or to scan, with the code in it."""
        self.ensure_one()
        return f"{self.get_base_url()}/incasso/{self._code().replace(' ', '')}"

    def _link(self):
        """An address for an e-mail: opens the dossier without a code, for a while."""
        self.ensure_one()
        self._code()
        token = hash_sign(
            # In sudo: to read the key.
            self.sudo().env,
            self._link_scope(),
            [self.id, self.version, fields.Date.today().isoformat()],
            expiration_hours=24 * self.company_id.incasso_link_days,
        )
        return f"{self.get_base_url()}/incasso/link/{token}"

    def _revoke(self):
        """End codes and links. Whoever calls this has looked at the rights."""
        # In sudo: nobody writes these by hand.
        self.sudo().filtered(lambda access: not access.revoked_at).write(
            {"revoked_at": fields.Datetime.now()}
        )
        self._log(self.env._("Online access revoked."))

    def _reissue(self):
        """Make new codes. Whoever calls this has looked at the rights."""
        # In sudo: nobody writes these by hand.
        for access in self.sudo():
            access.write(
                {
                    "version": access.version + 1,
                    "revoked_at": False,
                    "issued_at": fields.Datetime.now(),
                }
            )
        self.sudo()._set_codes()
        self._log(self.env._("A new code for online access was made."))

    def _set_codes(self):
        """Note the hash of the code of each; two that come out the same are parted."""
        mark = self._key_mark()
        hashes = {access: access._code_hash() for access in self}
        taken = set(
            self.search(
                [("code_hash", "in", list(hashes.values())), ("id", "not in", self.ids)]
            ).mapped("code_hash")
        )
        for access, code_hash in hashes.items():
            while code_hash in taken:
                access.version += 1
                code_hash = access._code_hash()
            taken.add(code_hash)
            access.write({"code_hash": code_hash, "key_mark": mark})

    def _code_hash(self):
        return hash_code(self._key("lookup"), self._make_code(self.version))

    def _make_code(self, version):
        return make_code(self._key("code"), f"{self.id}:{version}")

    @api.model
    def _key(self, purpose):
        # In sudo: the key is for nobody to see, and does not leave this model.
        parameters = self.env["ir.config_parameter"].sudo()
        return derive_key(
            parameters.get_param("database.secret"), f"incasso.access:{purpose}"
        )

    @api.model
    def _key_mark(self):
        return self._key("mark").hex()[:16]

    @api.model
    def _link_scope(self):
        return f"incasso.access:{self._key('link').hex()}"

    def _log(self, summary):
        for access in self.filtered("dossier_id"):
            access.dossier_id._log("note", summary)

    # === BUSINESS METHODS - GETTING IN === #

    @api.model
    def _enter(self, code, answers, address):
        """Try to get in with a code and a second fact.

        The same is done for a wrong code as for a wrong answer: counting, looking for
        the code, and comparing all the answers.

        :param str code: as `tools.codes.normal_code` gives it
        :param dict answers: ``postcode``, ``number`` and ``birth_date`` as typed
        :param str address: IP address of the visitor
        :rtype: Entry
        """
        code_hash = hash_code(self._key("lookup"), code)
        return self._try(
            SQL("access.code_hash = %s", code_hash),
            f"code {code_hash}",
            answers,
            address,
        )

    def _confirm(self, answers, address):
        """Whether whoever came by a link, or asks for more than one dossier, knows the
        second fact; counted as with a code.

        :rtype: Entry
        """
        self.ensure_one()
        nothing = dict.fromkeys(("postcode", "number", "birth_date"), "")
        return self._try(
            SQL("access.id = %s", self.id),
            f"link {self.id}",
            {**nothing, **answers},
            address,
        )

    @api.model
    def _try(self, condition, key, answers, address):
        limits = {
            key: MOST_TRIES_CODE,
            self._address_key(address): MOST_TRIES_ADDRESS,
        }
        ids, locked_until = self.env["incasso.access.try"]._reserve(limits)
        if locked_until:
            return Entry(self.browse(), locked_until)
        access_id, person = self._person(condition)
        if not person.knows(**answers):
            return Entry(self.browse())
        self.env["incasso.access.try"]._forget(ids, key)
        return Entry(self.browse(access_id))

    @api.model
    def _person(self, condition):
        """The access that is meant and what its person must know, in one query; nobody
        if there is none."""
        self.flush_model()
        self.env["res.partner"].flush_model(
            ["zip", "street", "street2", "incasso_birth_date"]
        )
        self.env.cr.execute(
            SQL(
                """
                SELECT access.id, person.zip, person.street, person.street2,
                       person.incasso_birth_date
                  FROM incasso_access access
                  JOIN res_partner person
                    ON person.id = COALESCE(access.partner_id, access.debtor_id)
                 WHERE access.revoked_at IS NULL AND %s
                """,
                condition,
            )
        )
        row = self.env.cr.fetchone()
        access_id, postcode, street, street2, born = row or (None,) * 5
        return access_id, Person(
            normal_postcode(postcode or ""),
            frozenset(house_numbers(street, street2)),
            born.isoformat() if born else "",
        )

    @api.model
    def _read_link(self, token):
        """The access that a link in an e-mail is for.

        :param str token: as `_link` made it
        :return: the access, and whether the link is so fresh that it opens the dossier
            by itself; an empty access for a link that is altered, expired or withdrawn
        :rtype: tuple[incasso.access, bool]
        """
        nothing = self.browse(), False
        try:
            # In sudo: to read the key.
            values = verify_hash_signed(self.sudo().env, self._link_scope(), token)
        except ValueError:
            # No token at all: cut off by an e-mail program, or made up.
            return nothing
        if not values:
            return nothing
        access_id, version, made_on = values
        access = self.browse(access_id).exists()
        if not access or access.version != version or access.revoked_at:
            return nothing
        age = fields.Date.today() - fields.Date.to_date(made_on)
        return access, age < timedelta(days=access.company_id.incasso_link_sure_days)

    @api.model
    def _valid(self, versions, dossier_id, wide=()):
        """Which of the accesses that a session holds opens a dossier now.

        :param dict[int, int] versions: by access id, as they were when proven
        :param wide: ids of those that open all dossiers of their debtor in the company
        :return: the access, and the id of the partner whose it is
        :rtype: tuple[incasso.access, int | None]
        """
        if not versions:
            return self.browse(), None
        self.flush_model()
        self.env.cr.execute(
            """
            SELECT access.id, COALESCE(access.partner_id, access.debtor_id)
              FROM incasso_access access
              JOIN incasso_dossier dossier ON dossier.id = %s
              JOIN unnest(%s, %s) AS proven (id, version)
                ON proven.id = access.id AND proven.version = access.version
             WHERE access.revoked_at IS NULL
               AND (
                   access.dossier_id = dossier.id
                   OR (
                       (access.dossier_id IS NULL OR access.id = ANY(%s))
                       AND access.debtor_id = dossier.debtor_id
                       AND access.company_id = dossier.company_id
                   )
               )
             ORDER BY access.dossier_id = dossier.id DESC NULLS LAST
             LIMIT 1
            """,
            [dossier_id, list(versions), list(versions.values()), list(wide)],
        )
        access_id, partner_id = self.env.cr.fetchone() or (None, None)
        return self.browse(access_id), partner_id

    def _dossiers(self, wide=()):
        """The dossiers that these accesses open, the newest first.

        :param wide: ids, as for `_valid`
        """
        dossiers = self.env["incasso.dossier"]
        found = self.dossier_id
        for access in self:
            if access.dossier_id and access.id not in wide:
                continue
            found |= dossiers.search(
                [
                    ("debtor_id", "=", access.debtor_id.id),
                    ("company_id", "=", access.company_id.id),
                ]
            )
        return found.sorted("id", reverse=True)

    @api.model
    def _address_key(self, address):
        network = self._network(address, 32, 64)
        digest = hashlib.sha256(self._key("address") + network.encode())
        return f"address {digest.hexdigest()}"

    @api.model
    def _network(self, address, bits4=24, bits6=48):
        """An IP address without the part that tells one visitor from the neighbours;
        whoever has an IPv6 address has billions of them."""
        try:
            found = ipaddress.ip_address(address or "")
        except ValueError:
            return "unknown"
        bits = bits4 if found.version == 4 else bits6
        return str(ipaddress.ip_network(f"{found}/{bits}", strict=False))
