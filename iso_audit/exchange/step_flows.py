"""The order of the steps: a chain, and the jumps that the words of a step tell for certain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from iso_audit.exchange.step_rows import Remarks
from iso_audit.exchange.step_words import branches_in, canonical
from iso_audit.model.procedure import Flow, Step
from iso_audit.text import folded

_JUMP = re.compile(
    r"\b(?:chuyen|quay|tra)(?: lai| tro lai| sang| ve| toi| den| thuc hien)* (?:buoc |b)([0-9]{1,3}[a-z]?)\b"
)
_CONDITION = re.compile(r"(?:nếu|trường hợp|neu|truong hop)\s+(.{2,80}?)\s*(?:[:,]|\bthì\b|\bthi\b)", re.I)
_NOT = re.compile(r"(?:không|chưa|khong|chua)\s+", re.I)
OTHERWISE = "còn lại"


def with_flows(steps: Sequence[Step], remarks: Remarks, column: int) -> tuple[Step, ...]:
    """The chain of `steps`, with a choice where a step's words say under what condition it jumps where."""
    linked = []
    for index, step in enumerate(steps):
        following = steps[index + 1].id if index + 1 < len(steps) else ""
        jumps = _jumps(step, steps)
        for words in (*branches_in(step.name.vi), *(words for words, flow in jumps if flow is None)):
            if not any(words == read for read, flow in jumps if flow is not None):
                vi, en = (
                    f"nhánh trong lời của bước: «{_short(words)}»",
                    f'a branch told in words: "{_short(words)}"',
                )
                remarks.not_read(step.place.line, column, vi, en)
        drawn = [flow for _, flow in jumps if flow is not None and following]
        flows = [Flow(following, _opposite(drawn) if drawn else "")] if following else []
        linked.append(replace(step, flows=(*flows, *drawn)))
    return tuple(linked)


def _jumps(step: Step, steps: Sequence[Step]) -> list[tuple[str, Flow | None]]:
    """Sentences that send the file to another step; no flow where target or condition is uncertain."""
    found: list[tuple[str, Flow | None]] = []
    for sentence in re.split(r"(?:^|(?<=\s))[-+•]\s|(?<=[.;])\s+", step.name.vi):
        words = sentence.strip()
        match = _JUMP.search(canonical(words))
        if match is None:
            continue
        targets = [other.id for other in steps if other.number.lstrip("0") == match[1].lstrip("0")]
        condition = _CONDITION.search(words)
        is_certain = len(targets) == 1 and targets[0] != step.id and condition is not None
        if is_certain and condition is not None:
            found.append((words, Flow(targets[0], condition[1].strip().lower())))
        else:
            found.append((words, None))
    return found


def _opposite(drawn: Sequence[Flow]) -> str:
    """The outcome of going on: "đồng ý" beside "không đồng ý"."""
    match = _NOT.match(drawn[0].outcome) if len(drawn) == 1 else None
    return drawn[0].outcome[match.end() :] if match and folded(drawn[0].outcome) else OTHERWISE


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else plain[:57] + "..."
