"""waivers.yaml becomes waivers, each checked to name one thing that exists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from iso_audit.errors import Fault
from iso_audit.model.nonconformity import LONGEST_WAIVER, Waiver
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Pack
from iso_audit.model.rule import Rule
from iso_audit.text import Text, did_you_mean
from iso_audit.workspace.faults import shorten, spoken
from iso_audit.workspace.positions import Document, read_yaml
from iso_audit.workspace.shaped import shaped
from iso_audit.workspace.shapes.base import written
from iso_audit.workspace.shapes.waivers import WaiverShape, WaiversShape


@dataclass(frozen=True, slots=True)
class Nameable:
    """What a waiver may name."""

    requirements: Mapping[str, Sequence[str]]
    """Code -> ids of the requirements that ask it."""
    steps: Mapping[str, Sequence[str]]
    """Id and key of each procedure -> its steps."""

    @classmethod
    def of(
        cls, catalogue: Mapping[str, Rule], packs: Iterable[Pack], procedures: Iterable[Procedure]
    ) -> Nameable:
        asked: dict[str, list[str]] = {hook.code: [] for rule in catalogue.values() for hook in rule.hooks}
        for requirement in (requirement for pack in packs for requirement in pack.requirements):
            for hook in catalogue[requirement.rule].hooks:
                if requirement.asks(hook.code):
                    asked[hook.code].append(requirement.id)
        steps: dict[str, list[str]] = {}
        for procedure in procedures:
            for name in {procedure.id, procedure.key}:
                steps.setdefault(name, []).extend(procedure.by_id)
        return cls(asked, steps)


def read_waivers(path: FilePath, file: str, known: Nameable, faults: list[Fault]) -> tuple[Waiver, ...]:
    """Read the waivers, in the order of the file.

    Where procedures or packs are at fault, names go unchecked: those they lack may be in them.
    """
    whole = not any(fault.file.startswith(("procedures", "requirements")) for fault in faults)
    before = len(faults)
    document = read_yaml(path, file, faults)
    if document is None:
        return ()
    shape = shaped(WaiversShape, document, faults)
    for i, raw in enumerate(document.data if isinstance(document.data, list) else ()):
        if not isinstance(raw, dict):
            continue
        names = {key: name for key in raw if (name := written(raw[key])) is not None}
        if whole:
            _check_names(i, names, document, known, faults)
    if shape is None:
        return ()
    waivers = [_waiver(one, i, document, faults) for i, one in enumerate(shape.root)]
    _check_once(waivers, document, faults)
    return () if len(faults) > before else tuple(waivers)


def _check_names(
    i: int, names: Mapping[str, str], document: Document, known: Nameable, faults: list[Fault]
) -> None:
    def refuse(key: str, what: Text, of: Iterable[str]) -> None:
        faults.append(document.fault((i, key), what, did_you_mean(names[key], of)))

    code, procedure = names.get("code"), names.get("procedure")
    if code is not None and code not in known.requirements:
        refuse("code", _no_code(code), known.requirements)
    elif code is not None:
        _check_requirement(i, names, known.requirements[code], document, faults)
    if procedure is not None and procedure not in known.steps:
        refuse("procedure", _no_procedure(procedure), known.steps)
    elif procedure is not None and "step" in names and names["step"] not in known.steps[procedure]:
        refuse("step", _no_step(names["step"], procedure), known.steps[procedure])


def _check_requirement(
    i: int, names: Mapping[str, str], asking: Sequence[str], document: Document, faults: list[Fault]
) -> None:
    """The requirement must be one that asks the code."""
    code, requirement = names["code"], names.get("requirement")
    if requirement is not None and requirement not in asking:
        shown = shorten(requirement)
        what = Text(
            vi=f"không có yêu cầu '{shown}' nào dùng mã {code}",
            en=f"there is no requirement '{shown}' that asks {code}",
        )
        faults.append(document.fault((i, "requirement"), what, did_you_mean(requirement, asking)))


def _waiver(shape: WaiverShape, i: int, document: Document, faults: list[Fault]) -> Waiver:
    if shape.until < shape.approved_on:
        facts = {"first": str(shape.approved_on)}
        faults.append(document.fault((i, "until"), *spoken("backwards", "until", str(shape.until), facts)))
    elif shape.until - shape.approved_on > LONGEST_WAIVER:
        days = LONGEST_WAIVER.days
        what = Text(
            vi=f"'until' muộn hơn 'approved_on' quá {days} ngày; hãy phê duyệt lại khi đến hạn",
            en=f"'until' is more than {days} days after 'approved_on'; approve it again when it ends",
        )
        faults.append(document.fault((i, "until"), what))
    return Waiver(
        code=shape.code,
        procedure=shape.procedure,
        reason=shape.reason,
        approved_by=shape.approved_by,
        approved_on=shape.approved_on,
        until=shape.until,
        step=shape.step or "",
        unit=shape.unit or "",
        variant=shape.variant or "",
        requirement=shape.requirement or "",
        place=document.place(i),
    )


def _check_once(waivers: Sequence[Waiver], document: Document, faults: list[Fault]) -> None:
    """One finding has one waiver at a time: which of two holds must not be a riddle."""
    for i, waiver in enumerate(waivers):
        for other in waivers[:i]:
            if _scope(waiver) == _scope(other) and not (
                waiver.until < other.approved_on or other.until < waiver.approved_on
            ):
                line = other.place.line
                what = Text(
                    vi=f"kết luận này đã có miễn trừ cùng thời gian ở dòng {line}",
                    en=f"this finding has a waiver for the same days already, on line {line}",
                )
                faults.append(document.fault((i, "code"), what))


def _scope(waiver: Waiver) -> tuple[str, ...]:
    return (
        waiver.code, waiver.procedure, waiver.step, waiver.unit, waiver.variant, waiver.requirement,
    )  # fmt: skip


def _no_code(code: str) -> Text:
    shown = shorten(code)
    return Text(vi=f"không có quy tắc nào mang mã '{shown}'", en=f"no rule has the code '{shown}'")


def _no_procedure(name: str) -> Text:
    shown = shorten(name)
    return Text(vi=f"không có quy trình '{shown}'", en=f"there is no procedure '{shown}'")


def _no_step(name: str, procedure: str) -> Text:
    shown = shorten(name)
    return Text(
        vi=f"quy trình '{procedure}' không có bước '{shown}'",
        en=f"the procedure '{procedure}' has no step '{shown}'",
    )
