"""What a machine can hold a PDF to by PDF/UA-1 (ISO 14289-1), and the text that it reads out.

veraPDF, the usual checker, is a Java program that no package registry of ours carries; this asks
what it would of the documents that we make. Clauses are named at each rule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any

import pikepdf

HEADINGS = ("/H1", "/H2", "/H3", "/H4", "/H5", "/H6")
BLOCKS = {
    *HEADINGS, "/Document", "/Part", "/Sect", "/Div", "/P", "/L", "/LI", "/Lbl", "/LBody",
    "/Table", "/THead", "/TBody", "/TFoot", "/TR", "/TH", "/TD", "/Figure", "/Caption",
}  # fmt: skip
STANDARD = BLOCKS | {"/Span", "/Link", "/NonStruct"}
# What may stand right in what (ISO 32000-1, 14.8.4.3); None where anything may.
INSIDE = {
    "/TR": {"/Table", "/THead", "/TBody", "/TFoot"},
    "/TH": {"/TR"},
    "/TD": {"/TR"},
    "/THead": {"/Table"},
    "/TBody": {"/Table"},
    "/LI": {"/L"},
    "/Lbl": {"/LI"},
    "/LBody": {"/LI"},
}
SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
PAINTS = SHOWS_TEXT | {
    "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do", "INLINE IMAGE",
}  # fmt: skip
LONG = 2  # pages; a longer document needs bookmarks


@dataclass(frozen=True)
class Content:
    """A marked piece of a page's drawing."""

    page: int
    mcid: int


@dataclass
class Element:
    """An element of the structure; kids are elements, pieces of content, and annotations."""

    kind: str
    source: Any
    above: Element | None
    kids: list[Element | Content | tuple[int, int]] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.walk()

    def contents(self) -> Iterator[Content]:
        """All content of it, in reading order."""
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.contents()
            elif isinstance(kid, Content):
                yield kid


@dataclass(frozen=True)
class Mark:
    """One of the marks around something painted."""

    tag: str
    mcid: int | None


@dataclass(frozen=True)
class Painted:
    """Something painted, with the marks around it; `text` and `baseline` where it is text.

    Also each mark as it begins, since there may be nothing inside it: then `shows` is false.
    """

    marks: tuple[Mark, ...]
    text: str = ""
    baseline: float = 0.0
    shows: bool = True


class Document:
    """A PDF, with its structure and its drawing read once."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.root: Any = pdf.Root
        self.pages = {page.objgen: number for number, page in enumerate(pdf.pages)}

    @cached_property
    def tree(self) -> list[Element]:
        """The elements at the top of the structure."""
        if "/StructTreeRoot" not in self.root:
            return []
        return [self._read(kid, None) for kid in _listed(self.root.StructTreeRoot.get("/K", []))]

    @property
    def elements(self) -> list[Element]:
        """All elements, in reading order."""
        return [element for top in self.tree for element in top.walk()]

    def of_kind(self, *kinds: str) -> list[Element]:
        """The elements of these kinds, in reading order."""
        return [element for element in self.elements if element.kind in kinds]

    @cached_property
    def painted(self) -> list[list[Painted]]:
        """What is painted on each page, in that order."""
        return [list(_paint(page)) for page in self.pdf.pages]

    def text(self, element: Element) -> str:
        """The words of an element. A new line, where a space was left out, is a space."""
        said, last = "", None
        for content in element.contents():
            for piece in self.painted[content.page]:
                if piece.text and piece.marks and piece.marks[-1].mcid == content.mcid:
                    line = content.page, piece.baseline
                    if last not in (None, line) and not said.endswith(" "):
                        said += " "
                    said, last = said + piece.text, line
        return said.strip()

    def _read(self, source: Any, above: Element | None) -> Element:
        element = Element(str(source.S), source, above)
        for kid in _listed(source.get("/K", [])):
            if isinstance(kid, int):
                element.kids.append(Content(self.pages[source.Pg.objgen], kid))
            elif kid.get("/Type") == "/MCR":
                page = kid.get("/Pg", source.get("/Pg"))
                element.kids.append(Content(self.pages[page.objgen], int(kid.MCID)))
            elif kid.get("/Type") == "/OBJR":
                element.kids.append(kid.Obj.objgen)
            else:
                element.kids.append(self._read(kid, element))
        return element


def _listed(kids: Any) -> list[Any]:
    return list(kids) if isinstance(kids, (list, pikepdf.Array)) else [kids]


def _paint(page: Any) -> Iterator[Painted]:
    """Follow a page's drawing."""
    marks: list[Mark] = []
    letters: dict[int, str] = {}
    baseline = 0.0
    fonts = page.obj.get("/Resources", {}).get("/Font", {})
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BMC", "BDC"):
            properties = operands[1] if len(operands) > 1 else {}
            mcid = properties.get("/MCID") if isinstance(properties, pikepdf.Dictionary) else None
            marks.append(Mark(str(operands[0]), mcid))
            yield Painted(tuple(marks), shows=False)
        elif name == "EMC":
            marks.pop()
        elif name == "Tf":
            letters = _letters(fonts[str(operands[0])])
        elif name == "Tm":
            baseline = round(float(operands[5]), 2)
        elif name in SHOWS_TEXT:
            yield Painted(tuple(marks), _decoded(operands[-1], letters), baseline)
        elif name in PAINTS:
            yield Painted(tuple(marks))


