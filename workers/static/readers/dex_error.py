"""The error that ends the reading of one DEX file, but not of the app."""

from __future__ import annotations


class DexError(Exception):
    """A DEX file cannot be read; the message is one sentence that says why."""
