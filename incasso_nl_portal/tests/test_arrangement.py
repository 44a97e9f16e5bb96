import re
from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestArrangement(PortalCommon):
    """Paying in instalments and promising a day, and every way around the rules.

    A debt of 600.00 of a consumer without interest. Rules: at most 12 months, 25.00 at
    the least, the first within 30 days.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.dossier = cls._owing(cls.consumer)
        cls.url = f"/incasso/dossier/{cls.dossier.id}/arrangement"
        cls.other_dossier = cls._owing(cls.stranger)

    @classmethod
    def _owing(cls, debtor):
        due = cls.today - timedelta(days=15)
        dossier = cls._dossier(debtor=debtor, claims=[(600.0, due)])
        dossier.claim_ids.interest_kind = "none"
        return dossier

    def setUp(self):
        super().setUp()
        self._visit(self.dossier)
        self.first = self.today + timedelta(days=14)

    def _terms(self, **changes):
        return {
            "by": "amount",
            "amount": "100",
            "number": "",
            "period": "month",
            "first_date": self.first.isoformat(),
            "step": "preview",
            **changes,
        }

    def _agree(self, **changes):
        terms = {"step": "agree", "total": "600.00", **changes}
        return self._send(self.url, self._terms(**terms))

    def _asking(self, **changes):
        """Terms that are too little, with a budget."""
        return self._terms(
            **{
                "amount": "10",
                "step": "ask",
                "income": "1450",
                "housing": "700",
                "care": "180",
                "debts": "0",
                "household": "2",
                **changes,
            }
        )

    def _amounts(self, page):
        """The amounts in the table of instalments, their sum last."""
        cells = re.findall(r'<td class="figure">([^<]*)</td>', page.text)
        return [re.search(r"[\d,.]+", cell)[0] for cell in cells]

    # === IN INSTALMENTS === #

    def test_preview_then_agree(self):
        page = self._send(self.url, self._terms())
        self.assertEqual(page.status_code, 200)
        # 600.00 / 100.00
        self.assertEqual(self._amounts(page), ["100.00"] * 6 + ["600.00"])
        self.assertIn("6:44", page.text)
        self.assertFalse(self.dossier.arrangement_ids, "looking agrees to nothing")
        page = self._agree()
        self.assertEqual(page.status_code, 303)
        arrangement = self.dossier.arrangement_id
        self.assertEqual((arrangement.stage, arrangement.source), ("active", "portal"))
        self.assertEqual(arrangement.instalment_ids.mapped("amount"), [100.0] * 6)
        self.assertEqual(arrangement.instalment_ids[0].date, self.first)
        page = self.url_open(f"/incasso/dossier/{self.dossier.id}")
        self.assertIn("You pay in instalments", page.text)
        self.assertIn("confirmation", page.text, "what was done is said")

    def test_by_number(self):
        self._agree(by="number", amount="", number="3")
        self.assertEqual(
            self.dossier.arrangement_id.instalment_ids.mapped("amount"), [200.0] * 3
        )

    def test_outside_the_rules_asks_for_a_budget(self):
        """24.99 is a cent too little."""
        page = self._send(self.url, self._terms(amount="24,99"))
        self.assertIn('name="income"', page.text)
        self.assertNotIn('value="agree"', page.text)
        page = self._send(
            self.url,
            self._asking(
                amount="24,99",
                income="1.450,00",
                care="180,50",
                text="<script>alert(1)</script>",
            ),
        )
        self.assertEqual(page.status_code, 303)
        asked = self.dossier.arrangement_id
        self.assertEqual((asked.stage, asked.state), ("asked", "new"))
        # 1,450.00 - 700.00 - 180.50
        self.assertEqual(asked.budget_left, 569.5)
        self.assertEqual(asked.household_size, 2)
        page = self.url_open(self.url)
        self.assertIn("You asked to pay in instalments", page.text)
        self.assertNotIn("<script>alert", page.text)

    def test_budget_has_to_be_filled_in(self):
        for changes in (
            {"income": ""},
            {"housing": "-5"},
            {"care": "abc"},
            {"debts": "1000000"},
            {"household": "0"},
            {"household": "²"},
        ):
            with self.subTest(changes):
                page = self._send(self.url, self._asking(**changes))
                (name,) = changes
                self.assertIn(f'id="field-{name}-error"', page.text)
                self.assertFalse(self.dossier.arrangement_ids)

    def test_budget_left_empty(self):
        """Each field says in words of its own what it wants, at the field as well."""
        page = self._send(self.url, self._terms(amount="10", step="ask"))
        said = re.findall(r'<p[^>]* id="field-(\w+)-error"[^>]*>([^<]+)</p>', page.text)
        fields = ["income", "housing", "care", "debts", "household"]
        self.assertEqual([name for name, _text in said], fields)
        self.assertEqual(len({text for _name, text in said}), 5)
        for name, text in said:
            self.assertIn(f'<a href="#field-{name}">{text}</a>', page.text)

    def test_forged_amount_below_the_least(self):
        """The button to agree was not there, and it was sent anyhow."""
        for changes in (
            {"amount": "3"},
            {"amount": "24,99"},
            {"by": "number", "number": "25"},
            # Thirteen months
            {"by": "number", "number": "14"},
            {"first_date": (self.today + timedelta(days=31)).isoformat()},
        ):
            with self.subTest(changes):
                page = self._agree(**changes)
                self.assertEqual(page.status_code, 200)
                self.assertIn('name="income"', page.text)
                self.assertFalse(self.dossier.arrangement_ids)

    def test_forged_total(self):
        """Less than the total is not agreed to: what is agreed is what is owed."""
        page = self._agree(total="60.00")
        self.assertEqual(page.status_code, 200)
        self.assertFalse(self.dossier.arrangement_ids)
        self.assertIn('name="total" value="600.00"', page.text)

    def test_not_online(self):
        self.env.ref("incasso_nl.arrangement_rule_consumer").online = False
        page = self._agree()
        self.assertEqual(page.status_code, 200)
        self.assertIn('name="income"', page.text)
        self.assertFalse(self.dossier.arrangement_ids)

    def test_what_is_wrong_stands_at_the_field(self):
        yesterday = self.today - timedelta(days=1)
        for changes, field in (
            ({"amount": ""}, "amount"),
            ({"amount": "0"}, "amount"),
            ({"amount": "-100"}, "amount"),
            ({"amount": "1e5"}, "amount"),
            ({"amount": "NaN"}, "amount"),
            ({"by": "number", "number": "0"}, "number"),
            ({"by": "number", "number": "9999"}, "number"),
            ({"by": "number", "number": "3.5"}, "number"),
            ({"period": "day"}, "period"),
            ({"first_date": yesterday.isoformat()}, "first_date"),
            ({"first_date": "31-02-2027"}, "first_date"),
            ({"first_date": ""}, "first_date"),
        ):
            with self.subTest(changes):
                page = self._agree(**changes)
                self.assertEqual(page.status_code, 200)
                self.assertIn(f'id="field-{field}-error"', page.text)
                self.assertFalse(self.dossier.arrangement_ids)

    def test_script_in_every_field(self):
        evil = '"><script>alert(1)</script>'
        page = self._send(
            self.url, dict.fromkeys([*self._terms(), "total", "income"], evil)
        )
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("<script>alert", page.text)

    def test_a_second_one(self):
        self._agree()
        first = self.dossier.arrangement_id
        page = self._send(
            self.url,
            self._terms(step="agree", total="600.00"),
            page=f"/incasso/dossier/{self.dossier.id}",
        )
        self.assertEqual(page.status_code, 200)
        self.assertIn("You pay in instalments", page.text)
        self.assertEqual(self.dossier.arrangement_ids, first)

    def test_closed(self):
        self.dossier._close("withdrawn")
        page = self._send(
            self.url, self._terms(step="agree", total="600.00"), page="/incasso"
        )
        self.assertFalse(self.dossier.arrangement_ids)
        self.assertNotIn("Agreed", page.text)

    def test_somebody_elses(self):
        """No page of another dossier is shown or takes anything."""
        self.other_dossier._ask_arrangement(
            self.other_dossier._quote_arrangement(
                "month", self.first, self.today, amount=Decimal("100.00")
            ),
            "phone",
        )
        base = f"/incasso/dossier/{self.other_dossier.id}/arrangement"
        for path in ("", "/promise"):
            self.assertEqual(self._get(base + path).status_code, 303)
        for path, values in (
            ("", self._terms(step="agree", total="600.00")),
            ("/promise", {"amount": "600", "day": self.today.isoformat()}),
            ("/postpone", {"instalment": "1"}),
            ("/answer", {"answer": "no"}),
        ):
            with self.subTest(path):
                page = self._send(base + path, values, page=self.url)
                self.assertEqual(page.status_code, 303)
                self.assertRegex(page.headers["Location"], r"/incasso(\?ended=1)?$")
        self.assertEqual(len(self.other_dossier.arrangement_ids), 1)
        self.assertEqual(self.other_dossier.arrangement_id.stage, "active")
        self.assertFalse(self.other_dossier.arrangement_id.is_postponed)

    @mute_logger("odoo.http")
    def test_without_the_token(self):
        page = self.url_open(
            self.url,
            data=self._terms(step="agree", total="600.00"),
            allow_redirects=False,
        )
        self.assertEqual(page.status_code, 400)
        self.assertFalse(self.dossier.arrangement_ids)

    # === WHAT RUNS === #

    def test_postpone_once(self):
        self._agree()
        parts = self.dossier.arrangement_id.instalment_ids.sorted("number")
        page = self._send(self.url + "/postpone", {"instalment": "2"}, page=self.url)
        self.assertEqual(page.status_code, 303)
        self.assertEqual(parts[1].state, "postponed")
        self.assertGreater(parts[1].date, parts[5].date)
        page = self._send(
            self.url + "/postpone",
            {"instalment": "3"},
            page=f"/incasso/dossier/{self.dossier.id}",
        )
        self.assertIn("already", page.text)
        self.assertEqual(parts[2].state, "open")

    def test_postpone_what_is_not_there(self):
        self._agree()
        for number in ("0", "7", "", "abc", "1 OR 1=1"):
            with self.subTest(number):
                page = self._send(
                    self.url + "/postpone", {"instalment": number}, page=self.url
                )
                self.assertIn("Choose an instalment", page.text)
        self.assertFalse(self.dossier.arrangement_id.is_postponed)

    def test_answer_to_an_offer(self):
        asked = self.dossier._ask_arrangement(
            self.dossier._quote_arrangement(
                "month", self.first, self.today, amount=Decimal("10.00")
            ),
            "portal",
        )
        page = self._send(self.url + "/answer", {"answer": "yes"}, page=self.url)
        self.assertEqual(asked.stage, "asked", "nobody says yes to their own request")
        asked._offer(
            self.dossier._quote_arrangement(
                "month",
                self.first,
                self.today,
                amount=Decimal("60.00"),
                other_than=asked,
            )
        )
        page = self.url_open(self.url)
        self.assertEqual(self._amounts(page), ["60.00"] * 10 + ["600.00"])
        self._send(self.url + "/answer", {"answer": "yes"}, page=self.url)
        self.assertEqual(asked.stage, "active")
        self.assertEqual(asked.instalment_ids.mapped("amount"), [60.0] * 10)

    def test_no_to_an_offer(self):
        asked = self.dossier._ask_arrangement(
            self.dossier._quote_arrangement(
                "month", self.first, self.today, amount=Decimal("10.00")
            ),
            "portal",
        )
        self._send(self.url + "/answer", {"answer": "no"}, page=self.url)
        self.assertEqual(asked.stage, "withdrawn")
        self.assertFalse(self.dossier.is_held)

    def test_asked_and_taken_back_time_and_again(self):
        """While a request waits the dossier stands still: not for ever."""
        ask = self._asking()
        for _ in range(3):
            self._send(self.url, ask)
            self._send(self.url + "/answer", {"answer": "no"}, page=self.url)
        asked = self.dossier.arrangement_ids
        self.assertEqual(asked.mapped("stage"), ["withdrawn"] * 3)
        page = self._send(self.url, ask, page=f"/incasso/dossier/{self.dossier.id}")
        self.assertIn("cannot be arranged online", page.text)
        self.assertEqual(self.dossier.arrangement_ids, asked)
        self.assertFalse(self.dossier.is_held)

    def test_an_active_one_cannot_be_taken_back(self):
        self._agree()
        self._send(self.url + "/answer", {"answer": "no"}, page=self.url)
        self.assertEqual(self.dossier.arrangement_id.stage, "active")

    # === PROMISES === #

    def test_promise(self):
        day = self.today + timedelta(days=7)
        page = self._send(
            self.url + "/promise", {"amount": "600", "day": day.isoformat()}
        )
        self.assertEqual(page.status_code, 303)
        promise = self.dossier.arrangement_id
        self.assertEqual((promise.kind, promise.stage), ("promise", "active"))
        self.assertEqual((promise.total, promise.first_date), (600.0, day))
        page = self.url_open(f"/incasso/dossier/{self.dossier.id}")
        self.assertIn("What you promised", page.text)

    def test_promise_outside_the_rules(self):
        for amount, days in (("1", 7), ("600,01", 7), ("600", 15), ("600", -1)):
            with self.subTest(amount=amount, days=days):
                day = self.today + timedelta(days=days)
                page = self._send(
                    self.url + "/promise", {"amount": amount, "day": day.isoformat()}
                )
                self.assertEqual(page.status_code, 200)
                self.assertIn('role="alert"', page.text)
                self.assertFalse(self.dossier.arrangement_ids)
