import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..models.incasso_template import ELEMENT_TEXTS
from ..models.incasso_template_text import BLOCKS, MERGE_FIELDS
from ..report.letter_check import ELEMENTS, check_letter, threats
from ..report.letter_pdf import print_letter
from ..report.letter_sample import sample_letter, with_vat
from ..report.letter_values import merge_values
from ..report.texts import LABELS, LANGUAGES
from .common_messages import TODAY, MessageCommon


class TemplateCommon(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tables = cls.env["incasso.law"]._cost_tables()

    def _sample(self, kind, lang="nl", debtor_type="consumer"):
        return sample_letter(
            kind, lang, debtor_type, TODAY, self.tables, third_party=True
        )

    def _defects(self, text, letter):
        defects = text._print(letter)[1] + text._write_email(letter)[1]
        return [defect.element for defect in defects]


@tagged("post_install", "-at_install")
class TestShipped(TemplateCommon):
    def test_complete(self):
        """Every shipped template passes its own check, in both languages."""
        templates = self.env["incasso.template"].search([])
        self.assertGreaterEqual(len(templates), 13)
        for template in templates:
            with self.subTest(template.name):
                self.assertEqual(template.state, "active")
                self.assertEqual(set(template.text_ids.mapped("lang")), {"nl", "en"})
                template._check_complete()

    def test_merge_fields_documented(self):
        values = merge_values(self._sample("reminder"))
        self.assertEqual(set(values), set(MERGE_FIELDS))
        used = {
            name
            for text in self.env["incasso.template.text"].search([])
            for source in (text.body, text.email_body)
            for name in re.findall(r't-out="(\w+)"', source)
        }
        self.assertLessEqual(used, {*MERGE_FIELDS, *BLOCKS})
        text = self.reminder._text("nl")
        for name in MERGE_FIELDS:
            self.assertIn(f"<code>{name}</code>", text.merge_help)

    def test_both_languages(self):
        for name, words in LABELS.items():
            self.assertEqual(set(words), set(LANGUAGES), name)
            fields = [set(re.findall(r"{(\w+)}", text)) for text in words.values()]
            self.assertEqual(fields[0], fields[1], name)

    def test_elements_described(self):
        self.assertLessEqual(set(ELEMENTS), set(ELEMENT_TEXTS))


@tagged("post_install", "-at_install")
class TestCheck(TemplateCommon):
    """Takes each compulsory element away in turn: the check has to miss it."""

    def _without(self, template, *removed, replaced=()):
        """A copy of a shipped text without some of its parts."""
        text = self.env.ref(f"incasso_nl.{template}").copy()._text("nl")
        body = text.body
        for part in removed:
            body, count = re.subn(part, "", body, flags=re.DOTALL)
            self.assertTrue(count, f"{part} is not in the text")
        for old, new in replaced:
            body, count = re.subn(old, new, body, flags=re.DOTALL)
            self.assertTrue(count, f"{old} is not in the text")
        text.body = body
        return text

    def _block(self, name):
        return rf'<t t-out="{name}"\s*/>'

    def test_each_block(self):
        """What goes missing with each block of a demand, and nothing else."""
        letter = self._sample("demand")
        for block, expected in {
            "payment_block": {"payment"},
            "objection_block": {"objection"},
            "help_block": {"help"},
            "complaint_block": {"complaints"},
            "parties_block": {"creditor"},
            "specification_block": {"origin", "invoices", "dates", "principal"},
            "explanation_block": {"interest", "explanation"},
        }.items():
            with self.subTest(block):
                text = self._without("template_demand", self._block(block))
                found = set(self._defects(text, letter))
                self.assertLessEqual(found, expected)
                self.assertTrue(found)

    def test_amount_under_no_name(self):
        """Principal, interest, costs and total have to be named."""
        text = self._without(
            "template_demand",
            self._block("amounts_block"),
            self._block("specification_block"),
            r"<p t-if=\"has_costs\">.*?</p>",
        )
        found = set(self._defects(text, self._sample("demand")))
        self.assertLessEqual({"principal", "total", "origin", "dates"}, found)

    def test_wrong_facts(self):
        """A letter that was laid out for other facts fails on each of them."""
        text = self.demand._text("nl")
        letter = self._sample("demand")
        printed = print_letter(text._render_letter(letter))
        values = self.env["incasso.law"]._legal_values()
        self.assertEqual(check_letter(letter, printed, values), [])
        first = letter.claims[0]
        for element, other in {
            "recipient": replace(
                letter, recipient=replace(letter.debtor, name="A. B.")
            ),
            "debtor": replace(letter, debtor=replace(letter.debtor, name="Piet Smit")),
            "creditor": replace(
                letter, creditor=replace(letter.creditor, phone="020 000 0000")
            ),
            "collector": replace(
                letter, collector=replace(letter.collector, email="x@y.example")
            ),
            "registration": replace(letter, registration="2025.99999"),
            "origin": self._with_claim(letter, description="Iets anders"),
            "invoices": self._with_claim(letter, name="F9999"),
            "dates": self._with_claim(letter, due_date="2024-02-29"),
            "principal": replace(letter, principal=letter.principal + 1),
            "interest": replace(letter, interest=letter.interest + 1),
            "costs": replace(letter, costs=letter.costs + 1),
            "total": replace(letter, total=letter.total + 1),
            "explanation": replace(
                letter,
                costs_explained=[[{**letter.costs_explained[0][0], "amount": "1.11"}]],
            ),
            "payment": replace(
                letter, account=replace(letter.account, holder="Iemand Anders")
            ),
            "term": replace(letter, deadline=TODAY + timedelta(days=99)),
            "vat_declaration": replace(letter, costs_vat=Decimal("1.23")),
        }.items():
            with self.subTest(element):
                found = [d.element for d in check_letter(other, printed, values)]
                self.assertIn(element, found)
        self.assertTrue(first["description"])

    def _with_claim(self, letter, **values):
        return replace(
            letter, claims=[{**letter.claims[0], **values}, *letter.claims[1:]]
        )

    def test_interest_periods(self):
        """Percentages and periods are asked for, not just the amount."""
        letter = self._sample("demand")
        text = self._without("template_demand", self._block("explanation_block"))
        defects = text._print(letter)[1]
        detail = next(d.detail for d in defects if d.element == "interest")
        self.assertIn("4%", detail)

    def test_notice_terms(self):
        """The wordings that the Supreme Court refused (ECLI:NL:HR:2016:2704)."""
        letter = self._sample("notice")
        term = r"<strong>binnen\s+<t t-out=\"term_days_words\"\s*/>.*?</strong>"
        for wording in (
            "binnen 14 dagen na heden",
            "binnen veertien dagen na dagtekening van deze brief",
            "binnen 14 dagen na bezorging van deze brief",
            "binnen veertien dagen na verzending van deze brief",
            "uiterlijk op 2 december 2026",
            "binnen tien dagen nadat deze brief bij u is bezorgd",
            "zo snel mogelijk",
        ):
            with self.subTest(wording):
                text = self._without("template_notice", replaced=[(term, wording)])
                self.assertIn("term", self._defects(text, letter))
        for wording, days in (
            ("binnen vijftien dagen nadat deze brief bij u is bezorgd", 15),
            (
                "binnen veertien dagen vanaf de dag nadat deze brief bij u is bezorgd",
                14,
            ),
            ("binnen eenentwintig dagen nadat deze brief bij u is bezorgd", 21),
        ):
            with self.subTest(wording):
                text = self._without("template_notice", replaced=[(term, wording)])
                fitting = replace(letter, term_days=days)
                self.assertEqual(self._defects(text, fitting), [])

    def test_notice_says_another_number(self):
        """The term in the letter is the one that is reckoned with."""
        letter = replace(self._sample("notice"), term_days=21)
        term = r"<t t-out=\"term_days_words\"\s*/>"
        text = self._without("template_notice", replaced=[(term, "vijftien")])
        self.assertIn("term", self._defects(text, letter))

    def test_notice_with_two_terms(self):
        """A second term in the letter confuses, and costs the creditor the fee."""
        text = self._without(
            "template_notice",
            replaced=[
                (
                    "Dan betaalt u geen incassokosten",
                    "Betaal uiterlijk op 2 december 2026. Dan betaalt u geen kosten",
                )
            ],
        )
        self.assertIn("term", self._defects(text, self._sample("notice")))

    def test_notice_amount(self):
        """The exact amount of the costs, beside the words (B-57)."""
        letter = self._sample("notice")
        costs = r"<strong t-out=\"announced_costs\"\s*/>"
        for other in ("maximaal 15%", "€ 40,00", ""):
            with self.subTest(other):
                text = self._without("template_notice", replaced=[(costs, other)])
                self.assertIn("announced_costs", self._defects(text, letter))
        text = self.notice._text("nl")
        announced = replace(letter.announced, amount=letter.announced.amount + 1)
        printed = print_letter(text._render_letter(letter))
        values = self.env["incasso.law"]._legal_values()
        found = check_letter(replace(letter, announced=announced), printed, values)
        self.assertIn("announced_costs", [defect.element for defect in found])

    def test_notice_vat(self):
        letter = with_vat(self._sample("notice"), self.tables)
        self.assertEqual(self._defects(self.notice._text("nl"), letter), [])
        declaration = r"<p t-if=\"has_announced_vat\" t-out=\"vat_text\"\s*/>"
        text = self._without("template_notice", declaration)
        self.assertIn("vat_declaration", self._defects(text, letter))

    def test_consequence(self):
        text = self._without(
            "template_notice",
            replaced=[
                ("Betaalt u niet of niet alles binnen deze termijn\\? Dan", "Straks")
            ],
        )
        self.assertIn("consequence", self._defects(text, self._sample("notice")))

    def test_hidden_ways(self):
        """Mentioned is not said: what nobody can read does not count."""
        letter = self._sample("reminder")
        body = self.reminder._text("nl").body
        block = '<t t-out="help_block" />'
        self.assertIn(block, body)
        for hidden in (
            f"<!-- {block} Geldfit 0800-8115 gemeente -->",
            f'<t t-if="not salutation">{block}</t>',
        ):
            with self.subTest(hidden):
                text = self.reminder.copy()._text("nl")
                text.body = body.replace(block, hidden)
                self.assertIn("help", self._defects(text, letter))
        for forbidden in (
            f'<div style="display: none">{block}</div>',
            f'<div class="d-none">{block}</div>',
            f"<style>p {{ color: white }}</style>{block}",
        ):
            with self.subTest(forbidden), self.assertRaises(ValidationError):
                text.body = body.replace(block, forbidden)

    def test_threats(self):
        letter = self._sample("final_demand")
        text = self.env.ref("incasso_nl.template_final_demand").copy()._text("nl")
        body = text.body
        for words in (
            "Anders komt de deurwaarder langs.",
            "Wij leggen beslag op uw loon.",
            "U krijgt een BKR-registratie.",
            "Wij gaan naar de kantonrechter.",
            "We will take legal action.",
        ):
            with self.subTest(words):
                text.body = f"{body}<p>{words}</p>"
                self.assertIn("threat", self._defects(text, letter))
        text.body = body
        text.email_body = f"{text.email_body}<p>De deurwaarder wacht.</p>"
        self.assertIn("threat", self._defects(text, letter))

    def test_no_threat_in_a_name(self):
        """A creditor may be called anything, and amounts are explained by articles."""
        letter = self._sample("final_demand")
        name = "Gerechtsdeurwaarders Rechter & Beslag B.V."
        letter = replace(letter, creditor=replace(letter.creditor, name=name))
        text = self.env.ref("incasso_nl.template_final_demand")._text("nl")
        self.assertEqual(self._defects(text, letter), [])
        self.assertEqual(threats("Zie ECLI:NL:HR:2016:2704 (art. 242 Rv)."), set())

    def test_activation(self):
        """An incomplete template is not activated, nor made incomplete when active."""
        template = self.notice.copy()
        self.assertEqual(template.state, "draft")
        text = template._text("nl")
        text.body = re.sub(self._block("complaint_block"), "", text.body)
        with self.assertRaisesRegex(UserError, "how to complain") as caught:
            template.action_activate()
        self.assertIn("Put complaint_block in the text", caught.exception.args[0])
        active = self.notice._text("nl")
        with self.assertRaisesRegex(UserError, "how to complain"):
            active.body = text.body
        template.text_ids.filtered(lambda t: t.lang == "nl").unlink()
        with self.assertRaisesRegex(UserError, "no text in Dutch"):
            template.action_activate()
        with self.assertRaisesRegex(UserError, "no text in Dutch"):
            self.env["incasso.template"].create(
                {"name": "x", "kind": "notice", "state": "active"}
            )

    def test_sending_is_refused_too(self):
        """Past the check at activation there is the one at each letter."""
        text = self.reminder._text("nl")
        text.with_context(install_mode=True).body = re.sub(
            self._block("help_block"), "", text.body
        )
        message = self._queue(self._dossier(), self.reminder)
        message._render()
        self.assertEqual(message.state, "failed")
        self.assertIn("Geldfit", message.failure)
        self.assertIn("Put help_block in the text", message.failure)

    def test_notice_for_consumers_only(self):
        with self.assertRaisesRegex(ValidationError, "6:96 lid 4"):
            self.notice.debtor_type = "business"


@tagged("post_install", "-at_install")
class TestSandbox(TemplateCommon):
    """A text is filled in, never run."""

    def test_expressions(self):
        text = self.reminder.copy()._text("nl")
        for expression in (
            "env['res.users'].search([])",
            "salutation.__class__",
            "(lambda: 1)()",
            "[x for x in (1, 2)]",
            "salutation[0]",
            "request",
            "unknown_field",
            "1 +",
            "''.join(['a'])",
        ):
            with self.subTest(expression), self.assertRaises(ValidationError):
                text.body = f'<p><t t-out="{expression}"/></p>'
            with self.subTest(expression), self.assertRaises(ValidationError):
                text.email_body = f'<p t-if="{expression}">x</p>'

    def test_directives_and_tags(self):
        text = self.reminder.copy()._text("nl")
        for source in (
            '<t t-call="web.layout"/>',
            '<t t-field="user.name"/>',
            '<t t-set="x" t-value="1"/>',
            '<t t-foreach="several" t-as="x"/>',
            '<t t-raw="salutation"/>',
            '<p t-att-style="salutation"/>',
            '<p onclick="alert()"/>',
            '<img src="http://example.com/x.png"/>',
            '<a href="https://example.com">x</a>',
            "<script>alert()</script>",
            "<p>not closed",
            '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x;</p>',
        ):
            with self.subTest(source), self.assertRaises(ValidationError):
                text.body = source
        with self.assertRaises(ValidationError):
            text.subject = "{{ password }}"

    def test_conditions(self):
        text = self.reminder.copy()._text("nl")
        text.email_body = (
            '<p><t t-if="several and not consumer">A</t>'
            '<t t-elif="invoice_count == 3">B</t><t t-else="">C</t></p>'
        )
        self.assertIn("<p>B</p>", text._render_email(self._sample("reminder")))

    def test_compiled_once(self):
        """A text is compiled for its first letter, and anew when it changes."""
        text = self.reminder.copy()._text("nl")
        text.body = '<p t-if="several">Meer <t t-out="debtor_name"/></p>'
        compiled = []
        original = type(self.env["ir.qweb"])._generate_code

        def generate(qweb, template):
            if not isinstance(template, int | str):
                compiled.append(template)
            return original(qweb, template)

        self.patch(type(self.env["ir.qweb"]), "_generate_code", generate)
        letter = self._sample("reminder")
        other = replace(letter, debtor=replace(letter.debtor, name="Piet Smit"))
        self.assertIn("<p>Meer Jan de Vries</p>", text._render_letter(letter))
        self.assertIn("<p>Meer Piet Smit</p>", text._render_letter(other))
        self.assertEqual(len(compiled), 1)
        text.body = '<p>Anders <t t-out="debtor_name"/></p>'
        self.assertIn("<p>Anders Jan de Vries</p>", text._render_letter(letter))
        self.assertEqual(len(compiled), 2)

    def test_only_managers(self):
        text = self.reminder._text("nl")
        for user in (self.handler, self.team_lead, self.finance, self.auditor):
            with self.assertRaises(AccessError):
                text.with_user(user).subject = "x"
        text.with_user(self.manager).subject = "Herinnering voor {{ debtor_name }}"
        self.assertEqual(
            text._render_subject(self._sample("reminder")),
            "Herinnering voor Jan de Vries",
        )

    def test_preview(self):
        """The preview follows the text, on a made-up case and on a dossier."""
        dossier = self._dossier()
        text = self.reminder.copy()._text("nl")
        self.assertIn("Warmhart", text.preview_letter)
        text.preview_dossier_id = dossier
        self.assertIn(dossier.name, text.preview_letter)
        self.assertIn("Jan de Vries", text.preview_email)
        self.assertEqual(text.action_check()["params"]["type"], "success")
        text.body = "<p>Betaal nu.</p>"
        self.assertIn("Betaal nu.", text.preview_letter)
        with self.assertRaisesRegex(UserError, "how to pay"):
            text.action_check()
