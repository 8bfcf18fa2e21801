"""What a scalar without quotes means in the core schema of YAML 1.2."""

from __future__ import annotations

import re

_INT = re.compile(r"[-+]?[0-9]{1,30}\Z|0o[0-7]{1,30}\Z|0x[0-9a-fA-F]{1,30}\Z")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?\Z|[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z"
)
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_NUMBER_STARTS = frozenset("+-.0123456789")


class WrittenInt(int):
    """A whole number whose digits were written otherwise (`007`): the text is kept for codes."""

    written: str


class WrittenFloat(float):
    """A number whose digits were written otherwise (`1.009990`): the text is kept for codes."""

    written: str


def meaning(text: str) -> object:
    """Return what a plain scalar means in the core schema of YAML 1.2."""
    first = text[:1]
    if first in _NUMBER_STARTS:
        if _INT.match(text):
            whole = int(text, 0) if text[1:2] in ("o", "x") else int(text)
            if str(whole) == text:
                return whole
            kept = WrittenInt(whole)
            kept.written = text
            return kept
        if _FLOAT.match(text):
            real = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
            if repr(real) == text:
                return real
            exact = WrittenFloat(real)
            exact.written = text
            return exact
        return text
    if text in _NULL:
        return None
    return _BOOL.get(text, text)
