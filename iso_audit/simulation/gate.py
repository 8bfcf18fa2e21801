"""The gate: a changed procedure answers every definition rule before a minute of it is simulated.

A nonconformity that the old procedure did not have refuses the change that brings it, with rule and
legal basis. So does what no rule would miss: an order, a duty held apart, a second pair of eyes, a
prescribed record or a right that the old procedure had and the new one lacks. An observation is
told and refuses nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from iso_audit.analysis.bypass import GUARDED
from iso_audit.analysis.duties import in_one_hand, pairs_apart
from iso_audit.analysis.study import Study, study
from iso_audit.audit.definitions import check_definitions
from iso_audit.audit.gathered import Catalogue, Gathered
from iso_audit.model.finding import Finding, Grade
from iso_audit.model.organisation import Organisation
from iso_audit.model.outcome import Workspace
from iso_audit.model.procedure import Period, Procedure, Step
from iso_audit.model.scenario import Change
from iso_audit.model.simulated import Assumption, Redesign, Refusal
from iso_audit.simulation.attempt import is_control

RIGHTS = ("refuse", "request_supplement", "apologise", "stop", "withdraw")
"""Kinds of steps in which an applicant is told why, asked again, apologised to, or may leave."""

TOLD_BY = {
    "one-hand": ("apart",),
    "order": ("order", "control-bypassed"),
    "right": ("refusal-after-appraisal", "exits-of-check"),
}
"""Loss -> rules whose finding says the same."""

_MOST_KEPT = 64
"""Procedures whose answers are kept; those of the old one always are."""

Key = tuple[str, ...]
Loss = tuple[str, tuple[tuple[str, object], ...]]
"""Key of its words and the facts in them."""


class Gate:
    """Judges redesigns of one procedure by the law of one day; what holds of the old one is asked once."""

    def __init__(self, workspace: Workspace, catalogue: Catalogue, day: dt.date) -> None:
        self.catalogue, self.day = catalogue, day
        settings = replace(workspace.settings, audit_date=day)
        self.workspace = replace(workspace, settings=settings, waivers=())
        self._known: dict[tuple[int, str], tuple[Procedure, Gathered]] = {}

    def judged(self, redesign: Redesign) -> Redesign:
        """The redesign with what is new and gone among its findings, and what refuses it."""
        old, new = redesign.stages[0], redesign.procedure
        if new is old:
            return redesign
        into = continued(redesign)
        had, has = self._findings(old, into), self._findings(new, {})
        mended = {_key(finding, {}) for finding in self._asked(new).findings}
        fresh = tuple(has[key] for key in has if key not in had)
        refusals = [
            Refusal(self._bringer(redesign, self._brings(key, into)), "finding", {}, has[key], is_made=True)
            for key in has
            if key not in had and has[key].grade is not Grade.OBSERVATION
        ]
        told = {refusal.finding.rule for refusal in refusals if refusal.finding is not None}
        every = losses(old, new, redesign, self.workspace.organisation, self.day)
        lost = [loss for loss in every if told.isdisjoint(TOLD_BY.get(loss[0], ()))]
        refusals += [
            Refusal(
                self._bringer(redesign, self._loses(loss, redesign)), loss[0], dict(loss[1]), is_made=True
            )
            for loss in lost
        ]
        return replace(
            redesign,
            refusals=(*redesign.refusals, *refusals),
            new_findings=fresh,
            gone_findings=tuple(f for f in self._asked(old).findings if _key(f, into) not in mended),
            assumptions=(*_unanswered(redesign, refusals), *self._assumed(redesign)),
        )

    def _asked(self, procedure: Procedure, extent: str = "") -> Gathered:
        extent = extent or procedure.extent
        key = id(procedure), extent
        known = self._known.get(key)
        if known is None:
            gathered = Gathered()
            alone = replace(procedure, in_force=Period(), extent=extent)
            check_definitions(replace(self.workspace, procedures=(alone,)), self.catalogue, gathered)
            known = self._known[key] = (procedure, gathered)
            if len(self._known) > _MOST_KEPT:
                del self._known[list(self._known)[2]]
        return known[1]

    def _findings(self, procedure: Procedure, into: Mapping[str, str]) -> dict[Key, Finding]:
        """Findings by what they say of which step; steps that were merged under their new name.

        A printed table is read as if it said everything, too: what it does not show proves nothing, but
        what it showed and no longer shows was taken away.
        """
        readings = dict.fromkeys((procedure.extent, "full"))
        every = (finding for extent in readings for finding in self._asked(procedure, extent).findings)
        return {_key(finding, into): finding for finding in every}

    def _brings(self, key: Key, into: Mapping[str, str]) -> Callable[[Procedure], bool]:
        return lambda stage: key in self._findings(stage, into)

    def _loses(self, loss: Loss, redesign: Redesign) -> Callable[[Procedure], bool]:
        old, known = redesign.stages[0], self.workspace.organisation
        return lambda stage: loss in losses(old, stage, redesign, known, self.day)

    @staticmethod
    def _bringer(redesign: Redesign, shows: Callable[[Procedure], bool]) -> Change | None:
        """The change since which something shows without a break."""
        changes = redesign.proposal.changes
        for change, stage in zip(reversed(changes), reversed(redesign.stages[:-1]), strict=True):
            if not shows(stage):
                return change
        return None

    def _assumed(self, redesign: Redesign) -> Iterator[Assumption]:
        """What could be decided of the old procedure and no longer can, and records that nobody keeps now."""
        changes = redesign.proposal.changes
        old, new = self._asked(redesign.stages[0]), self._asked(redesign.procedure)
        before = {(item.code, item.requirement, item.reason) for item in old.open_items}
        for item in new.open_items:
            if (item.code, item.requirement, item.reason) not in before:
                yield Assumption(changes[-1], "open", {"code": item.code, "reason": item.reason})
        crashed = {failure.code for failure in new.failures} - {failure.code for failure in old.failures}
        for code in sorted(crashed):
            yield Assumption(changes[-1], "open", {"code": code, "reason": "failed"})
        for step, record in _records_lost(redesign.stages[0], redesign.procedure):
            if redesign.stages[0].form_of(record) is None:
                yield Assumption(changes[-1], "record", {"step": step, "record": record})


def judged(workspace: Workspace, catalogue: Catalogue, redesign: Redesign) -> Redesign:
    """Put a redesign to every requirement in force on the first day of its scenario."""
    return Gate(workspace, catalogue, redesign.scenario.first).judged(redesign)


def _unanswered(redesign: Redesign, refusals: Sequence[Refusal]) -> Iterator[Assumption]:
    """What is taken for granted, but that nothing asks for a step where its loss is refused."""
    refused = [refusal.change for refusal in refusals]
    yield from (one for one in redesign.assumptions if not (one.key == "not-asked" and one.change in refused))


def continued(redesign: Redesign) -> dict[str, str]:
    """Step of the old procedure -> the step under whose id it goes on, where that is another."""
    return {fate.step: fate.into for fate in redesign.fates if fate.into and fate.fate != "added"}


def _key(finding: Finding, into: Mapping[str, str]) -> Key:
    variant = " ".join(into.get(word, word) for word in finding.variant.split(" "))
    return finding.code, finding.requirement, into.get(finding.step, finding.step), variant


def losses(
    old: Procedure, new: Procedure, redesign: Redesign, organisation: Organisation, day: dt.date
) -> tuple[Loss, ...]:
    """What the old procedure assured and the new one does not, beside what rules ask for."""
    before, after = study(old, organisation, day), study(new, organisation, day)
    found = [*_rights_lost(old, new), *_forms_lost(old, new)]
    if before.is_decided and after.is_decided:
        follows = _Following(new, redesign)
        found += _duties_joined(before, after)
        found += _orders_lost(before, after, follows)
        found += _eyes_lost(before, after, follows)
    return tuple(dict.fromkeys(found))


def _loss(reason: str, **facts: object) -> Loss:
    return reason, tuple(facts.items())


def _rights_lost(old: Procedure, new: Procedure) -> Iterator[Loss]:
    for kind in RIGHTS:
        if old.of_kind(kind) and not new.of_kind(kind):
            yield _loss("right", kind=kind, step=old.of_kind(kind)[0].id)


def _records_lost(old: Procedure, new: Procedure) -> Iterator[tuple[str, str]]:
    kept = {record for step in new.steps for record in step.records}
    gone: dict[str, str] = {}
    for step in old.steps:
        for record in step.records:
            if record not in kept:
                gone.setdefault(record, step.id)
    return ((step, record) for record, step in gone.items())


def _forms_lost(old: Procedure, new: Procedure) -> Iterator[Loss]:
    for step, record in _records_lost(old, new):
        if old.form_of(record) is not None:
            yield _loss("record", step=step, record=record)


class _Following:
    """What stands in the new procedure for a step of the old one."""

    def __init__(self, new: Procedure, redesign: Redesign) -> None:
        self.new = new
        self.into = continued(redesign)
        self.beside: dict[str, list[str]] = {}
        for fate in redesign.fates:
            if fate.fate == "added" and fate.into:
                self.beside.setdefault(fate.into, []).append(fate.step)

    def of(self, step: str) -> tuple[str, ...]:
        """The step itself or what it was merged into, and the steps that some cases take instead."""
        known = self.new.by_id
        found = [step if step in known else self.into.get(step, ""), *self.beside.get(step, ())]
        return tuple(name for name in found if name in known)


def _duties_joined(before: Study, after: Study) -> Iterator[Loss]:
    pairs = pairs_apart(before.procedure, ())
    held, now = in_one_hand(before, pairs), in_one_hand(after, pairs)
    for pair in pairs:
        if pair in now and pair not in held:
            yield _loss(
                "one-hand", kinds=pair, roles=now[pair].roles, steps=(now[pair].first, now[pair].second)
            )


def _guarded(before: Study) -> Iterator[Step]:
    yield from (step for step in before.procedure.of_kind(*GUARDED) if not step.anytime)


def _orders_lost(before: Study, after: Study, follows: _Following) -> Iterator[Loss]:
    """Controls that always came before a signature, a stamp or a hand-out, and need not any more."""
    for aim in _guarded(before):
        aims = follows.of(aim.id)
        for name in _in_file_order(before, before.must_before(aim.id)):
            step, stands = before.procedure.by_id[name], follows.of(name)
            if not is_control(step) or not stands or not aims or set(stands) & set(aims):
                continue
            is_kept = len(stands) == 1 and all(stands[0] in after.must_before(each) for each in aims)
            if not is_kept and (len(stands) == 1 or after.run_with_before(stands, aims) is not None):
                yield _loss("order", step=name, step_second=aim.id)


def _eyes_lost(before: Study, after: Study, follows: _Following) -> Iterator[Loss]:
    """Signatures before which two people looked at the dossier, and now only the one who signs does."""
    for aim in before.procedure.of_kind("approve_sign"):
        for name in follows.of(aim.id):
            if len(_lookers(before, aim.id)) > 1 and len(_lookers(after, name)) < 2:
                yield _loss("four-eyes", step=name)


def _lookers(of: Study, aim: str) -> set[str]:
    """Roles that check on every run before a signature, the one that signs included."""
    known = of.procedure.by_id
    return {known[name].role for name in (*of.must_before(aim), aim) if is_control(known[name])}


def _in_file_order(of: Study, names: Iterable[str]) -> list[str]:
    wanted = set(names)
    return [step.id for step in of.procedure.steps if step.id in wanted]