def _letters(font: Any) -> dict[int, str]:
    """The characters that the glyphs of a font stand for."""
    if "/ToUnicode" not in font:
        return {}
    table = font.ToUnicode.read_bytes().decode("ascii")
    pairs = re.findall(
        r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>",
        "".join(re.findall(r"beginbfchar(.*?)endbfchar", table, re.S)),
    )
    return {int(glyph, 16): bytes.fromhex(text).decode("utf-16-be") for glyph, text in pairs}


def _decoded(shown: Any, letters: dict[int, str]) -> str:
    """Strings of two-byte glyph numbers, or lists of them with gaps in between, as text."""
    strings = [bytes(part) for part in _listed(shown) if isinstance(part, pikepdf.String)]
    glyphs = [
        int.from_bytes(string[at : at + 2]) for string in strings for at in range(0, len(string), 2)
    ]
    return "".join(letters.get(glyph, "\N{REPLACEMENT CHARACTER}") for glyph in glyphs)


# The transcript


def transcript(content: bytes) -> str:
    """The document as it is read out: a line for each heading, paragraph, picture and table row."""
    document = Document(pikepdf.open(BytesIO(content)))
    lines = [line for top in document.tree for line in _read_out(document, top)]
    return "\n".join(lines) + "\n"


def _read_out(document: Document, element: Element) -> Iterator[str]:
    if element.kind in HEADINGS:
        yield f"{'#' * int(element.kind[2:])} {document.text(element)}"
    elif element.kind == "/TR":
        cells = [kid for kid in element.kids if isinstance(kid, Element)]
        yield " | ".join(document.text(cell) for cell in cells)
    elif element.kind == "/LI":
        parts = [kid for kid in element.kids if isinstance(kid, Element)]
        yield " ".join(document.text(part) for part in parts)
    elif element.kind == "/Figure":
        yield f"[{element.source.get('/Alt', '')}]"
    elif any(below.kind in BLOCKS for below in element.walk() if below is not element):
        for kid in element.kids:
            if isinstance(kid, Element):
                yield from _read_out(document, kid)
    elif text := document.text(element):
        yield text


# The rules


def faults(content: bytes) -> list[str]:
    """What is wrong with a document, a sentence each; none in one that keeps all of the rules."""
    with pikepdf.open(BytesIO(content)) as pdf:
        document = Document(pdf)
        return [fault for rule in RULES for fault in rule(document)]


def _says_what_it_is(document: Document) -> Iterator[str]:
    """Clauses 5, 6.2, 7.1 and 7.2: tagged, titled, in a language, and a claim to be PDF/UA."""
    root = document.root
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "It is not marked as tagged."
    if not str(root.get("/Lang", "")):
        yield "It has no language."
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "Its window would show a file name instead of its title."
    with document.pdf.open_metadata() as metadata:
        if not metadata.get("dc:title"):
            yield "It has no title."
        if metadata.get("pdfuaid:part") != "1":
            yield "It does not say that it is PDF/UA-1."
    if not document.tree:
        yield "It has no structure."


