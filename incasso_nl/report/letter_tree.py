"""From HTML to what is printed: the text of a letter as blocks and runs.

Only what is listed here is known, and any other tag is refused, not left out. There are
no stylesheets: what stands in the tree is laid out by ``letter.typ``, which has no way
to hide something.
"""

import base64
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from lxml import etree, html
from reportlab.pdfbase.ttfonts import TTFontFace

from odoo.tools.misc import file_path
from odoo.tools.translate import LazyGettext, LazyTranslate

_lt = LazyTranslate(__name__)

#: Printed where no font has the character. The shipped fonts have this one.
STAND_IN = "\N{WHITE SQUARE}"
#: Characters that nobody sees, or that change the order in which others are read:
#: controls, soft hyphens, widths of nothing, directions, variants, tags. Not the
#: joiners U+200C and U+200D, with which Persian and Indian names are spelled.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_NEWLINES = re.compile("\r\n|[\n\r\v\f\u0085\u2028\u2029]")
_SPACES = re.compile("[ \t\n\r\v\f\u0085\u2028\u2029]+")
_ACCENT = re.compile(r"--accent:\s*(#[0-9a-fA-F]{6})\b")
_DEFAULT_ACCENT = "#1f5e6b"
_LANGUAGE = re.compile(r"[a-z]{2}")
# The pictures of report/codes.py: a path, and nothing that refers to anything.
_CODE = re.compile(
    r'<svg xmlns="http://www.w3.org/2000/svg" viewBox="[\d ]+" '
    r'preserveAspectRatio="none"><path fill="[#\w]+"( stroke="[#\w]+")? '
    r'd="[\w. -]*"/></svg>'
)
_SVG = "data:image/svg+xml;base64,"
_PNG = "data:image/png;base64,"

#: Tags inside a line, and how their text looks: as the text around it where empty.
_INLINE = {
    **dict.fromkeys(("a", "font", "s", "span", "sub", "sup", "t", "u"), ""),
    **dict.fromkeys(("b", "em", "i", "strong"), "strong"),
    "small": "small",
}
#: Tags of blocks, and what they are printed as.
_BLOCKS = {
    **dict.fromkeys(("blockquote", "div", "figcaption", "figure", "pre"), "div"),
    **dict.fromkeys(("h3", "h4", "h5", "h6"), "h3"),
    "caption": "h2",
    "h1": "h1",
    "h2": "h2",
    "p": "p",
}
_ROW_GROUPS = ("thead", "tbody", "tfoot")
# They hold no text.
_EMPTY = ("hr", "wbr", "colgroup", "col")
#: Classes that say what something is; all others are for the screen.
_CLASSES = frozenset(
    "address amounts appendix box code day explanation keep label name number pay "
    "portal references return-address schedule signature small specification "
    "total".split()
)
_HEAD = ("sender", "sender-details", "window", "returned")
#: With more, a column would be narrower than the words in it.
_MOST_COLUMNS = 8
# From how many characters a word may be wider than its line, so that its width goes
# along: in the body of the page, and in the narrowest columns.
_LONG, _LONG_NARROW = (re.compile(rf"[^ ]{{{length},}}") for length in (18, 8))
# Room of a line at least and of a picture, see _room; and that of a cell that fits on a
# page however narrow it is.
_LINE = 160
_PICTURE = 3 * _LINE
_SHORT = 600
_EMPTY_CELL = {
    "class": [],
    "span": 1,
    "th": False,
    "total": False,
    "body": [],
    "whole": True,
}


class LetterError(ValueError):
    """A letter that cannot be laid out.

    :param message: what is wrong and what to do, for ``env._``
    """

    def __init__(self, message: LazyGettext):
        super().__init__(message)
        self.message = message

    def __str__(self):
        return str(self.message)


def _no_place(what: str) -> LetterError:
    return LetterError(
        _lt(
            "A letter has no place for “%(what)s”. Take it out of the template, or out "
            "of the text on complaints in the settings.",
            what=what,
        )
    )


def _too_wide() -> LetterError:
    return LetterError(
        _lt(
            "A table in a letter has at most %(most)s columns. Make two tables of it.",
            most=_MOST_COLUMNS,
        )
    )


class Tree(NamedTuple):
    """What is printed.

    :param data: for ``letter.typ``, in plain types
    :param paragraphs: every text in it but the footer, one for each paragraph, heading
        and table cell
    """

    data: dict
    paragraphs: list[str]


