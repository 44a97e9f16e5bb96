"""Read a PDF that came from outside, in a process of its own.

Run as a program: the PDF on the standard input, what was found as JSON on the standard
output. A file that is made to use up time or memory ends this process and nothing else;
and `pypdf` is here as it was released, whereas Odoo lifts its limits on what a
compressed stream may grow to.
"""

import io
import json
import sys

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None

from pypdf import PdfReader
from pypdf.errors import PdfReadError
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

MEMORY = 1024 * 1024 * 1024
SECONDS = 20
MAX_PAGES = 500
#: Pages of which the text is read, and how much of it.
TEXT_PAGES = 50
TEXT_LENGTH = 1_000_000
MAX_OBJECTS = 200_000
#: What makes a PDF do something, or carry other files along: ISO 32000-1, 12.6.4
#: (actions), 7.11.4 (embedded files), 12.7.8 (XFA) and 13 (multimedia).
ACTIVE_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMedia"}
ACTIVE_VALUES = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/EmbeddedFile",
    "/RichMedia",
    "/Rendition",
    "/Movie",
    "/GoToE",
}


def read(content):
    """What a PDF holds.

    :param bytes content: the PDF
    :return: ``pages``, ``active`` (the first thing in it that is more than text and
        images, or None) and ``text``
    :rtype: dict
    :raise PdfReadError: it is no PDF, or one that is locked or has too much in it
    """
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise PdfReadError("locked")
    pages = len(reader.pages)
    if not 1 <= pages <= MAX_PAGES:
        raise PdfReadError("pages")
    active = _active(reader)
    text = "" if active else _text(reader)
    return {"pages": pages, "active": active, "text": text}


def _active(reader):
    """The first name in any object of the file that stands for something active."""
    # Every object, and not only those that the pages lead to: readers differ in what
    # they find on their way.
    numbers = {number for table in reader.xref.values() for number in table}
    numbers |= set(reader.xref_objStm)
    if len(numbers) > MAX_OBJECTS:
        raise PdfReadError("objects")
    waiting = [reader.trailer]
    for number in sorted(numbers):
        try:
            waiting.append(reader.get_object(number))
        except (PdfReadError, ValueError, KeyError, TypeError):
            continue  # nothing leads there, as in many a careless PDF
    while waiting:
        value = waiting.pop()
        if isinstance(value, DictionaryObject):
            if found := next(filter(ACTIVE_KEYS.__contains__, value.keys()), None):
                return str(found)
            # As they stand there: what they refer to is in the list already.
            waiting += value.values()
        elif isinstance(value, ArrayObject):
            waiting += list.__iter__(value)
        elif isinstance(value, NameObject) and value in ACTIVE_VALUES:
            return str(value)
    return None


def _text(reader):
    found = []
    length = 0
    for page in reader.pages[:TEXT_PAGES]:
        # One that grows past all measure is refused here; the text passes it by.
        for part in _parts(page):
            part.get_data()
        text = page.extract_text() or ""
        found.append(text)
        length += len(text)
        if length > TEXT_LENGTH:
            break
    fields = reader.get_fields() or {}
    found += [str(field.get("/V", "")) for field in fields.values()]
    return "\n".join(found)[:TEXT_LENGTH]


def _parts(page):
    """The streams that make up the contents of a page."""
    contents = page.get("/Contents")
    contents = contents.get_object() if contents is not None else ArrayObject()
    parts = contents if isinstance(contents, ArrayObject) else [contents]
    return [
        part
        for part in (part.get_object() for part in parts)
        if isinstance(part, StreamObject)
    ]


def main():
    if resource:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    try:
        found = read(sys.stdin.buffer.read())
    except Exception as error:  # noqa: BLE001  (whatever a stranger's file provokes)
        found = {"error": f"{type(error).__name__}: {error}"[:200]}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
