"""The page itself: what it takes, where it puts it, and that all of it can be seen."""

import base64
from io import BytesIO

from markupsafe import Markup
from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.incasso_template_text import CLASSES, TAGS
from ..report.letter_pdf import LetterError, print_letter
from ..report.letter_sample import sample_letter
from ..report.letter_tree import STAND_IN, seen
from .common_messages import TODAY, MessageCommon

try:
    import pypdfium2
except ImportError:  # a tool of the tests only
    pypdfium2 = None

# A QR code of one module, as report/codes.py draws them, with a picture from elsewhere.
_EVIL_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" '
    'preserveAspectRatio="none"><image href="file:///etc/passwd"/></svg>'
)
_POINTS = 72 / 25.4  # in a millimetre


def _squeezed(text):
    return "".join(text.split())


@tagged("post_install", "-at_install")
class TestPage(MessageCommon):
    def _print(self, body, head=""):
        return print_letter(
            f'<html lang="nl"><head><title>Brief</title>{head}</head>'
            f"<body>{body}</body></html>"
        )

    def _read(self, pdf):
        """The text of each page, its footer left out."""
        pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
        return [page.rpartition("\n")[0] for page in pages]

    def _off_the_page(self, pdf):
        """Characters outside the margins of the text, by page."""
        if not pypdfium2:
            self.skipTest("pypdfium2 is not installed")
        found = []
        for number, page in enumerate(pypdfium2.PdfDocument(pdf)):
            text = page.get_textpage()
            for index in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(index)
                # The footer ends 8 mm from the edge, an address 5 mm.
                if right > left and not (
                    20 * _POINTS < left
                    and right < 206 * _POINTS
                    and 5 * _POINTS < bottom
                    and top < 290 * _POINTS
                ):
                    found.append((number, text.get_text_range(index, 1)))
        return found

    # === WHAT IS READ IS ON PAPER === #

    def test_what_is_checked_is_on_paper(self):
        """Every paragraph of every shipped letter can be read in the PDF, in its place
        and inside the margins."""
        tables = self.env["incasso.law"]._cost_tables()
        for text in self.env["incasso.template"].search([]).text_ids:
            template = text.template_id
            letter = sample_letter(
                template.kind,
                text.lang,
                template._debtor_types()[-1],
                TODAY,
                tables,
                third_party=True,
            )
            printed = text._print(letter)[0]
            with self.subTest(text.display_name):
                # A page that begins with a table repeats its header.
                page = _squeezed("".join(self._read(printed.pdf)))
                at = 0
                for paragraph in printed.paragraphs:
                    at = page.find(_squeezed(paragraph), at)
                    self.assertGreater(at, -1, paragraph)
                self.assertEqual(self._off_the_page(printed.pdf), [])

    def test_nothing_hides(self):
        """There are no styles: what a browser would hide is printed all the same."""
        for hidden in (
            '<p style="display: none">Geldfit</p>',
            '<p style="color: white; font-size: 1px">Geldfit</p>',
            '<p style="position: absolute; left: -999mm">Geldfit</p>',
            "<p hidden>Geldfit</p>",
            '<p class="d-none o_hidden invisible">Geldfit</p>',
            '<p><font color="#ffffff" size="1">Geldfit</font></p>',
            "<p><small><small><small>Geldfit</small></small></small></p>",
            '<div class="running"><b>x</b></div><p aria-hidden="true">Geldfit</p>',
            '<table class="d-none"><tr><td width="0">Geldfit</td></tr></table>',
        ):
            with self.subTest(hidden):
                shown, plain = self._print(hidden), self._print("<p>Geldfit</p>")
                self.assertEqual(shown.paragraphs, plain.paragraphs)
                self.assertEqual(self._read(shown.pdf), ["Geldfit"])
                sizes = self._sizes(shown.pdf)
                self.assertGreaterEqual(min(sizes), 6.5)
                self.assertEqual(self._off_the_page(shown.pdf), [])

    def _sizes(self, pdf):
        """Sizes of the letters on the first page, in points."""
        sizes = []

        def visit(text, _matrix, _place, _font, size):
            if text.strip():
                sizes.append(size)

        PdfReader(BytesIO(pdf)).pages[0].extract_text(visitor_text=visit)
        return sizes

    def test_what_is_not_said_is_not_read(self):
        for silent in (
            "<!-- Geldfit -->",
            '<div class="running">Geldfit</div>',
            '<p title="Geldfit" data-x="Geldfit">x</p>',
            '<p data-oe="Geldfit">\N{ZERO WIDTH SPACE}\N{SOFT HYPHEN}</p>',
        ):
            with self.subTest(silent):
                self.assertNotIn("Geldfit", self._print(silent).text)
        self.assertEqual(self._print("<p>\N{ZERO WIDTH SPACE}</p>").paragraphs, [])

    def test_unknown_is_refused(self):
        """What the page does not know is not left out in silence."""
        for unknown in (
            "<style>p { color: white }</style><p>x</p>",
            "<script>1</script>",
            "<template><p>x</p></template>",
            "<marquee>x</marquee>",
            "<details><summary>x</summary>y</details>",
            '<input value="x">',
            "<svg><text>x</text></svg>",
            "<td>x</td>",
            "<li>x</li>",
            "<table>x<tr><td>y</td></tr></table>",
            '<table><tr><td rowspan="2">x</td></tr></table>',
            f"<table><tr>{'<td>x</td>' * 9}</tr></table>",
            '<div class="head"><div class="watermark">x</div></div>',
            f"{'<ul><li>' * 40}x",
        ):
            with self.subTest(unknown), self.assertRaises(LetterError):
                self._print(unknown)

    def test_templates_say_what_the_page_knows(self):
        """Every tag and class that a text may hold is printed."""
        wrap = {
            "li": "<ul>%s</ul>",
            "tr": "<table>%s</table>",
            "td": "<table><tr>%s</tr></table>",
            "th": "<table><tr>%s</tr></table>",
            "tbody": "<table>%s</table>",
        }
        inside = {
            "ul": "<li>woord</li>",
            "ol": "<li>woord</li>",
            "table": "<tr><td>woord</td></tr>",
            "tbody": "<tr><td>woord</td></tr>",
            "tr": "<td>woord</td>",
        }
        for tag in TAGS - {"br"}:
            for name in ("", *CLASSES):
                source = wrap.get(tag, "%s") % (
                    f'<{tag} class="{name}">{inside.get(tag, "woord")}</{tag}>'
                )
                with self.subTest(source):
                    printed = self._print(source)
                    self.assertEqual(printed.paragraphs, ["woord"])
                    self.assertIn("woord", self._read(printed.pdf)[0])

    def test_refusal_says_what_to_do(self):
        text = self.reminder._text("nl")
        with self.assertRaisesRegex(UserError, "no place for “marquee”"):
            text._lay_out("<html><body><marquee>x</marquee></body></html>")

    def test_one_bad_letter_stops_no_batch(self):
        """A company's own text on complaints may hold what is not printed."""
        first, second = self._dossier(), self._dossier(self.business)
        messages = self._queue(first + second, self.reminder, channel="post")
        bad, good = messages
        broken = "<p>Klacht? <video src='x'></video></p>"

        original = type(messages)._letter

        def facts(message):
            letter = original(message)
            if message == bad:
                object.__setattr__(letter, "complaints_text", Markup(broken))
            return letter

        self.patch(type(messages), "_letter", facts)
        messages._render()
        self.assertEqual((bad.state, good.state), ("failed", "rendered"))
        self.assertIn("no place for “video”", bad.failure)

    # === NOTHING FROM ELSEWHERE === #

    def test_no_network(self):
        """A letter reads nothing from outside, and does not leave it out either."""
        svg = base64.b64encode(_EVIL_SVG.encode()).decode()
        for address in (
            "http://127.0.0.1:9/x.png",
            "https://example.com/x.png",
            "file:///etc/passwd",
            "/etc/passwd",
            "letter.typ",
            "../static/letter/letter.css",
            "data:text/html,x",
            "data:image/png;base64,AAAA",
            f"data:image/svg+xml;base64,{svg}",
            "",
        ):
            with self.subTest(address), self.assertRaises(LetterError):
                self._print(f'<p>x</p><img src="{address}" alt="x">')

    def test_text_is_never_a_program(self):
        """Typst's own signs are printed as they are."""
        for text in (
            '#panic("x")',
            '#read("/etc/passwd")',
            "$ x $ *a* _b_ `c` @d = e",
            '"); panic(("',
            "\\u{41} // /* */ ~ -- ... 'x'",
            "{{ total }} <t>",
        ):
            with self.subTest(text):
                html = text.replace("&", "&amp;").replace("<", "&lt;")
                printed = self._print(f"<p>{html}</p>")
                self.assertEqual(printed.paragraphs, [text])
                self.assertEqual(_squeezed(self._read(printed.pdf)[0]), _squeezed(text))

    # === NAMES === #

    def test_names_in_any_script(self):
        """No name makes a letter fail. What no font has is seen to be there."""
        for name in (
            "Zoë Çelik-Ñandú Đặng",
            "Jan \N{GRINNING FACE} \N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}",
            "محمد بن علي",
            "משה כהן",
            "王小明",
            "Владимир Ἀθηνᾶ",
            "กรุงเทพ क्षत्रिय",
            "Jan\x01\x0b de\x7f Vries",
            "Jan\N{ZERO WIDTH SPACE} de\N{SOFT HYPHEN}Vries",
            "\N{RIGHT-TO-LEFT OVERRIDE}seirV ed naJ",
            "\ue000 \U0001242b \U000e0041",
            "W" * 300,
            "Van den " * 60,
            "e" + "\N{COMBINING ACUTE ACCENT}" * 40,
        ):
            with self.subTest(name):
                self.consumer.name = name
                message = self._rendered(self._dossier(), self.reminder, channel="post")
                self.assertEqual(self._off_the_page(message._pdf_attachment().raw), [])

    def test_stand_in(self):
        """A character that no font has leaves its place."""
        unknown = "\U0001242b"  # cuneiform
        printed = self._print(f"<p>Jan {unknown} de Vries</p>")
        self.assertEqual(self._read(printed.pdf), [f"Jan {STAND_IN} de Vries"])
        # It is looked for under the name that it has.
        self.assertEqual(printed.paragraphs, [f"Jan {unknown} de Vries"])

    def test_what_nobody_sees_is_left_out(self):
        """A sign that turns the reading order around could change what is said."""
        printed = self._print(
            "<p>€ 1\N{RIGHT-TO-LEFT OVERRIDE}00\N{ZERO WIDTH SPACE}</p>"
        )
        self.assertEqual(printed.paragraphs, ["€ 100"])
        self.assertEqual(self._read(printed.pdf), ["€ 100"])
        self.assertEqual(seen("a\N{SOFT HYPHEN}b\u202ec\x01"), "abc")

    def test_long_words_are_broken(self):
        """In a paragraph, a column, a list, a box and the head of the page."""
        word = "Donaudampfschifffahrtsgesellschaft" * 5
        for body in (
            f"<h1>{word}</h1>",
            f"<p>{word} <strong>{word}</strong></p>",
            f"<table><tr>{f'<td>{word}</td>' * 8}</tr></table>",
            f"<ul><li>{word}</li></ul>",
            f'<div class="box"><p>{word}</p></div>',
            f'<div class="head"><div class="sender">{word}</div>'
            f'<div class="sender-details">{word}</div><div class="window">'
            f'<div class="address">{word}</div></div></div>',
            f'<div class="references"><div>{word}</div><div>{word}</div></div>',
        ):
            with self.subTest(body):
                printed = self._print(body)
                self.assertIn(word, printed.text)
                self.assertIn(word, _squeezed("".join(self._read(printed.pdf))))
                self.assertEqual(self._off_the_page(printed.pdf), [])

    # === PAGES === #

    def test_keep_longer_than_a_page(self):
        """What would be kept together is broken where it fits on no page."""
        lines = "".join(f"<p>Regel {number}</p>" for number in range(100))
        for name in ("keep", "box", "signature"):
            with self.subTest(name):
                printed = self._print(f'<div class="{name}">{lines}</div>')
                self.assertGreater(printed.pages, 1)
                self.assertIn("Regel 99", self._read(printed.pdf)[-1])
                self.assertEqual(self._off_the_page(printed.pdf), [])

    def test_a_cell_longer_than_a_page(self):
        printed = self._print(f"<table><tr><td>{'woord ' * 1500}slot</td></tr></table>")
        self.assertIn("slot", self._read(printed.pdf)[-1])
        self.assertEqual(self._off_the_page(printed.pdf), [])

    def test_forty_claims(self):
        """The table breaks between rows, and every page of it has its header."""
        tables = self.env["incasso.law"]._cost_tables()
        letter = sample_letter(
            "demand", "nl", "consumer", TODAY, tables, claims=40, third_party=True
        )
        printed, defects = self.demand._text("nl")._print(letter)
        self.assertEqual(defects, [])
        pages = self._read(printed.pdf)
        self.assertEqual(len(pages), printed.pages)
        at = {
            claim["name"]: next(
                number
                for number, page in enumerate(pages)
                if f"{claim['name']} " in page and "Uiterste" in page
            )
            for claim in letter.claims
        }
        self.assertEqual(len(set(at.values())), 2)
        self.assertEqual(self._off_the_page(printed.pdf), [])

    def test_large_amounts_stay_whole(self):
        table = (
            '<table class="specification"><thead><tr><th class="name">Factuur</th>'
            '<th>Waarvoor</th><th class="number">Hoofdsom</th></tr></thead><tbody><tr>'
            "<td>F1</td><td>x</td>"
            '<td class="number">€\N{NO-BREAK SPACE}123.456.789,00</td></tr></tbody>'
            "</table>"
        )
        lines = self._read(self._print(table).pdf)[0].splitlines()
        self.assertTrue(any("123.456.789,00" in line for line in lines), lines)

    def test_places(self):
        """Millimetres that machines rely on: fold marks, barcode, codes."""
        if not pypdfium2:
            self.skipTest("pypdfium2 is not installed")
        message = self._rendered(self._dossier(), self.reminder, channel="post")
        page = pypdfium2.PdfDocument(message._pdf_attachment().raw)[0]
        scale = 300 / 72
        dot = 25.4 / 300  # in millimetres
        picture = page.render(scale=scale).to_pil().convert("L")
        # Fold marks: dark dots 4 to 8 mm from the left edge, and none elsewhere there.
        edge = picture.crop((round(5 / dot), 0, round(7 / dot), picture.height))
        rows = [
            y * dot
            for y in range(edge.height)
            if min(edge.crop((0, y, edge.width, y + 1)).tobytes()) < 200
        ]
        folds = (99, 148.5, 198)
        for row in rows:
            self.assertLess(min(abs(row - fold) for fold in folds), 0.4, row)
        for fold in folds:
            self.assertLess(min(abs(row - fold) for row in rows), 0.4, fold)
        # The barcode: 44 mm wide with its light, 6.5 mm high, 76 mm from the top.
        bars = picture.crop(
            (round(130 / dot), round(70 / dot), round(185 / dot), round(83.3 / dot))
        ).point(lambda value: 255 if value < 100 else 0)
        left, top, right, bottom = bars.getbbox()
        # 10 modules of light on either side, from 135 to 179 mm.
        light = 130 + left * dot - 135
        self.assertGreater(light, 2.5)
        self.assertAlmostEqual(179 - (130 + right * dot), light, delta=0.3)
        self.assertAlmostEqual(70 + top * dot, 76, delta=0.3)
        self.assertAlmostEqual((bottom - top) * dot, 6.5, delta=0.3)

    # === TAGS AND METADATA === #

    def _structure(self, pdf):
        """The kinds of tags in a PDF, in reading order, each with its parent's."""
        found = []

        def walk(node, parent):
            node = node.get_object() if hasattr(node, "get_object") else node
            if isinstance(node, list):
                for child in node:
                    walk(child, parent)
            elif isinstance(node, dict):
                kind = str(node.get("/S", ""))
                if kind:
                    found.append((kind, parent, node))
                walk(node.get("/K", []), kind or parent)

        walk(PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]["/K"], "")
        return found

    def test_tags_of_the_parts(self):
        message = self._rendered(self._dossier(), self.reminder, channel="post")
        found = self._structure(message._pdf_attachment().raw)
        kinds = [kind for kind, _parent, _node in found]
        self.assertEqual(kinds.count("/H1"), 1)
        self.assertGreaterEqual(kinds.count("/H2"), 2)
        headers = [node for kind, _parent, node in found if kind == "/TH"]
        self.assertGreaterEqual(len(headers), 6)
        for header in headers:
            scopes = [
                attributes.get_object().get("/Scope") for attributes in header["/A"]
            ]
            self.assertIn("/Column", scopes)
        pictures = [node for kind, _parent, node in found if kind == "/Figure"]
        # The barcode and the code to pay, and where it is installed the portal's.
        self.assertGreaterEqual(len(pictures), 2)
        self.assertEqual(pictures[0]["/Alt"], message.barcode)
        for picture in pictures:
            self.assertTrue(picture["/Alt"])

    def test_headings_skip_no_level(self):
        """PDF/UA-1 (7.4.2), whatever a template says."""
        pdf = self._print("<h3>a</h3><h1>b</h1><h3>c</h3><h2>d</h2>").pdf
        kinds = [kind for kind, _parent, _node in self._structure(pdf)]
        self.assertEqual(
            [kind for kind in kinds if kind.startswith("/H")],
            ["/H1", "/H1", "/H2", "/H2"],
        )

    def test_footer_and_folds_are_no_text(self):
        """They are artifacts: nobody has them read out on each page."""
        pdf = (
            self._rendered(self._dossier(), self.reminder, channel="post")
            ._pdf_attachment()
            .raw
        )
        content = PdfReader(BytesIO(pdf)).pages[0].get_contents().get_data()
        # The footer and at least three fold marks.
        self.assertGreaterEqual(content.count(b"/Artifact"), 4)

    def test_metadata_and_the_same_again(self):
        head = (
            '<meta name="author" content="Wij"><meta name="description" content="Wat">'
            '<meta name="keywords" content="notice">'
            '<meta name="dcterms.created" content="2026-11-17">'
        )
        printed = self._print("<p>x</p>", head)
        metadata = PdfReader(BytesIO(printed.pdf)).metadata
        self.assertEqual(metadata.title, "Brief")
        self.assertEqual(metadata.author, "Wij")
        self.assertEqual(metadata.subject, "Wat")
        self.assertEqual(metadata.keywords, "notice")
        self.assertEqual(metadata.creation_date_raw[:10], "D:20261117")
        self.assertEqual(self._print("<p>x</p>", head).pdf, printed.pdf)
