"""What one place of a procedure file says about another.

Read from the plain values, before the shape is trusted, so that a `next` to a step that does
not exist is told together with a limit that nobody understands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from iso_audit.errors import Fault
from iso_audit.model.procedure import KINDS
from iso_audit.text import Text, did_you_mean
from iso_audit.workspace.calls import MAY_SAY
from iso_audit.workspace.faults import Path, missing, not_an_id, shorten, spoken
from iso_audit.workspace.flows import Exits, Flows, no_such_step
from iso_audit.workspace.messages import Messages
from iso_audit.workspace.positions import Document
from iso_audit.workspace.shapes.base import is_id, texts_at, written
from iso_audit.workspace.shapes.procedure import StepShape


class References:
    """The steps that a file defines, and all that refers to them."""

    def __init__(self, document: Document, faults: list[Fault]) -> None:
        self.document, self.faults = document, faults
        self.data: dict[str, Any] = document.data if isinstance(document.data, dict) else {}
        self.paths: dict[str, Path] = {}
        """Step id -> where it stands, in the order of the file."""
        self.messages = Messages()
        for path, raw in self._all_steps():
            self._note_step(path, raw)
        self.exits = {name: self._exits(name, path) for name, path in self.paths.items()}
        self._check_names()
        self._check_messages()

    def _all_steps(self) -> Iterator[tuple[Path, Any]]:
        holders: list[tuple[Path, Any]] = [((), self.data)]
        parts = self.data.get("parts")
        if isinstance(parts, dict):
            holders += [(("parts", name), part) for name, part in parts.items()]
        any_steps = False
        for path, holder in holders:
            steps = holder.get("steps") if isinstance(holder, dict) else None
            if isinstance(steps, dict):
                any_steps = any_steps or bool(steps)
                yield from (((*path, "steps", name), raw) for name, raw in steps.items())
            elif steps is not None:
                any_steps = True  # of the wrong type: the shape says so
        if self.data and not any_steps:
            is_there = self.data.get("steps") is not None
            what = spoken("too_short", "steps", None, {})[0] if is_there else missing("steps")
            self.faults.append(self.document.key_fault(("steps",), what))

    def _note_step(self, path: Path, raw: object) -> None:
        name = str(path[-1])
        if name in self.paths:
            line = self.document.key_place(*self.paths[name]).line
            self.faults.append(self.document.key_fault(path, _step_twice(name, line)))
            return
        self.paths[name] = path
        raw = raw if isinstance(raw, dict) else {}
        if raw.get("kind") not in ("route", ["route"]):
            self._check_id(name, path)
        if raw.get("calls") is not None:
            for key in raw.keys() & StepShape.model_fields.keys() - set(MAY_SAY):
                self.faults.append(self.document.key_fault((*path, key), _said_there(key)))
        sends, awaits = (tuple(text for _, text in texts_at(raw.get(key), ())) for key in ("sends", "awaits"))
        self.messages.note(name, sends, awaits)

    def _exits(self, name: str, path: Path) -> Exits:
        raw = self._raw(path)
        within = written(raw.get("within")) or ""
        flows = Flows(self.document, self.paths.keys(), self.faults, part_of(path), within)
        return flows.exits(name, raw.get("next"), (*path, "next"))

    def _raw(self, path: Path) -> dict[str, Any]:
        value: Any = self.data
        for part in path:
            value = value[part]
        return value if isinstance(value, dict) else {}

    def _check_id(self, name: str, path: Path) -> None:
        if not is_id(name):
            self.faults.append(self.document.key_fault(path, not_an_id(name)))

    def _check_names(self) -> None:
        """Whatever names a step must name one that exists."""
        for path, name in texts_at(self.data.get("start"), ("start",)):
            self._check_step(path, name, self.paths)
        self._check_within()
        for i, group in enumerate(_items(self.data.get("limit_groups"))):
            if isinstance(group, dict):
                for path, name in texts_at(group.get("steps"), ("limit_groups", i, "steps")):
                    self._check_step(path, name, self.paths)
        for i, duties in enumerate(_items(self.data.get("separation"))):
            names = list(texts_at(duties, ("separation", i)))
            for path, name in names:
                self._check_step(path, name, (*self.paths, *KINDS))
            if len(names) < 2:
                self.faults.append(self.document.fault(("separation", i), _ONE_DUTY))

    def _check_within(self) -> None:
        """A sub-procedure is a step, and never lies within itself."""
        around = {name: written(self._raw(path).get("within")) for name, path in self.paths.items()}
        for name, path in self.paths.items():
            outer = around[name]
            if outer is not None:
                self._check_step((*path, "within"), outer, self.paths)
            seen: set[str] = set()
            while outer is not None and outer != name and outer not in seen:
                seen.add(outer)
                outer = around.get(outer)
            if outer == name:
                self.faults.append(self.document.fault((*path, "within"), _INSIDE_ITSELF))

    def _check_step(self, path: Path, name: str, known: Iterable[str]) -> None:
        known = tuple(known)
        if name not in known:
            self.faults.append(self.document.fault(path, *no_such_step(name, known, self.faults)))

    def _check_messages(self) -> None:
        outside = {name for _, name in texts_at(self.data.get("outside"), ())}
        sent, awaited = self.messages.senders.keys(), self.messages.awaiters.keys()
        for path in self.paths.values():
            raw = self._raw(path)
            for key, others, words in (("awaits", sent, _nobody_sends), ("sends", awaited, _nobody_awaits)):
                for where, message in texts_at(raw.get(key), (*path, key)):
                    if message not in others and message not in outside:
                        hint = did_you_mean(message, {*others, *outside})
                        self.faults.append(self.document.fault(where, words(shorten(message)), hint))


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def part_of(path: Path) -> str:
    """Return the part of a linked procedure that a step's path leads through."""
    return str(path[1]) if path[0] == "parts" else ""


def _step_twice(name: str, line: int) -> Text:
    return Text(
        vi=f"bước '{name}' có hai lần (lần đầu ở dòng {line})",
        en=f"step '{name}' is defined twice (first on line {line})",
    )


def _said_there(key: str) -> Text:
    return Text(
        vi=f"bước được thực hiện theo quy trình khác thì không ghi '{key}': các bước của quy trình đó ghi",
        en=f"a step that is carried out as another procedure cannot say '{key}': the steps there say it",
    )


def _nobody_sends(message: str) -> Text:
    return Text(
        vi=f"không bước nào gửi '{message}', và 'outside' cũng không nêu",
        en=f"no step sends '{message}', and 'outside' does not name it",
    )


def _nobody_awaits(message: str) -> Text:
    return Text(
        vi=f"không bước nào chờ '{message}', và 'outside' cũng không nêu",
        en=f"no step awaits '{message}', and 'outside' does not name it",
    )


_INSIDE_ITSELF = Text(
    vi="quy trình con không thể nằm trong chính nó", en="a sub-procedure cannot lie within itself"
)
_ONE_DUTY = Text(
    vi="tách nhiệm vụ cần ít nhất hai bước hoặc loại bước",
    en="a separation needs at least two steps or kinds",
)
