"""Recognise a consent dialog or page on a screen, and nothing else for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from workers.data.consent_texts import Role, is_a, named, plain
from workers.dynamic.tree import BASE_WINDOW, Node, Screen, Window
from workers.model.evidence import JSON

_MAX_LABEL = 24
"""Characters of a button; a longer text is no button's."""
_SENTENCE = 12
"""Characters from which a text says something, and is not just the name of a link."""
_MOST = 0.6
"""Share of a window that a web page takes if it is what there is to read."""
_MAX_LINKS = 20
_TITLED = re.compile(r"《([^《》]{2,40})》|「([^「」]{2,40})」")


class ConsentKind(StrEnum):
    """How consent is asked for."""

    DIALOG = "dialog"
    PAGE = "page"
    """In the window of an activity, whether it fills the screen or a part of it."""
    DRAWN = "drawn"
    """Drawn by a view itself and known from its accessibility nodes, as in Compose."""
    LOGIN = "login"
    """Part of logging in: the app has not been entered yet."""
    WEB = "web"
    """The screen is a web page that cannot be read: it may ask for consent or not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Button:
    """Something to click."""

    text: str
    node: Node

    def as_json(self) -> dict[str, JSON]:
        """Return text and place."""
        bounds = self.node.bounds
        return {"text": self.text, "bounds": None if bounds is None else bounds.as_json()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """A request for consent."""

    kind: ConsentKind
    title: str
    """The first text."""
    agree: Button | None
    """None only for a web page."""
    refuse: Button | None
    links: tuple[str, ...] = ()
    """Names of the documents that it points to."""
    boxes: tuple[Node, ...] = ()
    """Boxes to tick that mean agreement."""

    @property
    def preticked(self) -> bool:
        """Whether a box that means agreement is ticked."""
        return any(box.checked for box in self.boxes)

    @property
    def refuse_smaller(self) -> bool:
        """Whether the button to refuse has less than half the room of the one to agree."""
        if self.agree is None or self.refuse is None:
            return False
        agree, refuse = self.agree.node.bounds, self.refuse.node.bounds
        return agree is not None and refuse is not None and refuse.area * 2 < agree.area

    @property
    def testable(self) -> bool:
        """Whether it can be answered."""
        return self.agree is not None

    def as_json(self) -> dict[str, JSON]:
        """Return it as it stands in the document, but for where and when it was seen."""
        return {
            "kind": self.kind.value,
            "testable": self.testable,
            "title": self.title,
            "agree": None if self.agree is None else self.agree.as_json(),
            "refuse": None if self.refuse is None else self.refuse.as_json(),
            "refuse_smaller": self.refuse_smaller,
            "links": list(self.links),
            "preticked": self.preticked,
        }


def find_consent(screen: Screen) -> Consent | None:
    """Return the request for consent that takes the touches on `screen`; None if there is none."""
    window = screen.top
    agree, kind = _agreement(window)
    if kind is None:
        return None
    refuse = None
    if kind is not ConsentKind.WEB:
        refuse = _button(window, lambda text: is_a(Role.REFUSE, text) or is_a(Role.INSIST, text))
        refuse = refuse or _button(window, lambda text: is_a(Role.CANCEL, text))
    return Consent(
        kind=kind,
        title=next(iter(window.texts), "").strip()[:200],
        agree=agree,
        refuse=refuse,
        links=_links(window),
        boxes=agreement_boxes(window),
    )


def find_second_refusal(screen: Screen) -> Button | None:
    """Return the button that insists on a refusal, in a dialog that asks whether one is sure."""
    window = screen.top
    insist = _button(window, lambda text: is_a(Role.INSIST, text))
    if insist is not None:
        return insist
    if window.type == BASE_WINDOW and find_consent(screen) is None:
        return None  # The app's own page: a button there is not an answer.
    return _button(window, lambda text: is_a(Role.REFUSE, text))


def agreement_boxes(window: Window) -> tuple[Node, ...]:
    """Return the boxes to tick whose text, or the text beside them, speaks of agreeing."""
    found = []
    for place, node in enumerate(window.nodes):
        if node.checked is not None and any(is_a(Role.TICK, text) for text in _near(window, place)):
            found.append(node)
    return tuple(found)


def _agreement(window: Window) -> tuple[Button | None, ConsentKind | None]:
    """Return the button that agrees and how it is asked; a kind of None says that no consent is asked for."""
    strong = _button(window, lambda text: is_a(Role.AGREE, text))
    login = _button(window, lambda text: is_a(Role.LOGIN, text))
    refusable = _button(window, lambda text: is_a(Role.REFUSE, text)) is not None
    if strong is not None and (_is_about_consent(window) or (refusable and _web(window) is not None)):
        return strong, _kind(window, strong)
    weak = _button(window, lambda text: is_a(Role.ACKNOWLEDGE, text))
    if _asks_to_agree(window):
        if login is not None:
            return login, ConsentKind.LOGIN
        if weak is not None:
            return weak, ConsentKind.LOGIN if window.fields else _kind(window, weak)
    if strong is None and _web(window) is not None:
        return None, ConsentKind.WEB
    return None, None


def _kind(window: Window, agree: Button) -> ConsentKind:
    """Return how consent is asked for by a button that agrees."""
    if is_a(Role.LOGIN, agree.text):
        return ConsentKind.LOGIN
    if agree.node.drawn:
        return ConsentKind.DRAWN
    return ConsentKind.PAGE if window.type in {BASE_WINDOW, None} else ConsentKind.DIALOG


def _is_about_consent(window: Window) -> bool:
    """Return whether a window names a policy, and is not about a permission of the system."""
    title = next(iter(window.texts), "")
    about_permission = is_a(Role.PERMISSION, title) and not is_a(Role.TOPIC, title)
    return not about_permission and any(is_a(Role.TOPIC, text) for text in window.texts)


def _asks_to_agree(window: Window) -> bool:
    """Return whether a window asks in a sentence to agree to a policy: needed where the button does not say so."""
    texts = window.texts
    if not _is_about_consent(window) or any(is_a(Role.OTHER, text) for text in texts):
        return False
    # The sentence may be cut into one text per link. What a button says is no sentence.
    said = {window.labels[node] for node in window.buttons if node.checked is None}
    asks = any(is_a(Role.ASK, text) for text in texts if text.strip() not in said)
    return asks and any(len(plain(text)) >= _SENTENCE for text in texts)


def _button(window: Window, fits: Callable[[str], bool]) -> Button | None:
    """Return the innermost button whose label fits; a box to tick is no button."""
    found: Button | None = None
    for node in window.buttons:
        label = window.labels[node]
        if node.checked is None and len(plain(label)) <= _MAX_LABEL and fits(label):
            inner = found is None or node.depth >= found.node.depth
            found = Button(text=label, node=node) if inner else found
    return found


def _web(window: Window) -> Node | None:
    """Return the web page that takes most of the window."""
    whole = window.bounds
    if whole is None:
        return None
    for place, node in enumerate(window.nodes):
        if node.web and _room(window, place) >= _MOST * whole.area:
            return node
    return None


def _room(window: Window, place: int) -> int:
    """Return the area of a web page; one that has not been laid out has the room that nothing else in it uses."""
    node = window.nodes[place]
    if node.bounds is None or node.bounds.area:
        return 0 if node.bounds is None else node.bounds.area
    above = next((at for at in range(place - 1, -1, -1) if window.nodes[at].depth < node.depth), None)
    if above is None or any(item.text.strip() or item.clickable for item in window.within(above) if item is not node):
        return 0
    bounds = window.nodes[above].bounds
    return 0 if bounds is None else bounds.area


def _near(window: Window, place: int) -> Iterator[str]:
    """Yield the text of a box and the texts beside it."""
    box = window.nodes[place]
    yield window.labels[box]
    for distance, node in enumerate(window.nodes[place + 1 :], start=1):
        if box.bounds is not None and node.bounds is not None:
            if node.text and box.bounds.beside(node.bounds):
                yield node.text
        elif distance <= 3:
            yield node.text


def _links(window: Window) -> tuple[str, ...]:
    """Return the names of the policies that the window points to."""
    titled = (first or second for text in window.texts for first, second in _TITLED.findall(text))
    found = [title for title in titled if is_a(Role.TOPIC, title)]
    if not found:
        found = [word for text in window.texts for word in named(Role.TOPIC, text)]
    return tuple(dict.fromkeys(found))[:_MAX_LINKS]
