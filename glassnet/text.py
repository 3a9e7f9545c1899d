"""Texts, read alike wherever they come from."""

from __future__ import annotations


def normalized_text(text: str) -> str:
    """Return a text without a byte-order mark, its lines ending in newline characters only."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
