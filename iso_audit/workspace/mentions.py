"""What requirements name must be there: steps, roles, procedures and cases of the workspace.

A requirement that names what nobody has would never be asked, and nobody would notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from iso_audit.errors import Fault
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import KINDS, Procedure
from iso_audit.model.rule import Rule
from iso_audit.text import Text, did_you_mean
from iso_audit.workspace.faults import Path, shorten
from iso_audit.workspace.flows import MOST_HINTS
from iso_audit.workspace.positions import Document
from iso_audit.workspace.shapes.base import texts_at, written

_NAMED_IN = ("procedures", "organisation", "requirements")
"""Files whose faults may hide what requirements name."""


@dataclass(frozen=True)
class _Workplace:
    """What there is to be named."""

    procedures: Sequence[Procedure]
    organisation: Organisation

    @cached_property
    def steps(self) -> frozenset[str]:
        """Step ids and kinds; what nobody carries out cannot be required."""
        ids = {step.id for procedure in self.procedures for step in procedure.steps if not step.is_silent}
        return frozenset(ids | set(KINDS) - {"route"})

    @cached_property
    def roles(self) -> frozenset[str]:
        named = {step.role for procedure in self.procedures for step in procedure.steps if step.role}
        return frozenset(named | self.organisation.roles.keys())

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(procedure.id for procedure in self.procedures)

    @cached_property
    def cases(self) -> frozenset[str]:
        bound = {flow.case for p in self.procedures for step in p.steps for flow in step.flows if flow.case}
        return frozenset({"default", *bound, *(case for p in self.procedures for case in p.limits)})


def check_mentions(
    packs: Iterable[Document],
    catalogue: Mapping[str, Rule],
    procedures: Sequence[Procedure],
    organisation: Organisation,
    faults: list[Fault],
) -> None:
    """Add a fault for every name in the packs that nothing answers to."""
    if any(fault.file.startswith(_NAMED_IN) for fault in faults):
        return
    there = _Workplace(procedures, organisation)
    for document in packs:
        _check_pack(document, catalogue, there, faults)


def _check_pack(
    document: Document, catalogue: Mapping[str, Rule], there: _Workplace, faults: list[Fault]
) -> None:
    data = document.data if isinstance(document.data, dict) else {}
    for i, raw in enumerate(data.get("requirements") or ()):
        path: Path = ("requirements", i)
        rule = catalogue[written(raw["rule"]) or ""]
        for name, parameter in rule.parameters.items():
            if parameter.kind in ("names", "terms"):
                named = _names_at(raw.get(name), (*path, name))
                _check(document, named, there.steps, _NO_STEP, faults)
            elif parameter.kind == "role":
                _check(document, texts_at(raw.get(name), (*path, name)), there.roles, _NO_ROLE, faults)
        when = raw.get("when") or {}
        other = when.get("not")
        for at, said in (((), when), (("not",), other if isinstance(other, dict) else {})):
            for name, known, what in (
                ("procedures", there.ids, _NO_PROCEDURE),
                ("case", there.cases, _NO_CASE),
            ):
                where = (*path, "when", *at, name)
                _check(document, texts_at(said.get(name), where), known, what, faults)


def _names_at(value: Any, path: Path) -> Iterator[tuple[Path, str]]:  # noqa: ANN401 - any written value
    """Every text of a list of texts or of lists of them."""
    for i, each in enumerate(value) if isinstance(value, list) else ():
        if isinstance(each, list):
            yield from texts_at(each, (*path, i))
    yield from texts_at(value, path)


def _check(
    document: Document,
    named: Iterable[tuple[Path, str]],
    known: Iterable[str],
    what: Text,
    faults: list[Fault],
) -> None:
    for where, name in named:
        if name not in known:
            hint = did_you_mean(name, known) if len(faults) < MOST_HINTS else None
            said = Text(*(what.fill(lang, {"name": shorten(name)}) for lang in ("vi", "en")))
            faults.append(document.fault(where, said, hint))


_NO_STEP = Text(
    vi="'{name}' không phải loại bước, cũng không phải bước của quy trình nào",
    en="'{name}' is neither a kind of step nor a step of any procedure",
)
_NO_ROLE = Text(vi="không có vai trò '{name}'", en="there is no role '{name}'")
_NO_PROCEDURE = Text(vi="không có quy trình '{name}'", en="there is no procedure '{name}'")
_NO_CASE = Text(vi="không quy trình nào có trường hợp '{name}'", en="no procedure has a case '{name}'")
