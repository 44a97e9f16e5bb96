"""From HTML to a letter: one PDF of A4 pages, tagged and checked by Typst.

Made for batches: the page's program (``letter.typ``) and the fonts are read once per
process. What a letter says is data for that program, never part of it, and it reads
nothing from outside: no network, no files.
"""

import json
import threading
from functools import cache, lru_cache
from io import BytesIO
from typing import NamedTuple

import typst
from pypdf import PdfReader

from odoo.tools.misc import file_path
from odoo.tools.translate import LazyTranslate

from .letter_tree import LetterError, read_letter

_lt = LazyTranslate(__name__)

_FONTS = "incasso_nl/static/letter/fonts"
_PAGE = "incasso_nl/report/letter.typ"
_GLYPH = "incasso_nl/report/letter_glyph.typ"
_STANDARD = ["ua-1"]
# A compiler keeps the data of the letter that it is at.
_LOCK = threading.Lock()


class LetterPdf(NamedTuple):
    """A letter as it was laid out.

    :param pdf: the PDF file
    :param pages: number of pages
    :param paragraphs: everything that can be read on the pages but their footers, a
        text for each paragraph, heading and table cell. It is the text that was laid
        out: what a comment mentions is not in it.
    """

    pdf: bytes
    pages: int
    paragraphs: list[str]

    @property
    def text(self) -> str:
        """Everything that can be read, in one line."""
        return " ".join(self.paragraphs)


@cache
def _fonts() -> typst.Fonts:
    """The fonts of the letter; the machine's for names in other scripts."""
    return typst.Fonts(font_paths=[file_path(_FONTS)])


@cache
def _compiler(path: str) -> typst.Compiler:
    return typst.Compiler(file_path(path), font_paths=_fonts())


def print_letter(html: str) -> LetterPdf:
    """Lay out a letter and make it a tagged PDF (PDF/UA-1, which Typst checks).

    :param html: a whole HTML document; its ``lang``, ``title`` and ``meta`` elements
        become the language and the metadata of the PDF
    :raise LetterError: something in it is unknown, comes from outside or does not fit
    """
    tree = read_letter(html, _is_printable)
    pdf = _compile(_PAGE, json.dumps(tree.data))
    return LetterPdf(
        pdf=pdf,
        pages=len(PdfReader(BytesIO(pdf)).pages),
        paragraphs=tree.paragraphs,
    )


@lru_cache(maxsize=10_000)
def _is_printable(character: str) -> bool:
    """Whether there is a font with this character, in both of the letter's weights."""
    try:
        _compile(_GLYPH, character)
    except LetterError:
        return False
    return True


def _compile(path: str, data: str) -> bytes:
    """Run one of our two programs on some data.

    :raise LetterError: Typst refuses it, or finds something to warn about
    """
    try:
        with _LOCK:
            pdf, warnings = _compiler(path).compile_with_warnings(
                format="pdf", sys_inputs={"data": data}, pdf_standards=_STANDARD
            )
    except typst.TypstError as error:
        raise _refused(error.message) from error
    if warnings:
        raise _refused("; ".join(found.message for found in warnings))
    return pdf


def _refused(reason: str) -> LetterError:
    return LetterError(
        _lt(
            "The letter cannot be laid out (%(reason)s). Make its text or the names in "
            "it simpler.",
            reason=reason.removeprefix("assertion failed: "),
        )
    )
