"""Somebody new before the findings of a data set, who goes only by what the pages show."""

import time
from dataclasses import dataclass
from typing import Any

_CHOICES = "Later Accept Override"
_TEXTS_OF_GROUP = """e => {
  const group = e.closest('.group');
  const said = 'p, label:has([value=accept])';
  const heading = [...group.querySelectorAll('h3, .badge')].map(text => text.innerText);
  return [...group.querySelectorAll('.finding')].map((finding, place) =>
    [...(place ? [] : heading), ...[...finding.querySelectorAll(said)].map(e => e.innerText)]);
}"""
_TEXTS_OF_FINDING = f"""e => {{
  const all = [...e.closest('.group').querySelectorAll('.finding')];
  const place = all.indexOf(e.closest('.finding'));
  return [place, ({_TEXTS_OF_GROUP})(e)[place]];
}}"""
_FOCUSED = """() => {
  const e = document.activeElement;
  const text = e.labels?.[0]?.innerText || e.getAttribute('aria-label') || e.innerText || '';
  return [e.type || e.tagName, text.trim()];
}"""


@dataclass
class Newcomer:
    """Reads, points, types, and counts all of it.

    Seconds are waited for real, so that a clock on the wall has them; by default there are none.
    """

    page: Any
    word_s: float = 0.0
    skim_s: float = 0.0
    key_s: float = 0.0
    point_s: float = 0.0
    decide_s: float = 0.0
    words: int = 0
    keys: int = 0
    clicks: int = 0
    decided: int = 0
    overridden: int = 0

    def read(self, texts: list[str], *, skim: bool = False) -> None:
        """Read texts to their end; skim what differs from the one before in names alone."""
        words = sum(len(text.split()) for text in texts)
        self.words += words
        time.sleep(words * (self.skim_s if skim else self.word_s))

    def press(self, key: str) -> None:
        """Press one key."""
        time.sleep(self.key_s)
        self.keys += 1
        self.page.keyboard.press(key)

    def types(self, text: str) -> None:
        """Type a text where the focus is."""
        self.keys += len(text)
        self.page.keyboard.type(text, delay=1000 * self.key_s)

    def clicks_on(self, part: Any) -> None:
        """Point at something that can be seen, and click."""
        time.sleep(self.point_s)
        self.clicks += 1
        part.click()

    def follows(self, name: str) -> None:
        """Follow a link by its text."""
        self.clicks_on(self.page.get_by_role("link", name=name, exact=True))

    def tabs_to(self, kind: str, text: str, most: int = 300) -> None:
        """Press Tab until something of a kind and text has the focus."""
        for _ in range(most):
            found, label = self.page.evaluate(_FOCUSED)
            if found == kind and label.startswith(text):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not reach {text!r}")

    def decides(self, offers: list[str]) -> str:
        """Accept what can be accepted, but override every fourth finding that can be."""
        time.sleep(self.decide_s)
        wanted = "Override" if self.decided % 4 == 3 else "Accept"
        chosen = next((offer for offer in offers if offer.startswith(wanted)), offers[-1])
        self.decided += 1
        self.overridden += chosen == "Override"
        return chosen

    def answers_by_keyboard(self, reason: str) -> None:
        """Answer every open finding from the keys alone, and save."""
        self.tabs_to("radio", "Later")
        self.page.keyboard.press("Shift+Tab")  # a button of its group may come before it
        self.read([_CHOICES])
        while True:
            kind, label = self.page.evaluate(_FOCUSED)
            if label == "Save the answers and run":
                break
            focus = self.page.locator(":focus")
            if label.startswith("Accept all"):
                self._read_group(focus)
                self.press("Space")
                self.decided += int(label.split()[-1])
            elif (kind, label) == ("radio", "Later"):
                self._answer_by_keyboard(focus, reason)
                continue
            self.press("Tab")
        self.press("Enter")

    def _answer_by_keyboard(self, focus: Any, reason: str) -> None:
        self._read_finding(focus)
        offers = self._offers(focus)
        chosen = self.decides(offers)
        for _ in range(1 + offers.index(chosen)):
            self.press("ArrowRight")
        self.press("Tab")
        if chosen == "Override":
            if self.overridden == 1:
                self.types(reason)
            else:
                self.tabs_to("button", "Use the previous reason")
                self.press("Space")
            self.press("Tab")

    def answers_by_mouse(self, reason: str) -> None:
        """Answer every open finding by pointing at it, and save."""
        self.read([_CHOICES])
        for group in self.page.locator("[data-asked] .group").all():
            button = group.get_by_role("button", name="Accept all")
            if button.count():
                self._read_group(group)
                self.clicks_on(button)
                chosen = group.get_by_role("radio", name="Accept:", checked=True)
                self.decided += chosen.count()
            for finding in group.get_by_role("group", name="Answer to").all():
                if finding.get_by_role("radio", name="Later", checked=True).count():
                    self._answer_by_mouse(finding, reason)
        self.clicks_on(self.page.get_by_role("button", name="Save the answers"))

    def _answer_by_mouse(self, finding: Any, reason: str) -> None:
        self._read_finding(finding)
        chosen = self.decides(self._offers(finding))
        self.clicks_on(finding.get_by_text(chosen, exact=True))
        if chosen == "Override" and self.overridden == 1:
            self.clicks_on(finding.get_by_role("textbox"))
            self.types(reason)
            self.press("Tab")
        elif chosen == "Override":
            self.clicks_on(finding.get_by_role("button", name="Use the previous reason"))

    def undoes_the_first(self) -> None:
        """Find the way back to the findings, and take the newest answer back."""
        self.follows("Findings")
        self.page.get_by_role("heading", name="Answered, for the next run").wait_for()
        self.clicks_on(self.page.get_by_role("button", name="Undo the answer").first)
        self.page.get_by_role("group", name="Answer to").first.wait_for()

    def _read_group(self, part: Any) -> None:
        """Read heading and first finding of a group, and skim the others."""
        first, *others = part.evaluate(_TEXTS_OF_GROUP)
        self.read(first)
        for texts in others:
            self.read(texts, skim=True)
        time.sleep(self.decide_s)

    def _read_finding(self, part: Any) -> None:
        """Read a finding, with its heading if it is the first of its group; else skim it."""
        place, texts = part.evaluate(_TEXTS_OF_FINDING)
        self.read(texts, skim=place > 0)

    def _offers(self, part: Any) -> list[str]:
        """The answers besides `Later` that one finding offers."""
        texts = part.evaluate("""e => [...e.closest('.finding').querySelectorAll('label')]
            .map(label => label.innerText.trim())""")
        return [text for text in texts if text != "Later"]
