"""How much longer a stage takes, said only where its pace so far can tell."""

from __future__ import annotations

import math
from dataclasses import dataclass

from iso_audit.text import Text, number

FEWEST_DONE, SHORTEST_SECONDS = 2, 3.0
"""Before so many parts are done, and so long has passed, an estimate would be a guess."""
_MINUTE = 60
LEFT = {
    "seconds": Text(vi="còn khoảng {n} giây ở việc này", en="about {n} s left of this stage"),
    "minutes": Text(vi="còn khoảng {n} phút ở việc này", en="about {n} min left of this stage"),
}


@dataclass(slots=True)
class Pace:
    """One stage: when it began, and what was done of it when somebody last told; moments in seconds."""

    begun: float
    ends: float | None = None
    """When it ends if it goes on as it did; None where nobody can say."""
    done: int = 0

    def tell(self, done: int, of: int, now: float) -> None:
        """Hear that `done` parts of `of` are done; fewer than before: the stage began anew."""
        self.begun = now if done < self.done else self.begun
        self.done = done
        passed = now - self.begun
        can_say = FEWEST_DONE <= done < of and passed >= SHORTEST_SECONDS
        self.ends = now + passed * (of - done) / done if can_say else None

    def left(self, now: float, lang: str) -> str:
        """What is left in words, rounded up; empty where nobody can say or the estimate has run out."""
        seconds = 0.0 if self.ends is None else self.ends - now
        if seconds <= 0:
            return ""
        if seconds <= 2 * _MINUTE:
            return LEFT["seconds"].fill(lang, {"n": number(10 * math.ceil(seconds / 10), lang)})
        return LEFT["minutes"].fill(lang, {"n": number(math.ceil(seconds / _MINUTE), lang)})
