"""Codes that machines read from a letter, as vector pictures: sharp on any printer."""

import base64

import qrcode
from reportlab.graphics.barcode.code128 import Code128

# A QR code and a barcode need light around them to be found.
_QR_QUIET = 4
_QR_MASK = 2
_BARCODE_QUIET = 10


def qr_code(text: str) -> str:
    """``text`` as a QR code, a data URI of an SVG.

    Error correction level M and at most version 13, as EPC069-12 asks for transfer
    codes.

    :raise ValueError: the text does not fit
    """
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        border=_QR_QUIET,
        # A reader undoes any of the eight masks. Trying them all for the one with the
        # most even picture, as ISO 18004 does, is a tenth of the time of a letter.
        mask_pattern=_QR_MASK,
    )
    code.add_data(text)
    code.make(fit=True)
    if code.version > 13:
        raise ValueError("The text is too long for a QR code of version 13.")
    rows = code.get_matrix()
    return _svg(
        len(rows), len(rows), "".join(_row(y, row) for y, row in enumerate(rows))
    )


def barcode(text: str) -> str:
    """``text`` as a Code 128 barcode, a data URI of an SVG."""
    code = Code128(text)
    code.validate()
    code.encode()
    code.decompose()
    # Each letter is a bar or a space, in capitals a bar; a is one module wide.
    path, x = [], _BARCODE_QUIET
    for bar in code.decomposed:
        width = ord(bar.lower()) - ord("a") + 1
        if bar.isupper():
            path.append(f"M{x} 0h{width}v1h-{width}z")
        x += width
    return _svg(x + _BARCODE_QUIET, 1, "".join(path), fill=True)


def _row(y: int, row: list[bool]) -> str:
    """The dark runs of one row as strokes of one module high."""
    path, start = [], None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            path.append(f"M{start} {y}.5h{x - start}")
            start = None
    return "".join(path)


def _svg(width: int, height: int, path: str, fill: bool = False) -> str:
    paint = 'fill="#000"' if fill else 'fill="none" stroke="#000"'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' preserveAspectRatio="none"><path {paint} d="{path}"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
