"""The story of a dossier at the terminal, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from iso_audit.analysis.alignment import Fit
from iso_audit.report.as_json import plain
from iso_audit.report.quoting import harmless, width
from iso_audit.report.story import Entry, Tale
from iso_audit.report.wrapping import wrapped

SIGNS = {
    Fit.AS_WRITTEN.value: "=", Fit.LEFT_OUT.value: "-", Fit.BEYOND.value: "+", Fit.ANYTIME.value: "~",
}  # fmt: skip
_NOT_DONE = "·"
"""The sign of a step that is missing without being anybody's omission."""
SCHEMA_VERSION = 2


def as_text(tales: Sequence[Tale]) -> str:
    """Every story, ready to print."""
    return "\n".join("\n".join(map(harmless, _page(tale))) + "\n" for tale in tales)


def _page(tale: Tale) -> Iterable[str]:
    words = tale.words
    title = words("story.title", dossier=tale.story.dossier)
    yield from (title, "=" * width(title), *_rows(tale.head))
    for note in tale.notes:
        yield from ("", *wrapped(words("text.note", said=note)))
    derivation = words.say(tale.story.derivation)
    if derivation:
        yield from ("", words("story.derivation"), *wrapped(derivation, "  "))
    yield from ("", words("story.course"), *wrapped(words("story.legend"), "  "), *_course(tale))
    yield from ("", *_faults(tale), "", words("story.times"), *_rows(tale.times))


def _course(tale: Tale) -> Iterable[str]:
    for line in tale.lines:
        number = "" if line.position is None else str(line.position + 1)
        sign = SIGNS.get(line.fit, _NOT_DONE)
        said = line.step
        if line.position is None:
            said += f" – {tale.words(f'story.fit.{line.fit}')}"
        if line.codes:
            said += f"  [{', '.join(line.codes)}]"
        if line.waited:
            yield from wrapped(tale.words("story.waited", time=line.waited), " " * 9)
        yield from wrapped(said, f"  {number:>3} {sign}  ", " " * 9)
        yield from _details(line)


def _details(line: Entry) -> Iterable[str]:
    for parts in ((line.who,), (line.when, line.used, line.papers)):
        said = " · ".join(part for part in parts if part)
        if said:
            yield from wrapped(said, " " * 9)


def _faults(tale: Tale) -> Iterable[str]:
    if not tale.faults:
        yield tale.words("story.clean")
        return
    yield tale.words.count("story.faults", len(tale.faults))
    for number, one in enumerate(tale.faults, 1):
        at = "" if one.position is None else tale.words("story.at_event", n=one.position + 1)
        yield from wrapped(f"{one.title} ({one.code}{at})", f"  {number:>2}. ", " " * 6)
        yield from wrapped(one.said, " " * 6)
        if one.waived:
            yield from wrapped(one.waived, " " * 6)


def _rows(rows: Iterable[tuple[str, str]]) -> Iterable[str]:
    known = list(rows)
    label = max((width(name) for name, _ in known), default=0)
    for name, said in known:
        yield from wrapped(said, f"  {name}{' ' * (label - width(name))}  ", " " * (label + 4))


def as_json(tales: Sequence[Tale]) -> str:
    """Every story as JSON: the facts as they are, the sentences beside them in the reader's language."""
    said = {"schema_version": SCHEMA_VERSION, "dossiers": [_facts(tale) for tale in tales]}
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _facts(tale: Tale) -> dict[str, object]:
    story, passage = tale.story, tale.passage
    told: dict[str, Any] = plain(story)
    told["procedure"] = {"key": story.procedure.key, "title": plain(story.procedure.title)}
    for event in told["executions"]:
        event["limit"] = event["limit"] and {name: event["limit"][name] for name in ("value", "unit")}
    told["deviations"] = [
        {
            "code": one.code,
            "requirement": one.requirement,
            "position": one.position,
            "said": one.said,
            "waived": one.waived,
        }
        for one in tale.faults
    ]
    lines = [{"fit": each.fit, "step": each.step, "position": each.position} for each in _aligned(tale)]
    return told | {
        "standing": tale.standing,
        "alignment": {"cost": tale.alignment.cost, "lines": lines} if tale.alignment else None,
        "worked_seconds_by_unit": passage.by_unit(),
        "applicant_seconds": passage.waited_for_applicant(),
        "waiting_seconds": sum(gap.seconds for gap in passage.gaps()),
        "notes": list(tale.notes),
    }


def _aligned(tale: Tale) -> Iterable[Entry]:
    """The lines with the ids of steps, which do not depend on the language."""
    assert tale.alignment is not None
    for line, told in zip(tale.alignment.lines, tale.lines, strict=True):
        yield Entry(told.fit, line.step, line.position)
