"""What a tagged PDF of WeasyPrint lacks for PDF/UA-1, put right just before it is written.

Headers and footers of pages become artifacts, which are not read out: WeasyPrint marks them as text
that has no place in the document. Header cells say whether they head a row or a column, the
identifiers by which other cells name them can be looked up, and pictures say where they stand in
the page's own coordinates (ISO 14289-1, 7.1 to 7.5; ISO 32000-1, 14.7 and 14.8).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pydyf
from weasyprint import Document

POINTS_PER_PIXEL = 0.75


def finish_tags(document: Document, pdf: pydyf.PDF) -> None:
    """Mend the tags of `pdf`; WeasyPrint's `finisher`."""
    objects = {item.reference: item for item in pdf.objects}
    root = objects[pdf.catalog["StructTreeRoot"]]
    placed = list(_below(root, objects))
    for element in placed:
        if element["S"] == "/TH":
            element["A"]["Scope"] = _scope(element, objects)
        elif element["S"] == "/Figure":
            _stand_on_the_page(element, objects[element["Pg"]])
    _list_identifiers(root, placed)
    _leave_out_what_has_no_place(pdf, root, placed, objects)


def _below(element: Any, objects: dict[bytes, Any]) -> Iterator[Any]:
    """The structure elements under this one; content and links among its kids are none."""
    for kid in element["K"]:
        child = objects.get(kid)
        if child is not None and child["Type"] == "/StructElem":
            yield child
            yield from _below(child, objects)


def _scope(cell: Any, objects: dict[bytes, Any]) -> str:
    """Cells of a table's head are over a column; any others begin a row."""
    row = objects[cell["P"]]
    return "/Column" if objects[row["P"]]["S"] == "/THead" else "/Row"


def _stand_on_the_page(figure: Any, page: Any) -> None:
    """WeasyPrint measures in pixels from the top; a PDF in points from the bottom."""
    left, top, right, bottom = (side * POINTS_PER_PIXEL for side in figure["A"]["BBox"])
    height = page["MediaBox"][3]
    figure["A"]["BBox"] = pydyf.Array((left, height - bottom, right, height - top))


def _list_identifiers(root: Any, elements: list[Any]) -> None:
    named = sorted((element["ID"].data, element) for element in elements if "ID" in element)
    if named:
        names = [part for name, element in named for part in (name, element.reference)]
        root["IDTree"] = pydyf.Dictionary({"Names": pydyf.Array(names)})


def _leave_out_what_has_no_place(
    pdf: pydyf.PDF, root: Any, placed: list[Any], objects: dict[bytes, Any]
) -> None:
    """Make an artifact of whatever is marked as text and stands in no element of the document."""
    has_place = {element.reference for element in placed}
    outside: dict[bytes, set[int]] = defaultdict(set)
    for item in pdf.objects:
        if _is_element(item) and item.reference not in has_place:
            outside[item["Pg"]].update(kid for kid in item["K"] if isinstance(kid, int))
            item.clear()
    owners = objects[root["ParentTree"]]["Nums"]
    for number, page in enumerate(pdf.page_references):
        _make_artifacts(objects[objects[page]["Contents"]].stream, outside[page])
        of_this_page = owners[2 * number + 1]
        for mcid in outside[page]:
            of_this_page[mcid] = "null"


def _is_element(item: Any) -> bool:
    return isinstance(item, pydyf.Dictionary) and item.get("Type") == "/StructElem"


def _make_artifacts(operations: list[Any], mcids: set[int]) -> None:
    """In a page's drawing, turn `/Span <</MCID 7>> BDC` into that of an artifact."""
    for at, operand in enumerate(operations):
        if isinstance(operand, pydyf.Dictionary) and operand.get("MCID") in mcids:
            operations[at - 1 : at + 1] = [
                "/Artifact",
                pydyf.Dictionary({"Type": "/Pagination"}),
            ]
