"""Read letters back as a debtor does: text, and what a phone sees in the QR code."""

import re
from io import BytesIO

import pypdfium2
import zxingcpp
from pypdf import PdfReader


def text(pdf):
    """The words of a letter, all spaces alike.

    :param bytes pdf: the file
    """
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def _codes(pdf):
    """What the square codes on a letter say.

    :rtype: list[str]
    """
    return [
        code.text
        for page in pypdfium2.PdfDocument(pdf)
        for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    ]


def payment_code(pdf):
    """The lines of the EPC code (EPC069-12) on a letter.

    :param bytes pdf: the file
    :return: service tag, version, charset, identification, BIC, name, IBAN, amount,
        purpose, reference or text
    """
    found = [text for text in _codes(pdf) if text.startswith("BCD")]
    assert len(found) == 1, f"{len(found)} payment codes on one letter"
    return found[0].splitlines()


def portal_address(pdf):
    """Where the other square code on a letter leads."""
    [found] = [text for text in _codes(pdf) if text.startswith("http")]
    return found


def portal_code(pdf):
    """The code to get in with, as it is printed."""
    [found] = re.findall(r"(?<!\S)[2-9A-Y]{4} [2-9A-Y]{4}(?!\S)", text(pdf))
    return found


def attached(message):
    """The letter attached to an e-mail, as bytes."""
    [part] = [
        part
        for part in message.iter_attachments()
        if part.get_content_type() == "application/pdf"
    ]
    return part.get_content()


def mails_to(messages, address):
    """What came in for an address, oldest first.

    :param list messages: of the mail peer
    """
    return [mail for mail in messages if mail.envelope_to == [address]]


def of_mails(messages, address, folder):
    """The letters that were mailed to an address, oldest first; kept as files, too.

    :param list messages: of the mail peer
    :param Path folder: where they are kept
    """
    found = [attached(mail) for mail in mails_to(messages, address)]
    for letter in found:
        number = len(list(folder.glob("*.pdf")))
        (folder / f"letter-{number}.pdf").write_bytes(letter)
    return found