def _everything_has_its_place(document: Document) -> Iterator[str]:
    """Clause 7.1: whatever is painted is an artifact or belongs to an element, and not both."""
    placed = Counter(content for top in document.tree for content in top.contents())
    drawn = set()
    for number, painted in enumerate(document.painted):
        for piece in painted:
            what = f"Page {number + 1}: {piece.text or 'a drawing'!r}"
            artifact = any(mark.tag == "/Artifact" for mark in piece.marks)
            tags = [Content(number, mark.mcid) for mark in piece.marks if mark.mcid is not None]
            drawn.update(tags)
            if piece.shows and len(tags) + artifact != 1:
                yield f"{what} is tagged and an artifact, or neither."
            elif tags and tags[0] not in placed:
                yield f"{what} has no place in the structure."
    for content, times in placed.items():
        if times > 1:
            yield f"Page {content.page + 1}: content {content.mcid} is in {times} places."
        if content not in drawn:
            yield f"Page {content.page + 1}: content {content.mcid} is not on the page."


def _elements_are_where_they_belong(document: Document) -> Iterator[str]:
    """Clauses 7.1 and 7.2: kinds of elements that readers know, each in one that may hold it."""
    for element in document.elements:
        if element.kind not in STANDARD:
            yield f"{element.kind} is no standard kind of element."
        above = element.above.kind if element.above else "/StructTreeRoot"
        if above not in INSIDE.get(element.kind, {above}):
            yield f"A {element.kind} stands in a {above}."


def _headings_go_down_step_by_step(document: Document) -> Iterator[str]:
    """Clause 7.4: the first heading is of the first level, and none is left out below it."""
    last = 0
    for heading in document.of_kind(*HEADINGS):
        level = int(heading.kind[2:])
        if level > last + 1:
            yield f"The heading {document.text(heading)!r} is of level {level}, after {last}."
        last = level
    if not last:
        yield "It has no heading."


def _tables_name_what_is_in_them(document: Document) -> Iterator[str]:
    """Clause 7.5: header cells with a scope, and rows of one length."""
    for table in document.of_kind("/Table"):
        below = list(table.walk())
        headers = [cell for cell in below if cell.kind == "/TH"]
        if not headers:
            yield "A table has no header cell."
        for cell in headers:
            if str(cell.source.get("/A", {}).get("/Scope", "")) not in ("/Row", "/Column"):
                yield f"The header cell {document.text(cell)!r} has no scope."
        rows = {sum(_span(cell) for cell in _cells(row)) for row in below if row.kind == "/TR"}
        if len(rows) != 1:
            yield f"A table has rows of {sorted(rows)} cells."
    yield from _cells_name_headers_that_exist(document)


def _cells(row: Element) -> list[Element]:
    return [kid for kid in row.kids if isinstance(kid, Element) and kid.kind in ("/TH", "/TD")]


def _span(cell: Element) -> int:
    return int(cell.source.get("/A", {}).get("/ColSpan", 1))


def _cells_name_headers_that_exist(document: Document) -> Iterator[str]:
    """ISO 32000-1, 14.7.2 and 14.8.5.7: what a cell names is found by the tree of identifiers."""
    tree = document.root.get("/StructTreeRoot", {}).get("/IDTree", {}).get("/Names", [])
    listed = [bytes(name) for name in list(tree)[::2]]
    if listed != sorted(set(listed)):
        yield "Its identifiers are not in order."
    for cell in document.of_kind("/TD"):
        named = [bytes(name) for name in cell.source.get("/A", {}).get("/Headers", [])]
        if not named or not set(named) <= set(listed):
            yield f"The cell {document.text(cell)!r} names no header that can be found."


def _pictures_have_words(document: Document) -> Iterator[str]:
    """Clause 7.3: every figure has words for it, and says where it stands."""
    for figure in document.of_kind("/Figure"):
        if not str(figure.source.get("/Alt", "")).strip():
            yield "A picture has no words for it."
        box = [float(side) for side in figure.source.get("/A", {}).get("/BBox", [])]
        width, height = (float(side) for side in list(figure.source.Pg.MediaBox)[2:])
        if not (len(box) == 4 and 0 <= box[0] < box[2] <= width and 0 <= box[1] < box[3] <= height):
            yield "A picture does not say where it stands on its page."


