"""How a value is written in YAML so that it is read back as it was, and quoted only where it must be."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction

from iso_audit.model.limits import read_limit
from iso_audit.model.procedure import Limit, TimeUnit
from iso_audit.text import Text

_UNSAFE = "\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff"
_PLAIN = re.compile(rf"[\w(/«“][^{_UNSAFE}]*\Z")
_WORDS_OF_YAML = frozenset(("true", "false", "null"))
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_TO_ESCAPE = re.compile(rf'[{_UNSAFE}"\\]')


def scalar(text: str, *, in_flow: bool = False) -> str:
    """Write one text, plain where nothing in it could be misread."""
    is_plain = (
        _PLAIN.match(text)
        and text == text.strip()
        and text.lower() not in _WORDS_OF_YAML
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
        and not (in_flow and re.search(r"[,\[\]{}:]", text))
    )
    return text if is_plain else '"' + _TO_ESCAPE.sub(_escaped, text) + '"'


def _escaped(match: re.Match[str]) -> str:
    sign = match.group()
    return _ESCAPES.get(sign) or f"\\u{ord(sign):04x}"


def comment(text: str, indent: str = "") -> list[str]:
    """Write lines that no reader takes for content."""
    lines = [re.sub(rf"[{_UNSAFE}]", " ", line) for line in text.splitlines() or [""]]
    return [f"{indent}# {line}".rstrip() for line in lines]


def words(text: Text, *, in_flow: bool = False) -> str:
    """Write words, with their languages where there is more than the first; "" for none."""
    if not text.en:
        return scalar(text.vi, in_flow=in_flow) if text.vi else ""
    languages = {"vi": text.vi, "en": text.en}
    return mapping({lang: scalar(said, in_flow=True) for lang, said in languages.items() if said})


def name(text: str, *, in_flow: bool = False) -> str:
    """Write a text that may be missing; "" for none."""
    return scalar(text, in_flow=in_flow) if text else ""


def day(date: dt.date | None) -> str:
    """Write a day; "" for none."""
    return date.isoformat() if date else ""


def limit(of: Limit, unit: TimeUnit | None = None, *, in_flow: bool = False) -> str:
    """Write a limit as it was printed, or as number and unit; `unit` is that of the time column's head."""
    if read_limit(of.printed) is not None and read_limit(of.printed, unit) == of:
        return scalar(of.printed, in_flow=in_flow)
    if of.value is None:
        return "Không quy định"
    for places in range(5):
        decimal = f"{float(of.value):.{places}f}"
        if Fraction(decimal) == of.value:
            return f"{decimal} {of.unit}"
    return f"{of.value} {of.unit}"


def listed(values: list[str]) -> str:
    """Write a list on one line; the values are written already."""
    return f"[{', '.join(values)}]"


def texts(values: tuple[str, ...]) -> str:
    """Write a list of texts on one line."""
    return listed([scalar(value, in_flow=True) for value in values])


def mapping(values: dict[str, str]) -> str:
    """Write a mapping on one line, without what has no value; the values are written already."""
    written = [f"{scalar(key, in_flow=True)}: {value}" for key, value in values.items() if value]
    return "{" + ", ".join(written) + "}"
