"""Procedures to measure on: nested, mixed, with loops, of any size, always the same for one seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

from iso_audit.model.procedure import Flow, Join, Limit, Procedure, Separation, Split, Step
from iso_audit.text import Text

HANDS = {
    "receive": "one-stop-officer", "check": "one-stop-officer", "record_scan": "one-stop-officer",
    "issue_receipt": "one-stop-officer", "transfer_in": "one-stop-officer", "assign": "division-head",
    "appraise": "specialist", "field_check": "specialist", "consult": "specialist",
    "draft_result": "specialist", "review": "division-head", "approve_sign": "chairman",
    "number_stamp": "clerk", "transfer_out": "clerk", "return_result": "one-stop-officer",
    "archive": "specialist", "request_supplement": "one-stop-officer", "other": "specialist",
}  # fmt: skip
"""Kind of step -> who carries it out."""
SPINE = (
    "receive", "check", "issue_receipt", "transfer_in", "assign", "appraise", "review", "approve_sign",
    "number_stamp", "return_result", "archive",
)  # fmt: skip
BETWEEN = ("other", "field_check", "draft_result", "consult", "record_scan", "review")


class Draft:
    """A procedure while it is being drawn."""

    def __init__(self, seed: int, kinds: Sequence[str]) -> None:
        self.rng = random.Random(seed)
        self.kinds = kinds
        self.steps: list[dict[str, object]] = []
        self.flows: list[list[Flow]] = []

    def add(self, kind: str, **more: object) -> int:
        self.steps.append({"kinds": (kind,), **more})
        self.flows.append([])
        return len(self.steps) - 1

    def task(self, kind: str = "") -> int:
        kind = kind or self.rng.choice(self.kinds)
        hours = Limit(Fraction(self.rng.randint(0, 8), 2))
        return self.add(kind, role=HANDS[kind], limit=hours, records=(f"record {len(self.steps)}",))

    def connect(self, a: int, b: int, outcome: str = "") -> None:
        self.flows[a].append(Flow(f"s{b}", outcome))

    def block(self, size: int) -> tuple[int, int]:
        """First and last step of a block of about `size` steps."""
        if size <= 3:
            first = last = self.task()
            for _ in range(size - 1):
                after = self.task()
                self.connect(last, after)
                last = after
            return first, last
        sort = self.rng.choice(("sequence", "sequence", "one", "all", "some", "loop"))
        if sort == "sequence":
            a, b = self.block(size // 2), self.block(size - size // 2)
            self.connect(a[1], b[0])
            return a[0], b[1]
        if sort == "loop":
            first, body, decide, last = self.add("route"), self.block(size - 3), self.task(), self.task()
            self.connect(first, body[0])
            self.connect(body[1], decide)
            self.connect(decide, first, "again")
            self.connect(decide, last, "done")
            return first, last
        join = {"one": Join.ANY, "all": Join.ALL, "some": Join.SOME}[sort]
        first, last = self.add("route", split=Split(sort)), self.add("route", join=join)
        width = self.rng.randint(2, 4)
        for number in range(width):
            part = self.block(max(1, (size - 2) // width))
            self.connect(first, part[0], f"o{number}")
            self.connect(part[1], last)
        return first, last

    def finished(self) -> Procedure:
        steps = tuple(
            Step(f"s{n}", Text(f"Bước {n}", f"Step {n}"), unit="commune", flows=tuple(flows), **more)  # type: ignore[arg-type]
            for n, (more, flows) in enumerate(zip(self.steps, self.flows, strict=True))
        )
        return Procedure(
            "drawn", steps, Text("Quy trình", "Procedure"), code="1.000001", level="commune", owner="commune",
            authority="chairman", limits={"default": Limit(Fraction(len(steps)))}, start="s0",
            separation=(Separation(("appraise", "approve_sign")),),
        )  # fmt: skip


def drawn(size: int, *, tidy: bool, seed: int = 1) -> Procedure:
    """A nested procedure of `size` nodes, a few more or less."""
    draft = Draft(seed, BETWEEN if tidy else (*SPINE, *BETWEEN))
    last = draft.task("receive")
    stretch = max(1, size // len(SPINE))
    for number, kind in enumerate(SPINE, 1):
        if tidy and kind != "receive":
            after = draft.task(kind)
            draft.connect(last, after)
            last = after
        while len(draft.steps) < min(number * stretch, size):
            first, end = draft.block(min(200, size - len(draft.steps)))
            draft.connect(last, first)
            last = end
    return draft.finished()


def branches(width: int, length: int) -> Procedure:
    """`width` parallel branches of `length` steps each, kinds going round."""
    draft = Draft(1, BETWEEN)
    first, last = draft.task("receive"), draft.task("archive")
    draft.steps[first]["split"], draft.steps[last]["join"] = Split.ALL, Join.ALL
    for number in range(width):
        before = first
        for place in range(length):
            at = draft.task(SPINE[(number + place) % len(SPINE)])
            draft.connect(before, at)
            before = at
        draft.connect(before, last)
    return draft.finished()
