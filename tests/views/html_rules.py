"""Rules that hold for every page: what a screen reader and a strict browser rely on."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"input", "meta", "link", "br", "hr", "img"}


class Page(HTMLParser):
    """A page, read once; `complaints()` says which rules it breaks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.references: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str]] = []
        self.headings: list[int] = []
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "svg" not in self.open:  # a drawing has a title of its own
            self.tags[tag] += 1
        self.ids.update([found["id"]] if "id" in found else [])
        for name in ("aria-labelledby", "aria-describedby"):
            self.references += found.get(name, "").split()
        if tag == "a" and found.get("href", "").startswith("#"):
            self.references.append(found["href"][1:])
        if tag == "label" and "for" in found:
            self.labels.add(found["for"])
            self.references.append(found["for"])
        if tag == "input" and found.get("type") not in ("hidden", "submit"):
            self.fields.append(found | {"in label": str("label" in self.open)})
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        self._look_for_inline(tag, found)
        if tag not in VOID:
            self.open.append(tag)

    def _look_for_inline(self, tag: str, found: dict[str, str]) -> None:
        if tag == "style" or (tag == "script" and "src" not in found):
            self.wrong.append(f"inline {tag}")
        self.wrong += [
            f"inline {name}" for name in found if name == "style" or name.startswith("on")
        ]
        for name in ("src", "href", "action"):
            if found.get(name, "").startswith(("http:", "https:", "//", "javascript:")):
                self.wrong.append(f"{tag} leads elsewhere: {found[name]}")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def complaints(self) -> list[str]:
        """Every rule that the page breaks, in words."""
        wrong = list(self.wrong)
        wrong += [
            f"id {name} stands {count} times" for name, count in self.ids.items() if count > 1
        ]
        wrong += [f"nothing has the id {name}" for name in self.references if name not in self.ids]
        wrong += [
            f"{self.tags[tag]} {tag}" for tag in ("h1", "main", "title") if self.tags[tag] != 1
        ]
        wrong += [
            f"field {field.get('name')} has no label"
            for field in self.fields
            if field.get("id") not in self.labels
            and field["in label"] != "True"
            and "aria-label" not in field
        ]
        # An error summary stands above the h1, as its h2; from the h1 on no level is skipped.
        levels = self.headings[self.headings.index(1) :] if 1 in self.headings else []
        wrong += [
            f"h{after} follows h{before}"
            for before, after in pairwise(levels)
            if after > before + 1
        ]
        return wrong