def seen(text: str) -> str:
    """``text`` without the characters that nobody sees."""
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub("", text)


def read_letter(source: str, is_printable: Callable[[str], bool]) -> Tree:
    """Read a letter from a whole HTML document.

    :param is_printable: whether there is a font with a character
    :raise LetterError: something in it is unknown, or comes from elsewhere
    """
    reader = _Reader(is_printable)
    root = html.document_fromstring(source.encode("utf-8", "ignore"), _PARSER)
    return Tree(reader.document(root), reader.paragraphs)


_PARSER = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)


class _Line:
    """The text of one block while it is gathered, with spaces as a browser has them.

    :param keeps: what white space is: ``""`` all is one space, ``"lines"`` but lines
        are kept, ``"address"`` and so are spaces
    """

    def __init__(self, keeps: str):
        self.keeps = keeps
        self.runs: list[tuple[str, tuple[str, ...]]] = []

    def add(self, text: str, styles: tuple[str, ...]):
        if not self.keeps:
            self._add(_SPACES.sub(" ", text), styles)
            return
        for number, line in enumerate(_NEWLINES.split(text)):
            if number:
                self.break_line()
            if self.keeps == "lines":
                line = _SPACES.sub(" ", line)
            self._add(line, styles)

    def _add(self, text, styles):
        if self.keeps != "address" and (not self.runs or self.runs[-1][0][-1] in " \n"):
            text = text.removeprefix(" ")
        if text:
            self.runs.append((text, styles))

    def break_line(self):
        self.runs.append(("\n", ()))

    def taken(self) -> list[tuple[str, tuple[str, ...]]]:
        """The runs, and a fresh start."""
        runs, self.runs = self.runs, []
        while runs and not (stripped := runs[-1][0].rstrip(" \n")):
            runs.pop()
        if runs:
            runs[-1] = (stripped, runs[-1][1])
        return runs if any(text.strip() for text, _styles in runs) else []


