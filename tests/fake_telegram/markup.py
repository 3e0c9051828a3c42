"""How long a text is once its markup is read: what Telegram counts."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)[^<>]*>", re.IGNORECASE)
_MARKS = re.compile(r"\\(.)|\[([^\]]*)\]\([^)]*\)|[*_`~]|\|\|", re.DOTALL)


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units; a lone surrogate counts as one."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parsed(text: str, parse_mode: str = "") -> str | None:
    """Return the text without its markup, or None where the markup is broken."""
    if parse_mode.lower() == "html":
        return _without_tags(text)
    if parse_mode.lower() in ("markdown", "markdownv2"):
        return _MARKS.sub(lambda found: found[1] or found[2] or "", text)
    return text if not parse_mode else None


def _without_tags(text: str) -> str | None:
    open_tags: list[str] = []
    for closing, name in _TAG.findall(text):
        if not closing:
            open_tags.append(name.lower())
        elif not open_tags or open_tags.pop() != name.lower():
            return None
    bare = _TAG.sub("", text)
    return None if open_tags or "<" in bare else html.unescape(bare)
