"""Tell a login page and what belongs to it from the rest of an app."""

from __future__ import annotations

from workers.data.consent_texts import Role, is_a
from workers.dynamic.tree import Screen


def is_login(screen: Screen) -> bool:
    """Return whether a screen offers to log in, and has the fields or words of a login page."""
    window = screen.top
    offers = any(is_a(Role.LOGIN, window.labels[node]) for node in window.buttons)
    return offers and (
        bool(window.fields) or any(is_a(Role.ACCOUNT, text) or is_a(Role.TOPIC, text) for text in window.texts)
    )


def belongs_to_login(screen: Screen) -> bool:
    """Return whether a screen can be reached without being inside: registering, lost passwords, policies, messages."""
    window = screen.top
    words = any(
        is_a(role, text)
        for role in (Role.ACCOUNT, Role.TOPIC, Role.LOGIN)
        for text in (*window.texts, *window.labels.values())
    )
    return words or not window.buttons or any(node.web for node in window.nodes)