class _Reader:
    """Reads one letter."""

    def __init__(self, is_printable):
        self.is_printable = is_printable
        self.paragraphs: list[str] = []
        # Levels of headings leave none out, whatever they look like (PDF/UA-1).
        self.level = 0

    def document(self, root) -> dict:
        body = root.find("body")
        if body is None:
            raise _no_place(root.tag)
        meta = {
            tag.get("name"): self.text(tag.get("content") or "")
            for tag in root.iterfind("head/meta")
        }
        lang = _LANGUAGE.match(root.get("lang") or "")
        accent = _ACCENT.search(body.get("style") or "")
        data = {
            "lang": lang[0] if lang else "nl",
            "title": self.text(root.findtext("head/title") or "") or "-",
            "author": meta.get("author") or "",
            "description": meta.get("description") or "",
            "keywords": meta.get("keywords") or "",
            "created": meta.get("dcterms.created") or "",
            "accent": accent[1] if accent else _DEFAULT_ACCENT,
            "window": "right" if "window-right" in _classes(body) else "left",
            "running": "",
            "page": "",
            "of": "",
            "head": {},
        }
        for child in list(body.iterchildren("div")):
            names = _classes(child)
            if "running" in names:
                data["running"] = self.text("".join(child.itertext()))
            elif "strings" in names:
                data["page"] = self.text(child.get("data-page") or "")
                data["of"] = self.text(child.get("data-of") or "")
            elif "head" in names:
                data["head"] = self.head(child)
            else:
                continue
            child.drop_tree()
        return {**data, "body": self.flow(body)}

    def head(self, element) -> dict:
        """What stands above the text, in the places that a window envelope wants."""
        parts = {}
        for child in element.iterchildren(etree.Element):
            (name, *_others) = _classes(child) or [""]
            if name in _HEAD:
                parts[name] = self.flow(child)
            elif name != "fold":
                raise _no_place(f"{child.tag} {name}".strip())
        return parts

    # === BLOCKS === #

    def flow(self, element, kind="text", narrow=False) -> list[dict]:
        """The blocks in an element; text that stands in none makes blocks of its own.

        :param str kind: what such text is printed as
        :param bool narrow: whether it stands in a part of the width of the page
        """
        names = _classes(element)
        keeps = next((name for name in ("address", "lines") if name in names), "")
        line, blocks = _Line(keeps), []

        def close():
            runs = line.taken()
            if runs:
                blocks.append({"is": kind, "runs": self.runs(runs, narrow)})

        def gather(parent, styles):
            line.add(seen(parent.text or ""), styles)
            for child in parent.iterchildren():
                tag = child.tag
                if tag == "br":
                    line.break_line()
                elif tag in _INLINE:
                    gather(child, (*styles, *_styles(child)))
                elif isinstance(tag, str) and tag not in _EMPTY:
                    close()
                    blocks.extend(self.block(child, narrow))
                line.add(seen(child.tail or ""), styles)

        gather(element, ())
        close()
        return blocks

    def block(self, element, narrow) -> Iterator[dict]:
        tag = element.tag
        if tag == "img":
            yield _picture(element, self.text(element.get("alt") or ""))
        elif tag == "table":
            yield from self.table(element)
        elif tag in ("ul", "ol"):
            _no_text(element)
            yield {
                "is": "list",
                "ordered": tag == "ol",
                "items": [
                    self.flow(child, narrow=True)
                    for child in _children(element, ("li",))
                ],
            }
        elif tag not in _BLOCKS:
            raise _no_place(tag)
        else:
            yield from self.plain_block(element, _BLOCKS[tag], narrow)

    def plain_block(self, element, kind, narrow) -> Iterator[dict]:
        if kind == "p":
            yield from self.flow(element, "p", narrow)
        elif kind == "div":
            names = _known(element)
            if element.tag == "figure":
                names.append("figure")
            narrow = narrow or bool({"box", "figure", "references"} & set(names))
            body = self.flow(element, "text", narrow)
            yield {"is": "div", "class": names, "body": body, "room": _room(body)}
        else:
            for found in self.flow(element, kind, narrow):
                if found["is"] != kind:
                    raise _no_place(f"{found['is']} in {element.tag}")
                self.level = min(int(kind[1]), self.level + 1)
                yield {**found, "level": self.level}

    def table(self, element) -> Iterator[dict]:
        names = _known(element)
        _no_text(element)
        head, rows = [], []
        for child in _children(element, ("caption", *_ROW_GROUPS, "tr")):
            if child.tag == "caption":
                yield from self.plain_block(child, "h2", False)
                continue
            if child.tag == "tr":
                rows.append(self.row(child))
                continue
            _no_text(child)
            found = [self.row(row) for row in _children(child, ("tr",))]
            (head if child.tag == "thead" else rows).extend(found)
        columns = max((_width(row) for row in head + rows), default=0)
        if columns > _MOST_COLUMNS:
            raise _too_wide()
        for row in head + rows:
            # A row that is short would be filled up with what follows.
            row.extend(_EMPTY_CELL for _missing in range(columns - _width(row)))
        if columns:
            yield {
                "is": "table",
                "class": names,
                "columns": _columns(head + rows, columns),
                "head": head,
                "rows": rows,
            }

    def row(self, element) -> list[dict]:
        _no_text(element)
        total = "total" in _classes(element)
        return [self.cell(cell, total) for cell in _children(element, ("td", "th"))]

    def cell(self, element, total) -> dict:
        if element.get("rowspan", "1") != "1":
            raise _no_place("rowspan")
        span = element.get("colspan", "1")
        if not (span.isdecimal() and 1 <= int(span) <= _MOST_COLUMNS):
            raise _too_wide()
        body = self.flow(element, narrow=True)
        return {
            "class": _known(element),
            "span": int(span),
            "th": element.tag == "th",
            "total": total,
            "body": body,
            "whole": all(part["is"] == "text" for part in body)
            and _room(body) <= _SHORT,
        }

    # === TEXT === #

    def text(self, text: str) -> str:
        """``text`` in one line, of characters that can be printed."""
        return self.printable(_SPACES.sub(" ", seen(text)).strip())

    def printable(self, text):
        if text.isascii():
            return text
        return "".join(
            letter if letter.isascii() or self.is_printable(letter) else STAND_IN
            for letter in text
        )

    def runs(self, runs, narrow) -> list[dict]:
        """Runs as they are printed. Long words are runs of their own: they are broken
        where they do not fit."""
        self.paragraphs.append(" ".join("".join(text for text, _ in runs).split()))
        printed = []
        for text, styles in runs:
            style = dict.fromkeys(styles, True)
            if text == "\n":
                printed.append({"text": "\n"})
                continue
            text, end = self.printable(text), 0
            for found in (_LONG_NARROW if narrow else _LONG).finditer(text):
                printed.append({**style, "text": text[end : found.start()]})
                printed.append({**style, "text": found[0], "ems": _ems(found[0])})
                end = found.end()
            printed.append({**style, "text": text[end:]})
        return [run for run in printed if run["text"]]


