"""Files that come from outside: what they may be, and how they are made harmless.

A file is judged by what is in it; its name only has to agree. A picture is made anew,
so that nothing but what can be seen on it stays: no place where it was taken, no other
file glued to it. A PDF must open and hold nothing that acts by itself.
"""

import io
import json
import logging
import os
import re
import subprocess
import sys
import time
import unicodedata
import warnings
import zipfile
from typing import NamedTuple

# Odoo loads no other plugins than for JPEG, PNG, GIF, BMP and ICO.
from PIL import Image, ImageOps, UnidentifiedImageError, WebPImagePlugin  # noqa: F401
from stdnum.nl import bsn

from odoo.exceptions import UserError
from odoo.tools.image import IMAGE_MAX_RESOLUTION

_logger = logging.getLogger(__name__)

#: For the ``accept`` attribute of a file field. A phone that photographs in HEIC makes
#: a JPEG of it where this asks for one.
ACCEPT = ".pdf,.jpg,.jpeg,.png,.webp,.txt,application/pdf,image/jpeg,image/png"
NAME_LENGTH = 100
#: Longest side of a picture that is kept, in pixels: an A4 page at 300 dpi.
PICTURE_SIZE = 3508
#: Pixels of a photo, which is read at a part of its size: 200 megapixels, as the
#: largest camera of a phone makes them. A progressive one has to be kept in memory as a
#: whole.
PHOTO_PIXELS = 4 * IMAGE_MAX_RESOLUTION
#: Times that a progressive JPEG may go over the picture, where programs do so ten
#: times: each is as much work as a picture.
MOST_SCANS = 50
_SCAN = b"\xff\xda"
#: Bytes of a text: a book. Looking at each character takes a while.
TEXT_SIZE = 1024 * 1024
#: Seconds after which PDFs that are still being read are given up, all together.
PDF_SECONDS = 30
_IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
#: The names that a kind of content may have, and the one that it gets.
_EXTENSIONS = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/png": ("png",),
    "text/plain": ("txt", "text", "log", "csv"),
}
# Between kinds of pictures a wrong name is a mistake and no trick.
_PICTURE_NAMES = {"jpg", "jpeg", "jfif", "png", "webp"}
# What a browser or an office program could take for more than text.
_MARKUP = re.compile(
    r"<\s*(!doctype|\?|html|head|body|script|svg|iframe|object|embed|img|a|link|meta|"
    r"style|form|input|xml|math|template|base)\b|<!--|<\?|^\s*<|^\s*\{\\rtf|"
    r"^\s*MIME-Version:|^\s*#!|javascript:",
    re.IGNORECASE,
)
# Nine digits by themselves: 123456782; and grouped as people write them: 123 456 782,
# 123.456.782 or 1234.56.782. Not a part of something longer, such as an IBAN, an
# amount or a reference of sixteen digits.
_NINE_DIGITS = re.compile(
    r"(?<![\w+])(?<!\d[.,-])\d{9}(?![\w])(?![.,-]\d)"
    r"|(?<![\w+])(?<!\d[ .,-])\d{3}([ .-])\d{3}\1\d{3}(?![\w])(?![ .,-]\d)"
    r"|(?<![\w+])(?<!\d[ .,-])\d{4}\.\d{2}\.\d{3}(?![\w])(?![ .,-]\d)"
)


class OutsideFile(NamedTuple):
    """A file that was let in.

    :param str name: without a path or control characters, with the right extension
    :param bytes content: as it is to be kept
    :param str mimetype: of the content
    :param bool has_bsn: a citizen service number was found in its text
    """

    name: str
    content: bytes
    mimetype: str
    has_bsn: bool


def take_in(env, files, max_size, max_count, known=()):
    """Check files from outside and make them fit to be kept.

    :param list files: pairs of a name and the content in bytes
    :param int max_size: of one file, in bytes
    :param int max_count: how many files at a time
    :param known: numbers that are no citizen service number though they look like it
    :rtype: list[OutsideFile]
    :raise UserError: a file is refused; the message says which one, why, and what to
        do about it
    """
    files = [(name, content) for name, content in files if name or content]
    if len(files) > max_count:
        raise UserError(env._("Send no more than %s files at a time.", max_count))
    deadline = time.monotonic() + PDF_SECONDS
    return [
        _take_in(env, name, content, max_size, known, deadline)
        for name, content in files
    ]


def find_bsn(text, known=()):
    """The citizen service numbers in a text, as they are written there.

    A number of nine digits that passes the "elfproef"; one in eleven of all numbers
    does, so that this is for a person to look at.

    :param str text: may be empty or None
    :param known: numbers that are something else, such as an invoice's
    :rtype: list[str]
    """
    known = {re.sub(r"\D", "", number) for number in known if number}
    return [
        match[0]
        for match in _NINE_DIGITS.finditer(text or "")
        if bsn.is_valid(match[0]) and re.sub(r"\D", "", match[0]) not in known
    ]


def remove_bsn(text, known=(), marker="*********"):
    """``text`` with its citizen service numbers made unreadable."""
    found = set(find_bsn(text, known))
    # In one go: a text may be made of nothing else.
    return _NINE_DIGITS.sub(
        lambda match: marker if match[0] in found else match[0], text or ""
    )


def clean_name(name, mimetype):
    """A name for a file: no path, no control characters, one fitting extension.

    :param str name: as it came from outside
    :param str mimetype: of the content
    """
    name = _plain_name(name)
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    # No second extension is left: letter.exe.pdf becomes letter_exe.pdf.
    stem = re.sub(r"\s+", " ", stem.replace(".", "_")).strip(" _") or "file"
    allowed = _EXTENSIONS[mimetype]
    extension = extension.lower() if extension.lower() in allowed else allowed[0]
    return f"{stem[:NAME_LENGTH]}.{extension}"


