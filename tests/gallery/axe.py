"""axe-core: what of WCAG 2.2, levels A and AA, and of best practice a machine can tell."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# The rules that read a colour: what alone can come out otherwise when nothing but colours changes.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# What stands in a frame is a picture of its own.
RUN = """rules => axe.run(document, {
    runOnly: rules, resultTypes: ["violations"], iframes: false, preload: false,
}).then(found => found.violations)"""


def violations(page: Page, rules: dict[str, Any] = TAGS) -> list[str]:
    """What axe finds wrong on the page as it is shown now, one line for each element."""
    # Evaluated from outside, so that our Content-Security-Policy need not let it in.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [_line(rule, node) for rule in page.evaluate(RUN, rules) for node in rule["nodes"]]


def _line(rule: dict[str, Any], node: dict[str, Any]) -> str:
    why = [check["message"] for kind in ("any", "all", "none") for check in node[kind]]
    return f"{rule['id']}: {node['target'][0]} {node['html'][:160]} ({'; '.join(why)})"