@cache
def _font():
    """The widths of characters in the bolder of the letter's fonts."""
    return TTFontFace(
        file_path("incasso_nl/static/letter/fonts/SourceSans3-SemiBold.ttf")
    )


def _ems(word: str) -> float:
    """How wide a word is at most, in its font's size."""
    # What other fonts have is seldom wider than high.
    return sum(_font().charWidths.get(ord(letter), 1000) for letter in word) / 1000


def _classes(element) -> list[str]:
    return (element.get("class") or "").split()


def _known(element) -> list[str]:
    return [name for name in _classes(element) if name in _CLASSES]


def _styles(element) -> Iterator[str]:
    if _INLINE[element.tag]:
        yield _INLINE[element.tag]
    if "code" in _classes(element):
        yield "code"


def _children(element, tags):
    """The children of an element that can hold but these."""
    for child in element.iterchildren(etree.Element):
        if child.tag in tags:
            yield child
        elif child.tag not in _EMPTY:
            raise _no_place(f"{child.tag} in {element.tag}")


def _no_text(element):
    """Text between the rows of a table or the items of a list has no place."""
    for text in (element.text, *(child.tail for child in element)):
        if text and text.strip():
            raise _no_place(f"text in {element.tag}")


def _width(row: list[dict]) -> int:
    return sum(cell["span"] for cell in row)


def _columns(rows: list[list[dict]], count: int) -> list[dict]:
    """The class of each column, which the cell on top has, and its longest amount."""
    columns = [{"class": [], "longest": 0} for _number in range(count)]
    for row in rows:
        at = 0
        for cell in row:
            if cell["span"] == 1:
                columns[at]["class"] = columns[at]["class"] or cell["class"]
            if cell["span"] == 1 and "number" in cell["class"] and not cell["th"]:
                length = sum(
                    len(run["text"])
                    for part in cell["body"]
                    for run in part.get("runs", ())
                )
                columns[at]["longest"] = max(columns[at]["longest"], length)
            at += cell["span"]
    return columns


def _room(blocks: list[dict], times: int = 1) -> int:
    """How much there is to print, in characters of a block as wide as the page; rather
    too much than too little.

    :param times: how many times narrower the part of the page is
    """
    room = 0
    for part in blocks:
        room += _PICTURE if part["is"] in ("code", "logo") else _LINE
        for run in part.get("runs", ()):
            room += _LINE if run["text"] == "\n" else times * len(run["text"])
        room += _room(part.get("body", ()), times)
        room += sum(_room(item, 2 * times) for item in part.get("items", ()))
        if part["is"] == "table":
            narrower = 2 * times * len(part["columns"])
            room += sum(
                max(_room(cell["body"], narrower) for cell in row)
                for row in part["head"] + part["rows"]
            )
    return room


def _picture(element, alt: str) -> dict:
    """A picture in the letter itself: a code, or a PNG such as a logo."""
    source = element.get("src") or ""
    try:
        picture = _png(source) if source.startswith(_PNG) else _code(source)
    except ValueError as error:
        raise LetterError(
            _lt(
                "A letter cannot load the picture “%(picture)s”: only PNG pictures "
                "inside the letter itself are printed. Take it out.",
                picture=source[:60],
            )
        ) from error
    return {**picture, "alt": alt}


def _code(source: str) -> dict:
    """A picture of report/codes.py.

    :raise ValueError: it is another
    """
    kind, data = source[: len(_SVG)], source[len(_SVG) :]
    svg = base64.b64decode(data, validate=True).decode()
    if kind != _SVG or not _CODE.fullmatch(svg):
        raise ValueError("no code of ours")
    return {"is": "code", "svg": svg}


def _png(source: str) -> dict:
    """A PNG inside an SVG, which can be handed over as text.

    :raise ValueError: it is no PNG
    """
    head = base64.b64decode(source.removeprefix(_PNG), validate=True)[:24]
    width, height = (int.from_bytes(head[at : at + 4], "big") for at in (16, 20))
    if not (head.startswith(b"\x89PNG\r\n\x1a\n") and width and height):
        raise ValueError("no PNG")
    return {
        "is": "logo",
        "svg": '<svg xmlns="http://www.w3.org/2000/svg" '
        f'width="{width}" height="{height}"><image href="{source}" '
        f'width="{width}" height="{height}"/></svg>',
        "width": width,
        "height": height,
    }
