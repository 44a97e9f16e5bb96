"""From HTML to a letter: one PDF of A4 pages, by WeasyPrint.

Made for batches: the stylesheet and the fonts are read once per process, and a letter
reads nothing from outside: no network, no files but the ones this module ships.
"""

import threading
from functools import cache
from typing import NamedTuple

from weasyprint import CSS, HTML, Document
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from odoo.tools.misc import file_path

_FOLDER = "incasso_nl/static/letter"
_SCHEME = "letter:"
# Fonts live in Pango, which must not be used by two threads at the same time.
_LOCK = threading.Lock()


class LetterPdf(NamedTuple):
    """A letter as it was laid out.

    :param pdf: the PDF file
    :param pages: number of pages
    :param paragraphs: everything that can be read on the pages, a text for each
        paragraph, heading and table cell. Taken from the laid out boxes: what a
        stylesheet hides, or a comment mentions, is not in it.
    """

    pdf: bytes
    pages: int
    paragraphs: list[str]

    @property
    def text(self) -> str:
        """Everything that can be read, in one line."""
        return " ".join(self.paragraphs)


class _OnlyOurs(URLFetcher):
    """Gives a letter embedded data and the files shipped for it, and nothing else."""

    def fetch(self, url, headers=None):
        if url.startswith("data:"):
            return super().fetch(url, headers)
        name = url.removeprefix(_SCHEME)
        if name == url or "/" in name:
            raise FatalURLFetchingError(
                f"A letter cannot load {url[:60]}: embed it in the letter."
            )
        with open(file_path(f"{_FOLDER}/fonts/{name}"), "rb") as file:
            return URLFetcherResponse(url, file.read())


class _Press(NamedTuple):
    fonts: FontConfiguration
    stylesheet: CSS
    fetcher: URLFetcher


@cache
def _press() -> _Press:
    fonts = FontConfiguration()
    fetcher = _OnlyOurs(allowed_protocols=("data",))
    stylesheet = CSS(
        filename=file_path(f"{_FOLDER}/letter.css"),
        font_config=fonts,
        url_fetcher=fetcher,
    )
    return _Press(fonts, stylesheet, fetcher)


def print_letter(html: str) -> LetterPdf:
    """Lay out a letter and make it a tagged PDF (PDF/UA-1).

    :param html: a whole HTML document; its ``lang``, ``title`` and ``meta`` elements
        become the language and the metadata of the PDF
    :raise FatalURLFetchingError: it refers to something outside itself
    """
    with _LOCK:
        press = _press()
        document = HTML(
            string=html, base_url=_SCHEME, url_fetcher=press.fetcher
        ).render(
            stylesheets=[press.stylesheet],
            font_config=press.fonts,
            pdf_variant="pdf/ua-1",
            pdf_tags=True,
        )
        return LetterPdf(
            pdf=document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True),
            pages=len(document.pages),
            paragraphs=_paragraphs(document),
        )


def _paragraphs(document: Document) -> list[str]:
    """What stands on the pages, by paragraph; one that a page break cuts stays one."""
    found: dict[int, list[str]] = {}

    def collect(box, paragraph):
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        if isinstance(box, boxes.LineBox):
            found.setdefault(paragraph, []).append(_line(box))
            return
        if isinstance(box, boxes.BlockContainerBox) and box.element is not None:
            paragraph = id(box.element)
        for child in box.children if isinstance(box, boxes.ParentBox) else ():
            collect(child, paragraph)

    for page in document.pages:
        collect(page._page_box, id(page))
    texts = (" ".join(" ".join(lines).split()) for lines in found.values())
    return [text for text in texts if text]


def _line(line: boxes.LineBox) -> str:
    return "".join(
        box.text
        for box in line.descendants()
        if isinstance(box, boxes.TextBox) and _is_shown(box)
    )


def _is_shown(box: boxes.TextBox) -> bool:
    """Whether a reader can see this text: not hidden, not of no size, not see-through.

    The stylesheet and the directives that templates may use leave few ways to hide
    something; these are the rest.
    """
    style = box.style
    return (
        style["visibility"] == "visible"
        and style["opacity"] > 0.3
        and style["font_size"] >= 8  # CSS pixels: 6 points
    )
