from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import IncassoCommon


@tagged("post_install", "-at_install")
class TestPartner(IncassoCommon):
    # === DEBTOR TYPE === #

    def test_debtor_type_is_proposed_from_what_is_known(self):
        for values, debtor_type, natural_person in (
            ({"name": "Anna Bakker"}, "consumer", True),
            ({"name": "Bakker B.V.", "is_company": True}, "business", False),
            ({"name": "Bakker NV", "is_company": True}, "business", False),
            ({"name": "Stichting Brood", "is_company": True}, "business", False),
            ({"name": "Bakkerij Bakker V.O.F.", "is_company": True}, "business", True),
            ({"name": "Maatschap Bakker", "is_company": True}, "business", True),
            # Nothing is known of the legal form: the rules for people apply.
            ({"name": "Bakkerij Bakker", "is_company": True}, "business", True),
            # A person with a number in the trade register is a sole trader.
            ({"name": "Anna", "company_registry": "12345678"}, "business", True),
            # btw-id of a sole trader: check by modulus 97.
            (
                {"name": "Bakkerij", "is_company": True, "vat": "NL000099998B57"},
                "business",
                True,
            ),
            # VAT number of a legal person: its RSIN 8204.71.616 passes modulus 11.
            (
                {"name": "Bakkerij", "is_company": True, "vat": "NL820471616B01"},
                "business",
                False,
            ),
            ({"name": "Gemeente Utrecht", "is_company": True}, "government", False),
            (
                {"name": "Waterschap Rivierenland", "is_company": True},
                "government",
                False,
            ),
            # Known to government by its OIN of twenty digits.
            (
                {
                    "name": "Dienst X",
                    "is_company": True,
                    "company_registry": "00000001003214345000",
                },
                "government",
                False,
            ),
            # A word in a name is not enough where the rest says otherwise.
            ({"name": "Piet van der Gemeente"}, "consumer", True),
        ):
            partner = self._partner(**values)
            with self.subTest(**values):
                self.assertEqual(partner.incasso_debtor_type, debtor_type)
                self.assertEqual(partner.incasso_natural_person, natural_person)

    def test_what_a_user_chose_survives(self):
        partner = self._partner(
            "Zorginstelling", is_company=True, email="info@linde.example"
        )
        partner.write({"incasso_debtor_type": "government", "incasso_channel": "post"})
        partner.write(
            {
                "name": "Zorginstelling De Linde",
                "company_registry": "12345678",
                "email": "administratie@linde.example",
            }
        )
        self.assertEqual(partner.incasso_debtor_type, "government")
        self.assertEqual(partner.incasso_channel, "post")

    def test_proposals_are_followed_until_somebody_chooses(self):
        partner = self._partner("Bakkerij De Linde")
        self.assertEqual(partner.incasso_debtor_type, "consumer")
        partner.is_company = True
        self.assertEqual(partner.incasso_debtor_type, "business")
        self.assertTrue(partner.incasso_natural_person)
        partner.name = "Bakkerij De Linde B.V."
        self.assertFalse(partner.incasso_natural_person)
        partner.incasso_natural_person = True
        partner.vat = "NL820471616B01"
        self.assertTrue(partner.incasso_natural_person)
        self.assertEqual(partner.incasso_channel, "post")
        partner.email = "info@linde.example"
        self.assertEqual(partner.incasso_channel, "email")

    def test_form_proposes_while_typing(self):
        form = Form(self.env["res.partner"].with_user(self.manager))
        form.name = "Gemeente Zeist"
        form.company_type = "company"
        self.assertEqual(form.incasso_debtor_type, "government")
        form.name = "Zeist Bouw B.V."
        self.assertEqual(form.incasso_debtor_type, "business")
        self.assertFalse(form.incasso_natural_person)

    def test_contacts_are_what_their_company_is(self):
        contact = self._partner("Piet", parent_id=self.business.id)
        self.assertEqual(contact.incasso_debtor_type, "business")
        self.business.incasso_debtor_type = "government"
        self.assertEqual(contact.incasso_debtor_type, "government")

    # === NUMBERS === #

    def test_kvk_number_has_eight_digits(self):
        self.business.company_registry = "12 34.56 78"
        self.assertEqual(self.business.company_registry, "12345678")
        for wrong in ("1234567", "123456789", "KVK1", "١٢٣٤٥٦٧٨"):
            with (
                self.assertRaisesRegex(ValidationError, "8 digits"),
                self.cr.savepoint(),
            ):
                self.business.company_registry = wrong
        # Other countries have other registers.
        self.business.write(
            {"country_id": self.env.ref("base.de").id, "company_registry": "HRB 1234"}
        )

    def test_vat_number_is_checked(self):
        with self.assertRaises(ValidationError):
            self.business.vat = "NL123456789B01"
        self.business.vat = "NL820471616B01"

    def test_birth_date_is_of_a_living_person(self):
        with self.assertRaisesRegex(ValidationError, "birth date"), self.cr.savepoint():
            self.consumer.incasso_birth_date = "1800-01-01"
        with self.assertRaisesRegex(ValidationError, "birth date"), self.cr.savepoint():
            self.consumer.incasso_birth_date = "2999-01-01"
        self.consumer.incasso_birth_date = "1980-02-29"

    # === HOW TO REACH === #

    def test_channel_is_proposed(self):
        self.assertEqual(self.consumer.incasso_channel, "email")
        self.consumer.email = False
        self.assertEqual(self.consumer.incasso_channel, "post")

    def test_phone_is_kept_in_e164(self):
        self.consumer.phone = "06 1234 5678"
        self.assertEqual(self.consumer.phone_sanitized, "+31612345678")

    def test_problems_say_what_to_do(self):
        self.assertFalse(self.consumer.incasso_problems)
        self.consumer.write(
            {"zip": "123", "email": "jan@", "phone": "12", "street": "Dorpsstraat 1"}
        )
        problems = self.consumer.incasso_problems
        self.assertIn("123 is not a Dutch postcode: write it like 1234 AB", problems)
        self.assertIn("jan@ is not an e-mail address", problems)
        self.assertIn("12 is not a phone number", problems)
        self.consumer.street = "<b>"
        self.consumer.city = False
        self.assertIn(
            "Fill in street, postcode and town", self.consumer.incasso_problems
        )

    def test_problems_are_text_not_markup(self):
        self.consumer.email = "<script>alert(1)</script>"
        self.assertNotIn("<script>", self.consumer.incasso_problems)

    def test_unreachable_is_cleared_by_a_new_address(self):
        self.consumer.write(
            {"incasso_post_unreachable": True, "incasso_email_unreachable": True}
        )
        # Saving the same address again is no news.
        self.consumer.write({"street": self.consumer.street, "city": "Voorbeeld"})
        self.assertTrue(self.consumer.incasso_post_unreachable)
        self.consumer.street = "Nieuwstraat 1"
        self.assertFalse(self.consumer.incasso_post_unreachable)
        self.assertTrue(self.consumer.incasso_email_unreachable)
        self.consumer.email = "nieuw@debiteur.example"
        self.assertFalse(self.consumer.incasso_email_unreachable)

    def test_a_new_address_ends_the_wait_for_it(self):
        dossier = self._dossier()
        holds = self.env["incasso.hold"].create(
            [
                {"dossier_id": dossier.id, "kind": kind}
                for kind in ("address_unknown", "dispute")
            ]
        )
        self.consumer.comment = "Heeft gebeld"
        self.assertEqual(holds.mapped("state"), ["active", "active"])
        clerk = self._new_user("clerk", "base.group_user,base.group_partner_manager")
        self.consumer.with_user(clerk).street = "Nieuwstraat 1"
        self.assertEqual(holds.mapped("state"), ["ended", "active"])

    def test_debtor_keeps_a_valid_phone_number(self):
        self._dossier()
        with (
            self.assertRaisesRegex(ValidationError, "not a phone number"),
            self.cr.savepoint(),
        ):
            self.consumer.phone = "12"
        # Others may have whatever is written beside their name.
        self.creditor.phone = "12"

    def test_dossiers_and_balance_of_a_debtor_and_its_contacts(self):
        contact = self._partner("Piet", parent_id=self.business.id)
        self._dossier(debtor=self.business, claims=[(100, "2026-03-31")])
        self._dossier(
            debtor=contact,
            claims=[(50, "2026-03-31"), (25.5, "2026-04-30")],
            flow_id=False,
        )
        partners = (self.business + contact).with_user(self.handler)
        self.assertEqual(partners.mapped("incasso_dossier_count"), [2, 1])
        self.assertEqual(partners.mapped("incasso_balance"), [175.5, 75.5])
        action = partners[0].action_incasso_dossiers()
        found = self.env["incasso.dossier"].search(action["domain"])
        self.assertEqual(found.debtor_id, self.business + contact)

    # === CREDITOR === #

    def test_terms_in_force_on_a_day(self):
        terms = self.env["incasso.creditor.terms"]
        vals = {"partner_id": self.creditor.id}
        first = terms.create({**vals, "version": "1", "valid_from": "2020-01-01"})
        second = terms.create({**vals, "version": "2", "valid_from": "2025-07-01"})
        for day, expected in (
            ("2019-12-31", terms),
            ("2020-01-01", first),
            ("2025-06-30", first),
            ("2025-07-01", second),
        ):
            day = terms._fields["valid_from"].to_date(day)
            self.assertEqual(self.creditor._incasso_terms_on(day), expected)

    def test_terms_are_percentages(self):
        for field_name in ("cost_percentage", "interest_percentage"):
            with (
                self.assertRaisesRegex(ValidationError, "from 0 to 100"),
                self.cr.savepoint(),
            ):
                self.env["incasso.creditor.terms"].create(
                    {
                        "partner_id": self.creditor.id,
                        "version": "x",
                        "valid_from": "2020-01-01",
                        field_name: 101,
                    }
                )