def _fonts_are_inside_and_readable(document: Document) -> Iterator[str]:
    """Clause 7.21: every font is embedded, and its glyphs stand for characters."""
    seen: set[tuple[int, int]] = set()
    for page in document.pdf.pages:
        for font in page.obj.get("/Resources", {}).get("/Font", {}).values():
            if font.objgen in seen:
                continue
            seen.add(font.objgen)
            name = str(font.get("/BaseFont", "a font"))
            for part in font.get("/DescendantFonts", [font]):
                descriptor = part.get("/FontDescriptor", {})
                if not any(
                    file in descriptor for file in ("/FontFile", "/FontFile2", "/FontFile3")
                ):
                    yield f"{name} is not embedded."
            if not _letters(font):
                yield f"{name} does not say which characters its glyphs are."
    for number, painted in enumerate(document.painted):
        for piece in painted:
            if "\N{REPLACEMENT CHARACTER}" in piece.text or "\0" in piece.text:
                yield f"Page {number + 1}: {piece.text!r} has a glyph without a character."


def _long_documents_have_bookmarks(document: Document) -> Iterator[str]:
    """Clause 7.17: a document of several pages can be found one's way in, heading by heading."""
    if len(document.pdf.pages) <= LONG:
        return
    with document.pdf.open_outline() as outline:
        titles = list(_titles(outline.root))
    headings = [document.text(heading) for heading in document.of_kind(*HEADINGS)]
    if titles != headings:
        yield f"Its bookmarks are {titles}, its headings {headings}."


def _titles(items: Any) -> Iterator[str]:
    for item in items:
        yield item.title
        yield from _titles(item.children)


def _links_can_be_reached(document: Document) -> Iterator[str]:
    """Clause 7.18: links have words, stand in a Link, and are reached in reading order."""
    linked = {
        kid for link in document.of_kind("/Link") for kid in link.kids if isinstance(kid, tuple)
    }
    owners = _owners(document)
    for number, page in enumerate(document.pdf.pages, start=1):
        annotations = list(page.obj.get("/Annots", []))
        if annotations and page.obj.get("/Tabs") != "/S":
            yield f"Page {number}: the tab key does not follow the structure."
        for annotation in annotations:
            if not str(annotation.get("/Contents", "")).strip():
                yield f"Page {number}: a link has no words."
            if annotation.objgen not in linked:
                yield f"Page {number}: a link is in no Link of the structure."
            elif owners.get(annotation.get("/StructParent"), {}).get("/S") != "/Link":
                yield f"Page {number}: a link does not know its Link."


def _owners(document: Document) -> dict[Any, Any]:
    """Which elements pages' contents and annotations belong to, by their numbers."""
    parents = document.root.get("/StructTreeRoot", {}).get("/ParentTree", {}).get("/Nums", [])
    numbered = list(parents)
    return dict(zip(numbered[::2], numbered[1::2], strict=True))


def _pages_know_their_elements(document: Document) -> Iterator[str]:
    """ISO 32000-1, 14.7.4.4: from a piece of a page one finds the element that holds it."""
    owners = _owners(document)
    for element in document.elements:
        for kid in element.kids:
            if isinstance(kid, Content):
                page = document.pdf.pages[kid.page].obj
                of_page = owners.get(page.get("/StructParents"), [])
                known = of_page[kid.mcid] if kid.mcid < len(of_page) else None
                if getattr(known, "objgen", None) != element.source.objgen:
                    yield f"Page {kid.page + 1}: content {kid.mcid} does not know its element."


RULES: tuple[Callable[[Document], Iterator[str]], ...] = (
    _says_what_it_is,
    _everything_has_its_place,
    _elements_are_where_they_belong,
    _headings_go_down_step_by_step,
    _tables_name_what_is_in_them,
    _pictures_have_words,
    _fonts_are_inside_and_readable,
    _long_documents_have_bookmarks,
    _links_can_be_reached,
    _pages_know_their_elements,
)
