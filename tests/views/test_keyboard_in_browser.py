"""From the sign-in to a receipt with the keyboard alone: each press counted, the focus in sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from elections.models import Employee, Grant, Submission
from tests.browser import note_faults
from tests.factory import make_grant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS, PASSWORD = "pat@example.com", "rounded-up-3"  # as short as a password may be
MOST_KEYS = 60
# What has the focus must be in sight: some of it in the window, and nothing on top of it (WCAG
# 2.4.11). A page that has just opened has its focus on the body, which is no element to lose.
IN_SIGHT = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return "lost";
  const box = focused.getBoundingClientRect();
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  if (right - left < 1 || bottom - top < 1) return "out of the window: " + focused.outerHTML;
  const whole = box.height > innerHeight || box.bottom <= innerHeight && box.top >= 0;
  if (!whole) return "cut off by the window: " + focused.outerHTML;
  const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  if (focused === above || focused.contains(above) || above?.contains(focused)) return "";
  return focused.outerHTML + " lies under " + above?.outerHTML;
}"""


@dataclass
class Keyboard:
    """A person's keyboard: counts every press, and sees after each that the focus is in sight."""

    page: Page
    presses: int = 0
    typed: int = 0
    hidden: list[str] = field(default_factory=list)

    def press(self, key: str) -> None:
        self.presses += 1
        self.page.keyboard.press(key)
        self.look(key)

    def go(self, key: str = "Enter") -> None:
        """Press a key that opens another page."""
        self.presses += 1
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        for letter in text:
            self.typed += 1
            self.press(letter)

    def look(self, key: str) -> None:
        if wrong := self.page.evaluate(IN_SIGHT):
            self.hidden.append(f"{self.page.url} after {key}: {wrong}")

    def tab_to(self, selector: str, *, most: int = 12) -> None:
        for _ in range(most):
            self.press("Tab")
            if self.page.evaluate("at => document.activeElement.matches(at)", selector):
                return
        pytest.fail(f"{most} times Tab do not reach {selector} on {self.page.url}")

    def skip_to_content(self) -> None:
        """By the link that is the first stop of every page."""
        self.tab_to(".skip-link", most=1)
        self.press("Enter")


@pytest.fixture
def keyboard(
    transactional_db: None, employee: Employee, chromium: Browser, live_server
) -> Iterator[Keyboard]:
    assert employee.user is not None
    employee.user.email = ADDRESS
    employee.user.set_password(PASSWORD)
    employee.user.save()
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    faults: list[str] = []
    note_faults(page, faults)
    yield Keyboard(page)
    context.close()
    assert not faults


def test_from_the_sign_in_to_the_receipt_in_sixty_presses(
    keyboard: Keyboard, iso: Grant, nso: Grant, required: Grant, cheap: Grant
):
    keyboard.page.goto("/accounts/login/")
    expect(keyboard.page.locator("#id_login")).to_be_focused()
    keyboard.type(ADDRESS)
    keyboard.tab_to("#id_password", most=1)
    keyboard.type(PASSWORD)
    keyboard.go()
    keyboard.skip_to_content()
    keyboard.tab_to("a.btn-primary", most=1)
    keyboard.go()
    keyboard.skip_to_content()
    keyboard.tab_to('[name="grant-0001"]')
    keyboard.press("Space")
    keyboard.tab_to('[name="grant-0002"]', most=1)
    keyboard.press("ArrowDown")
    keyboard.go()
    keyboard.skip_to_content()
    keyboard.tab_to("#id_agree")
    keyboard.press("Space")
    keyboard.tab_to("#id_signature", most=1)
    keyboard.type("Pat Example")
    keyboard.go()
    expect(keyboard.page.locator("h1")).to_have_text("Your election is on record")
    made = Submission.objects.get()
    assert {line.grant_number: line.choice for line in made.lines.all()} == {
        "0001": "exchange",
        "0002": "keep",
        "0003": "exchange",
    }
    assert keyboard.hidden == []
    told = f"{keyboard.presses} key presses, {keyboard.typed} of them to type"
    assert keyboard.presses <= MOST_KEYS, told


@pytest.mark.parametrize("size", [(1280, 720), (1280, 500), (1000, 700), (320, 640)], ids=str)
def test_the_focus_is_never_lost_or_covered_on_any_page(
    visit: Callable[..., Page], employee: Employee, iso: Grant, size: tuple[int, int]
):
    for number in range(9):
        make_grant(employee, f"G{number}")
    page = visit("/", viewport={"width": size[0], "height": size[1]})
    for path in ("/", "/election/", "/compare/?new_price=1.50&prices=2+20", "/submissions/"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        keyboard = Keyboard(page)
        stops = page.locator("a:visible, button:visible, summary:visible, input:visible").count()
        for key in ["Tab"] * min(stops, 60) + ["Shift+Tab"] * 5:
            keyboard.press(key)
        ended = [one for one in keyboard.hidden if not one.endswith("lost")]
        assert ended == [], path


@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        (".totals { position: fixed !important; inset: 0 !important; z-index: 9 }", "lies under"),
        (".choice input { position: fixed !important; top: -50px }", "out of the window"),
    ],
)
def test_a_page_that_covers_or_hides_the_focus_is_found(
    visit: Callable[..., Page], iso: Grant, spoilt: str, found: str
):
    page = visit("/election/", bypass_csp=True)
    page.add_style_tag(content=spoilt)
    keyboard = Keyboard(page)
    keyboard.skip_to_content()
    keyboard.tab_to('[name="grant-0001"]')
    assert any(found in one for one in keyboard.hidden)
