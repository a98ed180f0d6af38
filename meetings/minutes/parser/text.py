"""Small helpers on Chinese text that every part of the reading uses."""

from __future__ import annotations

import re
import unicodedata

_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…·"
_BLANK_BESIDE_WIDE = re.compile(rf"(?<=[{_WIDE}])[ \t\u00a0\u3000]+|[ \t\u00a0\u3000]+(?=[{_WIDE}])")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u0000-\u0008\u000b\u000c\u000e-\u001f]")


def remove_whitespace(text: str) -> str:
    """Return the text without any white space."""
    return re.sub(r"\s+", "", _INVISIBLE.sub("", text))


def fold_text(text: str) -> str:
    """Fold text for comparing: no white space, full-width characters as half-width."""
    return unicodedata.normalize("NFKC", remove_whitespace(text)).lower()


def tidy_text(text: str) -> str:
    """Remove the blanks of typesetting beside Chinese (CNAS 认可 -> CNAS认可).

    Lines stay lines; blanks between Latin words stay, as one.
    """
    lines = []
    for line in _INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = _BLANK_BESIDE_WIDE.sub("", line.strip())
        line = re.sub(r"[ \t\u00a0\u3000]+", " ", line).strip()
        if line:
            lines.append(line)
    return "\n".join(lines)


def split_lines(text: str) -> list[str]:
    """Return the non-blank lines, stripped."""
    return [line.strip() for line in _INVISIBLE.sub("", text).splitlines() if line.strip()]
