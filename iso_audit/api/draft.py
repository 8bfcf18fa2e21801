"""One proposed procedure: its steps with what a log shows of each, written for an owner to correct."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api import discovery_words as say
from iso_audit.api.broken_off import PROPOSED, broken_off
from iso_audit.text import Text, number, percent

if TYPE_CHECKING:
    from iso_audit.analysis.discovery import Proposed
    from iso_audit.engine.ways import Activity, Handled, Ways
    from iso_audit.model.log import LogMapping
    from iso_audit.model.outcome import Workspace
    from iso_audit.model.procedure import Procedure

_PATHS_SHOWN, _NAMES_SHOWN = 10, 6
_CLEARLY = 0.9
"""Share of the events of a step that one role or unit must have to be written down as the step's own."""
_CODE = re.compile(r"\d\.\d{6}(?:\.\w+)*")


def said(lang: str, **counts: int) -> dict[str, str]:
    """Counts as they are written in a language."""
    return {name: number(count, lang) for name, count in counts.items()}


class Draft:
    """One procedure: what was found of it, and the file that says so."""

    def __init__(
        self, ways: Ways, ids: Mapping[str, str], mapping: LogMapping, workspace: Workspace,
        seen: Handled, log: Path, lang: str,
    ) -> None:  # fmt: skip
        from iso_audit.analysis.discovery import proposed

        self.ways, self.mapping, self.workspace = ways, mapping, workspace
        self.seen, self.log, self.lang = seen, log, lang
        self.ids = {act: ids[activity.word] for act, activity in ways.activities.items()}
        self.proposed: Proposed | None = proposed(ways.paths, self.ids)

    def summary(self, name: str) -> str:
        found = self._found
        facts = {"procedure": name, "steps": number(len(self._acts_of_steps), self.lang)}
        return say.SUMMARY.fill(self.lang, {**facts, **self._fit(found)})

    @property
    def _found(self) -> Proposed:
        assert self.proposed is not None
        return self.proposed

    @property
    def _acts_of_steps(self) -> dict[str, int]:
        """Step id -> activity, for the steps that the proposal has."""
        named = {name: act for act, name in self.ids.items()}
        return {step.id: named[step.id] for step in self._found.steps if not step.is_silent}

    def _fit(self, found: Proposed) -> dict[str, str]:
        counts = said(self.lang, dossiers=found.dossiers, fitting=found.fitting)
        return {**counts, "share": percent(found.fitting, found.dossiers, self.lang)}

    def text(self, name: str) -> str:
        from iso_audit.analysis.discovery import steps_between
        from iso_audit.workspace.write import procedure_yaml

        after = steps_between(self.ways.paths)
        procedure, comments = self.procedure(name), {}
        for step, act in self._acts_of_steps.items():
            lines = self._about(self.ways.activities[act], after.get(act, ()))
            lines += [] if procedure.by_id[step].kinds else [say.NO_KIND.say(self.lang)]
            comments[step] = "\n".join(lines)
        return procedure_yaml(procedure, self._head(), comments)

    def procedure(self, name: str) -> Procedure:
        from iso_audit.exchange.activity_words import kinds_told
        from iso_audit.model.procedure import Procedure
        from iso_audit.workspace.shapes.base import is_id

        found, acts = self._found, self._acts_of_steps
        begins = {path[0] for path in self.ways.paths if path}
        steps = []
        for step in found.steps:
            if not step.is_silent:
                activity = self.ways.activities[acts[step.id]]
                role = self._clear(activity.roles, self.workspace.organisation.roles)
                unit = self._clear(activity.units, self.workspace.organisation.units)
                named = self._written(activity.word)
                kinds = kinds_told(named, role, is_first=begins == {acts[step.id]})
                step = replace(step, name=Text(named), kinds=kinds, role=role, unit=unit)
            steps.append(step)
        word = self.ways.procedure
        code = word if _CODE.fullmatch(word) else ""
        title = say.NO_NAME if code or not word or is_id(word) else Text(word)
        return Procedure(
            name, tuple(steps), title=title, code=code, start=found.start, extent="drawing"
        )  # fmt: skip

    def _written(self, word: str) -> str:
        """The words of the log for a step that the mapping names by its id."""
        return next((theirs for theirs, ours in self.mapping.steps.items() if ours == word), word)

    @staticmethod
    def _clear(names: Mapping[str, int], known: Mapping[str, object]) -> str:
        """The one role or unit that nearly always acted where one is told, if the organisation has it."""
        first = next(iter(names.items()), ("", 0))
        return first[0] if first[0] in known and first[1] >= _CLEARLY * sum(names.values()) else ""

    def _head(self) -> list[str]:
        found, lang = self._found, self.lang
        lines = [say.HEAD.fill(lang, {"log": self.log.name}), ""]
        if self.seen.cut_off is not None:
            lines.append(broken_off(replace(self.seen.cut_off, file=self.log.name), PROPOSED, lang))
        lines.append(say.FITS.fill(lang, self._fit(found)))
        if self.ways.unfinished:
            lines.append(say.UNFINISHED.fill(lang, said(lang, count=self.ways.unfinished)))
        lines.append(say.SHARP.fill(lang, said(lang, allowed=found.allowed, seen=found.seen)))
        if found.left_out:
            lines += self._paths_left_out(found)
        if found.acts_left_out:
            lines.append(say.RARE.say(lang))
            rare = [self.ways.activities[act] for act in found.acts_left_out]
            rare.sort(key=lambda each: (-each.dossiers, each.word))
            lines += [f"  {each.word}: {number(each.dossiers, lang)}" for each in rare]
        lines += ["", say.NO_LIMITS.say(lang)]
        if not self.seen.has_starts:
            lines.append(say.NO_STARTS.say(lang))
        return [*lines, say.EXTENT.say(lang)]

    def _paths_left_out(self, found: Proposed) -> list[str]:
        lang, shown = self.lang, found.left_out[:_PATHS_SHOWN]
        facts = said(lang, dossiers=found.dossiers - found.fitting, count=len(found.left_out))
        lines = [say.LEFT_OUT.fill(lang, facts)]
        for path, times, stuck in shown:
            names = [f"[{self.ids[act]}]" if at == stuck else self.ids[act] for at, act in enumerate(path)]
            lines.append(f"  {number(times, lang)}: {' → '.join(names)}")
        rest = found.left_out[_PATHS_SHOWN:]
        if rest:
            facts = said(lang, count=len(rest), dossiers=sum(times for _, times, _ in rest))
            lines.append("  " + say.MORE.fill(lang, facts))
        return lines

    def _about(self, activity: Activity, after: Iterable[tuple[int, int]]) -> list[str]:
        """What the log shows of one step."""
        lang = self.lang
        time = say.NO_TIME.say(lang)
        if activity.median_seconds is not None and activity.p90_seconds is not None:
            spans = {"median": activity.median_seconds, "p90": activity.p90_seconds}
            time = say.TIME.fill(lang, {key: _span(seconds, lang) for key, seconds in spans.items()})
        counts = said(lang, events=activity.events, dossiers=activity.dossiers)
        lines = [say.STEP.fill(lang, {**counts, "time": time})]
        followers = {self.ids.get(act, say.END.say(lang)): times for act, times in after}
        for words, names in (
            (say.ROLES, activity.roles),
            (say.UNITS, activity.units),
            (say.AFTER, followers),
        ):
            if names:
                shown = [
                    f"{name} ({number(times, lang)})" for name, times in list(names.items())[:_NAMES_SHOWN]
                ]
                more = ", …" if len(names) > _NAMES_SHOWN else ""
                lines.append(words.fill(lang, {"names": ", ".join(shown) + more}))
        return lines


def _span(seconds: int, lang: str) -> str:
    """Working time as offices say it: minutes, hours, or days of eight hours."""
    from iso_audit.model.procedure import HOURS_PER_WORKING_DAY

    if seconds < 3600:
        return f"{number(round(seconds / 60), lang)} {'phút' if lang == 'vi' else 'min'}"
    if seconds < HOURS_PER_WORKING_DAY * 3600:
        return f"{number(round(seconds / 3600, 1), lang)} {'giờ' if lang == 'vi' else 'h'}"
    days = round(seconds / 3600 / HOURS_PER_WORKING_DAY, 1)
    return f"{number(days, lang)} {'ngày làm việc' if lang == 'vi' else 'working days'}"
