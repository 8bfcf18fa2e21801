"""`next` becomes flows: what is nested becomes silent gateways."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from iso_audit.errors import Fault
from iso_audit.model.procedure import Flow, Split, Step
from iso_audit.text import Text, did_you_mean
from iso_audit.workspace.faults import Path, shorten, thing
from iso_audit.workspace.positions import Document
from iso_audit.workspace.shapes.base import written

FLOW_KEYS = frozenset(("to", "case", "outcome", "message"))
"""Keys of a flow that says more than its target."""
MOST_HINTS = 100
"""Faults after which none gets a hint any more: somebody who has so many has another problem."""


@dataclass(frozen=True, slots=True)
class Exits:
    """How a run leaves one step: the flows, and the silent gateways that they lead through."""

    split: Split
    flows: tuple[Flow, ...]
    gateways: tuple[Step, ...] = ()


class Flows:
    """Reads the `next` of one step; gathers the silent gateways and the faults on the way."""

    def __init__(
        self,
        document: Document,
        known: Collection[str],
        faults: list[Fault],
        part: str = "",
        within: str = "",
    ) -> None:
        self.document = document
        self.known = known
        self.faults = faults
        self.part, self.within = part, within
        self.gateways: list[Step] = []

    def exits(self, name: str, value: object, path: Path) -> Exits:
        """Read the `next` of the step `name`."""
        split, flows = self._branches(name, value, path)
        return Exits(split, flows, tuple(self.gateways))

    def _branches(self, name: str, value: object, path: Path) -> tuple[Split, tuple[Flow, ...]]:
        if value is None:
            return Split.ONE, ()
        if isinstance(value, list):
            self._say(path, _BARE_LIST, _SAY_HOW)
            return Split.ONE, ()
        if not isinstance(value, dict) or _is_flow(value):
            return Split.ONE, self._kept([self._flow(name, "", "", value, path)])
        for split in Split:
            if split in value and (split is not Split.ONE or isinstance(value[split], list)):
                return split, self._several(name, value, path, split)
        if not value:
            self._say(path, Text(vi="'next' không được để trống", en="'next' may not be empty"))
        outcomes = [self._flow(name, key, key, each, (*path, key)) for key, each in value.items()]
        return Split.ONE, self._kept(outcomes)

    def _several(self, name: str, value: dict[str, Any], path: Path, split: Split) -> tuple[Flow, ...]:
        branches, path = value[split], (*path, split.value)
        if len(value) > 1:
            self._say(path, _NOT_ALONE)
        if not isinstance(branches, list) or not branches:
            self._say(
                path, Text(vi=f"'{split}' phải là danh sách bước", en=f"'{split}' must be a list of steps")
            )
            return ()
        flows = self._kept(
            [self._flow(name, str(i + 1), "", each, (*path, i)) for i, each in enumerate(branches)]
        )
        seen: set[str] = set()
        for flow in flows:
            if flow.to in seen and split is not Split.ONE:
                self._say(path, _twice(flow.to))
            seen.add(flow.to)
        return flows

    def _flow(self, name: str, label: str, outcome: str, value: object, path: Path) -> Flow | None:
        """Read one branch; anything but a step becomes a gateway named after the branch."""
        place = self.document.place(*path)
        if isinstance(value, dict) and _is_flow(value):
            target = self._target(value["to"], (*path, "to"))
            said = {key: written(value[key]) for key in value if key != "to"}
            for key, words in said.items():
                if words is None:
                    self._say((*path, key), Text(vi=f"'{key}' phải là chữ", en=f"'{key}' must be text"))
            if target is None:
                return None
            outcome = said.get("outcome") or outcome
            return Flow(target, outcome, said.get("case") or "", place, said.get("message") or "")
        if not isinstance(value, dict):
            target = self._target(value, path)
            return None if target is None else Flow(target, outcome, "", place)
        gateway = f"{name}/{label}"
        if gateway in self.known:
            self._say(
                path, Text(vi=f"đã có bước tên '{gateway}'", en=f"there is a step named '{gateway}' already")
            )
        index = len(self.gateways)
        split, flows = self._branches(gateway, value, path)
        silent = Step(
            gateway,
            Text(),
            ("route",),
            part=self.part,
            split=split,
            flows=flows,
            within=self.within,
            place=place,
        )
        self.gateways.insert(index, silent)
        return Flow(gateway, outcome, "", place)

    def _target(self, value: object, path: Path) -> str | None:
        target = written(value)
        if target is None:
            found = thing(value)
            self._say(
                path,
                Text(
                    vi=f"ở đây phải là tên một bước, không phải {found.vi}",
                    en=f"a step is expected here, not {found.en}",
                ),
            )
        elif target not in self.known:
            self._say(path, *no_such_step(target, self.known, self.faults))
            return None
        return target

    def _kept(self, flows: list[Flow | None]) -> tuple[Flow, ...]:
        return tuple(flow for flow in flows if flow is not None)

    def _say(self, path: Path, what: Text, hint: Text | None = None) -> None:
        self.faults.append(self.document.fault(path, what, hint))


def no_such_step(
    name: str, known: Collection[str], faults: Collection[Fault] = ()
) -> tuple[Text, Text | None]:
    """Words and hint for a step that does not exist; no more hints after many faults, they cost time."""
    shown = shorten(name)
    hint = did_you_mean(name, known) if len(faults) < MOST_HINTS else None
    return Text(vi=f"không có bước '{shown}'", en=f"there is no step '{shown}'"), hint


def _is_flow(value: dict[str, Any]) -> bool:
    return "to" in value and value.keys() <= FLOW_KEYS


def _twice(target: str) -> Text:
    return Text(
        vi=f"'{target}' đứng hai lần trong cùng một danh sách", en=f"'{target}' stands twice in the same list"
    )


_BARE_LIST = Text(
    vi="một danh sách bước phải nói rõ cách đi tiếp", en="a list of steps must say how they are taken"
)
_SAY_HOW = Text(
    vi="{all: [..]} đi song song, {some: [..]} đi một số nhánh, hoặc {kết quả: bước}",
    en="{all: [..]} in parallel, {some: [..]} some of them, or {outcome: step}",
)
_NOT_ALONE = Text(
    vi="'all' và 'some' phải đứng một mình, không cùng mục khác",
    en="'all' and 'some' stand alone, without other keys beside them",
)
