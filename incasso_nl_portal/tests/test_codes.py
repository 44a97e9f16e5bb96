import math
from datetime import date

from odoo.tests import BaseCase, tagged

from ..models.incasso_access import Person
from ..tools import codes


@tagged("post_install", "-at_install")
class TestCodes(BaseCase):
    def test_alphabet_cannot_be_confused(self):
        self.assertEqual(len(set(codes.ALPHABET)), len(codes.ALPHABET))
        self.assertGreaterEqual(math.log2(len(codes.ALPHABET)) * codes.CODE_LENGTH, 38)
        for pair in ("0O", "1I", "1L", "5S", "8B", "2Z", "0Q", "OQ"):
            self.assertLess(len(set(pair) & set(codes.ALPHABET)), 2, pair)

    def test_code_is_the_same_every_time_and_no_two_alike(self):
        key = b"k" * 32
        made = [codes.make_code(key, f"{number}:1") for number in range(2000)]
        self.assertEqual(len(set(made)), 2000)
        self.assertEqual(made[7], codes.make_code(key, "7:1"))
        self.assertNotEqual(made[7], codes.make_code(b"x" * 32, "7:1"))
        self.assertTrue(set("".join(made)) <= set(codes.ALPHABET))
        # Each of the 27 symbols about as often: 16,000 / 27 = 593.
        for symbol in codes.ALPHABET:
            self.assertAlmostEqual("".join(made).count(symbol), 593, delta=150)

    def test_what_people_type(self):
        for typed in ("k7mp4rxd", "K7MP 4RXD", " k7mp-4rxd ", "K7MP.4RXD"):
            self.assertEqual(codes.normal_code(typed), "K7MP4RXD")
        # The other one of a pair that looks alike.
        self.assertEqual(codes.normal_code("ZSBA"), "258A")
        for typed in ("1234ab", "1234 AB", " 1234 ab", "1234-AB"):
            self.assertEqual(codes.normal_postcode(typed), "1234AB")
        for typed, number in (
            ("12", "12"),
            (" 12 ", "12"),
            ("12a", "12-A"),
            ("12 a", "12-A"),
            ("12-A", "12-A"),
            ("12/2", "12-2"),
            ("012", "12"),
            ("", ""),
            ("a", ""),
        ):
            self.assertEqual(codes.normal_house_number(typed), number, typed)

    def test_house_numbers_of_an_address(self):
        for street, numbers in (
            ("Dorpsstraat 12", {"12"}),
            ("Dorpsstraat 12a", {"12", "12-A"}),
            ("Dorpsstraat 12 bis", {"12", "12-BIS"}),
            ("2e Dwarsstraat 15", {"15"}),
            ("Kade 7-2", {"7", "7-2"}),
            ("Loods", set()),
            (None, set()),
        ):
            self.assertEqual(codes.house_numbers(street), numbers, street)
        self.assertIn("12", codes.house_numbers("Plein 1944 12"))
        self.assertEqual(codes.house_numbers("Kade 7", "App. 3"), {"7", "3"})

    def test_dates_as_the_dutch_write_them(self):
        for typed in (
            "1-2-1980",
            "01-02-1980",
            "01/02/1980",
            "1.2.1980",
            "1 februari 1980",
            "1 feb 1980",
            "1 February 1980",
            "1980-02-01",
        ):
            self.assertEqual(codes.parse_date(typed), date(1980, 2, 1), typed)
        for typed in ("", "31-2-1980", "1-13-1980", "morgen", "1-2", "1-2-80-4"):
            self.assertIsNone(codes.parse_date(typed), typed)

    def test_who_knows(self):
        person = Person("1234AB", frozenset({"12", "12-A"}), "1980-02-01")
        self.assertTrue(person.knows("1234 ab", "12", ""))
        self.assertTrue(person.knows("1234 ab", "12a", ""))
        self.assertTrue(person.knows("", "", "1 feb 1980"))
        self.assertTrue(person.knows("9999XX", "1", "1-2-1980"))
        self.assertFalse(person.knows("1234 ab", "13", ""))
        self.assertFalse(person.knows("1234 ab", "12b", ""))
        self.assertFalse(person.knows("1234 ac", "12", ""))
        self.assertFalse(person.knows("1234 ab", "", ""))
        self.assertFalse(person.knows("", "12", ""))
        self.assertFalse(person.knows("", "", ""))
        self.assertFalse(person.knows("", "", "2-2-1980"))

    def test_nobody_knows_nothing(self):
        """Of whom nothing is known, and of nobody at all, no answer is right."""
        for person in (Person(), Person("1234AB"), Person("", frozenset({"12"}))):
            for answers in (("", "", ""), ("1234AB", "12", ""), ("", "12", "-")):
                self.assertFalse(person.knows(*answers), (person, answers))

    def test_the_same_work_whatever_is_compared(self):
        """As many texts are compared for nobody as for somebody."""
        calls = []
        same = codes.same
        self.patch(
            __import__(Person.__module__, fromlist=["same"]),
            "same",
            lambda *texts: calls.append(texts) or same(*texts),
        )
        counts = []
        for person in (
            Person(),
            Person("1234AB", frozenset({"12"}), "1980-02-01"),
            Person("1234AB", frozenset(str(number) for number in range(20))),
        ):
            calls.clear()
            person.knows("1234AB", "12", "")
            counts.append(len(calls))
        self.assertEqual(len(set(counts)), 1, counts)