def _plain_name(name):
    # Both kinds of slashes: the name may come from any system.
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name or ""))[-1]
    # Also what turns the writing direction around and so hides an extension.
    return "".join(
        character
        for character in name
        if unicodedata.category(character)[0] != "C" and character not in '<>:"|?*'
    )


def _take_in(env, name, content, max_size, known, deadline):
    label = _plain_name(name)[-NAME_LENGTH:]

    def refuse(reason):
        _logger.info("File from outside refused: %s", reason)
        raise UserError(
            env._(
                "We cannot accept the file “%(name)s”. %(why)s", name=label, why=reason
            )
        )

    if not content:
        refuse(env._("It is empty."))
    if len(content) > max_size:
        refuse(env._("It is larger than %s MB.", max_size // 1024 // 1024))
    if zipfile.is_zipfile(io.BytesIO(content)):
        refuse(
            env._(
                "Archives and office documents are not accepted: save it as a PDF, or "
                "send a photo."
            )
        )
    text = ""
    if content.startswith(b"%PDF-"):
        mimetype = "application/pdf"
        text = _read_pdf(env, content, refuse, deadline)
    elif picture := _make_picture(env, content, refuse):
        content, mimetype = picture
    elif (text := _decode(env, content, refuse)) and not _MARKUP.search(text):
        mimetype = "text/plain"
        content = text.encode()
    else:
        refuse(
            env._("Send a PDF, a photo or picture (JPEG, PNG, WebP), or plain text.")
        )
    if not _name_agrees(name, mimetype):
        refuse(env._("What is in it is something else than its name says."))
    return OutsideFile(
        clean_name(name, mimetype), content, mimetype, bool(find_bsn(text, known))
    )


def _name_agrees(name, mimetype):
    extension = (name or "").rpartition(".")[2].lower() if "." in (name or "") else ""
    if not extension or extension in _EXTENSIONS[mimetype]:
        return True
    return mimetype.startswith("image/") and extension in _PICTURE_NAMES


def _decode(env, content, refuse):
    """``content`` as text, or None when it is none."""
    if b"\x00" in content and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return None
    if len(content) > TEXT_SIZE:
        refuse(env._("As a text it is larger than %s MB.", TEXT_SIZE // 1024 // 1024))
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ()
    for encoding in (*encodings, "utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(
            character in "\t\n\r\f" or unicodedata.category(character) != "Cc"
            for character in text
        ):
            return text
    return None


def _make_picture(env, content, refuse):
    """The picture made anew, with its MIME type; None when it is no picture.

    A JPEG stays one, and so does a PNG; everything else becomes a JPEG. No EXIF is
    kept: it tells where and when a photo was taken, and with what.
    """
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        refuse(
            env._(
                "It is in the HEIC format. Save the photo as JPEG, or make a "
                "screenshot of it, and send that."
            )
        )
    try:
        with warnings.catch_warnings():
            # Of many pixels: they are counted below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=list(_IMAGES))
        if _is_too_much(picture, content):
            refuse(env._("The picture has too many pixels: make it smaller."))
        # A large photo is read at a half or a quarter of its size at once.
        picture.draft("RGB", (PICTURE_SIZE, PICTURE_SIZE))
        if picture.width * picture.height > IMAGE_MAX_RESOLUTION:
            refuse(env._("The picture has too many pixels: make it smaller."))
        kind = "PNG" if picture.format == "PNG" else "JPEG"
        picture = ImageOps.exif_transpose(picture)
        if kind == "JPEG":
            picture = _on_white(picture)
        elif picture.mode not in ("1", "L", "LA", "RGB", "RGBA"):
            picture = picture.convert("RGBA")
        picture.thumbnail((PICTURE_SIZE, PICTURE_SIZE))
        picture.info.clear()
        target = io.BytesIO()
        picture.save(target, format=kind, quality=85, optimize=kind == "JPEG")
    except UnidentifiedImageError:
        return None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        refuse(env._("The picture is damaged."))
    if b"%PDF-" in content[:1024]:
        refuse(env._("It is a picture and a PDF at the same time."))
    return target.getvalue(), _IMAGES[kind]


def _is_too_much(picture, content):
    """Whether a picture would take too much memory or time before it is smaller."""
    most = IMAGE_MAX_RESOLUTION
    if picture.format == "JPEG" and "progressive" not in picture.info:
        most = PHOTO_PIXELS
    elif picture.format == "JPEG" and content.count(_SCAN) > MOST_SCANS:
        return True
    return picture.width * picture.height > most


def _on_white(picture):
    """``picture`` in RGB; what was transparent is white and not black."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        background = Image.new("RGB", picture.size, "white")
        background.paste(picture, mask=picture.getchannel("A"))
        return background
    return picture.convert("RGB")


def _read_pdf(env, content, refuse, deadline):
    """The text of a PDF that opens and holds nothing active."""
    program = os.path.join(os.path.dirname(__file__), "outside_pdf.py")
    damaged = env._("The PDF cannot be opened: print or scan it to a new PDF.")
    try:
        found = json.loads(
            # The program of this product, in this Python; nothing of the file or its
            # name is on the command line.
            subprocess.run(
                [sys.executable, "-P", program],
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=max(deadline - time.monotonic(), 0),
                check=True,
            ).stdout
        )
    except (subprocess.SubprocessError, ValueError):
        refuse(damaged)
    if found.get("error"):
        _logger.info("PDF from outside: %s", found["error"])
        refuse(damaged)
    if found["active"]:
        refuse(
            env._(
                "The PDF holds a program, a form or other files. Print it to a new "
                "PDF, or send a photo."
            )
        )
    return found["text"]
