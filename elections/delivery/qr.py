"""An address as a QR code, so that paper leads back to the record: the same bytes each time."""

from __future__ import annotations

from itertools import groupby

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

CHECKERBOARD = 0  # the mask that turns every other module


def qr_svg(address: str) -> bytes:
    """A QR code (ISO/IEC 18004) of `address` as SVG, black on nothing, without its quiet zone.

    A seventh of it may be lost to folds and fax noise (level M). Whoever shows it leaves four of
    its modules white around it. Readers take each of the eight masks; trying all of them out for
    the most even one took as long as all the rest.
    """
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=CHECKERBOARD)
    code.add_data(address)
    code.make()
    rows = code.get_matrix()
    lines = "".join(f"M0 {y}.5{_runs(row)}" for y, row in enumerate(rows))
    side = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path stroke="#000" d="{lines}"/></svg>'
    ).encode("ascii")


def _runs(row: list[bool]) -> str:
    """A row of modules as pen strokes: one for all that are black side by side, not one for each.

    Drawing module by module took a tenth of the time of a PDF.
    """
    return "".join(
        f"h{len(list(run))}" if black else f"m{len(list(run))} 0" for black, run in groupby(row)
    )
