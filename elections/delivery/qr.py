"""An address as a QR code, so that paper leads back to the record: the same bytes each time."""

from __future__ import annotations

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage


def qr_svg(address: str) -> bytes:
    """A QR code (ISO/IEC 18004) of `address` as SVG, black on nothing, without its quiet zone.

    A seventh of it may be lost to folds and fax noise (level M). Whoever shows it leaves four of
    its modules white around it.
    """
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(address)
    drawn: bytes = code.make_image(image_factory=SvgPathImage).to_string()
    return drawn
