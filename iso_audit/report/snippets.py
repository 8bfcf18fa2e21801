"""Plain values as a reader of the workspace's files would write them: YAML, short where it fits a line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from fractions import Fraction

WIDEST = 84
_PLAIN = re.compile(r"[^\W_](?:[^:#,\[\]{}\n'\"&*!|>%@`]|:(?! |$))*(?<! )\Z")
_OTHER_THINGS = ("true", "false", "null", "yes", "no", "on", "off", "~")


def snippet(value: object, gone: str = "", indent: int = 0) -> list[str]:
    """The lines of a value; None is written as an empty value, with `gone` as a remark."""
    if not isinstance(value, Mapping):
        return (
            _listed(value, gone, indent) if isinstance(value, (tuple, list)) else [" " * indent + flow(value)]
        )
    lines: list[str] = []
    for key, each in value.items():
        head = f"{' ' * indent}{_scalar(str(key))}:"
        short = f"{head} {flow(each)}"
        if each is None:
            lines.append(f"{head}  # {gone}" if gone else head)
        elif isinstance(each, (Mapping, tuple, list)) and (len(short) > WIDEST or _is_deep(each)):
            lines += [head, *snippet(each, gone, indent + 2)]
        else:
            lines.append(short)
    return lines


def flow(value: object) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_scalar(str(key))}: {flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, (tuple, list, set, frozenset)):
        ordered = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return f"[{', '.join(flow(each) for each in ordered)}]"
    return _scalar(value)


def _listed(value: tuple[object, ...] | list[object], gone: str, indent: int) -> list[str]:
    lines: list[str] = []
    for each in value:
        short = f"{' ' * indent}- {flow(each)}"
        if len(short) <= WIDEST and not _is_deep(each):
            lines.append(short)
            continue
        first, *rest = snippet(each, gone, indent + 2)
        lines += [f"{' ' * indent}- {first.lstrip()}", *rest]
    return lines


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, (int, float, Fraction, dt.date)):
        return str(value)
    said = str(value)
    bare = _PLAIN.match(said) and said.lower() not in _OTHER_THINGS
    return said if bare else '"' + said.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _is_deep(value: object) -> bool:
    """Whether there are mappings inside, or keys that go away: such are easier to read line by line."""
    if isinstance(value, Mapping):
        return any(each is None or isinstance(each, Mapping) or _is_deep(each) for each in value.values())
    return isinstance(value, (tuple, list)) and any(_is_deep(each) for each in value)
