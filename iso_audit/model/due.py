"""A due date and how it came about, said in one sentence that an applicant can check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from iso_audit.model.calendar import Calendar
from iso_audit.model.limits import say_limit
from iso_audit.model.procedure import Limit, TimeUnit
from iso_audit.text import Text, date, moment

WEEKLY = Text(vi="ngày nghỉ hằng tuần", en="weekly day off")
"""The name of a day that is off every week and not by a decision of its own."""


class OddDay(NamedTuple):
    """A day that the count met and that is no ordinary working day: what made it so, and who says it."""

    day: dt.date
    name: Text
    source: str
    """The decision; empty for the weekly day off."""
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Interruption:
    """A time in which the clock stood, and at whose end it went on or began anew."""

    begin: dt.datetime
    end: dt.datetime
    restarts: bool = False
    is_heeded: bool = True
    """False where it began after the limit had run out: it does not rescue the dossier."""
    added: Limit | None = None
    """What a heeded pause added to the limit."""


@dataclass(frozen=True, slots=True)
class Due:
    """When something must be done, with everything that decided it."""

    at: dt.datetime
    day: dt.date
    """The legal day; the day before `at` where work closes at midnight."""
    limit: Limit | None
    begun: dt.datetime
    """The receipt, or the restart after which the limit counts anew."""
    counted_from: dt.datetime
    """The moment from which hours run; of limits in days its day is the one that is not counted."""
    is_same_day: bool = False
    cutoff: dt.time | None = None
    """The hour after which it came in, where that made a difference."""
    skipped: tuple[OddDay, ...] = ()
    """Days off that moved the due date, in order; weekly days off have no source."""
    worked: tuple[OddDay, ...] = ()
    """Days that counted by decision, such as make-up Saturdays."""
    interruptions: tuple[Interruption, ...] = ()
    rolled_from: dt.date | None = None
    """The day off on which a limit in calendar days would have ended."""
    is_held: bool = False
    """Whether the clock stood when the limit would have ended, so that it ends once it runs again."""
    unknown_years: tuple[int, ...] = ()
    """Years that the count reached and whose holidays the calendar does not know."""
    otherwise: dt.datetime | None = None
    """The due date if what is not confirmed were not so; None where that changes nothing."""
    doubted: tuple[OddDay, ...] = ()
    """What is not confirmed, where it changes the due date."""

    @property
    def pauses(self) -> tuple[Interruption, ...]:
        """Pauses that moved the due date or tried to, heeded or not."""
        return tuple(item for item in self.interruptions if not item.restarts)

    @property
    def restarts(self) -> tuple[Interruption, ...]:
        return tuple(item for item in self.interruptions if item.restarts)

    @property
    def is_sure(self) -> bool:
        """Whether every decision that moved the date is confirmed and every year known."""
        known = not self.unknown_years and self.otherwise is None
        return known and all(odd.is_sure for odd in self.skipped + self.worked)

    def explain(self, lang: str) -> str:
        """Say in one sentence from when it was counted, what was left out and by whose decision."""
        words = _Words(self, lang)
        clauses = (
            words.beginning(),
            words.cutoff(),
            *(words.interruption(item) for item in self.interruptions),
            words.held(),
            words.roll(),
            words.days_left_out(),
            words.days_counted(),
            words.doubts(),
        )
        when = f"{moment(self.at, lang)} ({_WEEKDAYS[self.at.weekday()].say(lang)})"
        return f"{_DUE.say(lang)} {when}: {'; '.join(clause for clause in clauses if clause)}."


class _Words:
    """The clauses of the sentence, each empty where there is nothing to say."""

    def __init__(self, due: Due, lang: str) -> None:
        self.due = due
        self.lang = lang

    def say(self, vi: str, en: str, **facts: object) -> str:
        return Text(vi=vi, en=en).fill(self.lang, facts)

    def beginning(self) -> str:
        """From when the limit counts; after a restart, from there."""
        due = self.due
        from_moment, from_day = moment(due.counted_from, self.lang), date(due.counted_from.date(), self.lang)
        if due.is_same_day:
            at = self.say(", tiếp nhận lúc {at}", ", received at {at}", at=from_moment)
            said = self.say("trả kết quả trong ngày", "to be returned on the same day")
            return said if due.cutoff else said + at
        assert due.limit is not None
        limit = say_limit(due.limit, self.lang)
        in_days = due.limit.unit in (TimeUnit.WORKING_DAY, TimeUnit.DAY)
        if in_days and due.limit.value is not None and due.limit.value >= 1:
            return self.say(
                "{limit}, tính từ ngày tiếp theo của ngày {day}",
                "{limit}, counted from the day after {day}",
                limit=limit,
                day=from_day,
            )
        return self.say("{limit}, tính từ {at}", "{limit} from {at}", limit=limit, at=from_moment)

    def cutoff(self) -> str:
        due = self.due
        if due.cutoff is None:
            return ""
        return self.say(
            "nhận lúc {at}, sau {cutoff}, nên chuyển sang ngày làm việc tiếp theo",
            "received at {at}, after {cutoff}, and so moved to the next working day",
            at=moment(due.begun, self.lang),
            cutoff=f"{due.cutoff:%H:%M}",
        )

    def interruption(self, item: Interruption) -> str:
        facts = {"begin": moment(item.begin, self.lang), "end": moment(item.end, self.lang)}
        if not item.is_heeded:
            return self.say(
                "lần dừng từ {begin} đến {end} không được tính vì bắt đầu khi đã hết hạn",
                "the stop from {begin} to {end} does not count, since it began after the limit had run out",
                **facts,
            )
        if item.restarts:
            return self.say(
                "chờ từ {begin}, tính lại từ đầu từ {end}",
                "on hold from {begin}, counted anew from {end}",
                **facts,
            )
        amount = Fraction(0) if item.added is None else round(item.added.value or Fraction(0), 2)
        added = say_limit(Limit(amount, item.added.unit), self.lang) if item.added and amount else ""
        return self.say(
            "tạm dừng từ {begin} đến {end}, " + ("thêm {added}" if added else "không thêm thời gian"),
            "paused from {begin} to {end}, " + ("adding {added}" if added else "adding no time"),
            added=added,
            **facts,
        )

    def days_left_out(self) -> str:
        decided = [odd for odd in self.due.skipped if odd.name is not WEEKLY]
        weekly = len(self.due.skipped) - len(decided)
        parts = [*self.spells(decided)]
        if weekly:
            plural = "s" if weekly > 1 else ""
            parts.append(self.say("{n} ngày nghỉ hằng tuần", f"{{n}} weekly day{plural} off", n=weekly))
        return self.say("trừ {days}", "leaving out {days}", days=self.listed(parts)) if parts else ""

    def days_counted(self) -> str:
        days = self.listed([*self.spells(self.due.worked)])
        return self.say("có tính {days}", "counting {days}", days=days) if days else ""

    def held(self) -> str:
        if not self.due.is_held:
            return ""
        return self.say(
            "hạn rơi vào lúc tạm dừng nên kết thúc khi thời gian được tính tiếp",
            "it would have ended during the pause and so ends once the clock runs again",
        )

    def roll(self) -> str:
        due = self.due
        if due.rolled_from is None:
            return ""
        return self.say(
            "ngày cuối {day} là ngày nghỉ nên hạn chuyển sang ngày làm việc tiếp theo",
            "the last day, {day}, is a day off, so the limit ends on the next working day",
            day=date(due.rolled_from, self.lang),
        )

    def doubts(self) -> str:
        due = self.due
        said = []
        if due.otherwise is not None:
            named = due.skipped + due.worked
            days = self.listed([*self.spells(odd for odd in due.doubted if odd not in named)])
            said.append(
                self.say(
                    "nếu không theo nguồn chưa được xác nhận{days} thì hạn là {at}",
                    "without what is not confirmed{days} it would be due {at}",
                    days=days and f" – {days} –",
                    at=moment(due.otherwise, self.lang),
                )
            )
        if due.unknown_years:
            said.append(
                self.say(
                    "lịch chưa có ngày nghỉ của năm {years}",
                    "the calendar does not know the holidays of {years}",
                    years=self.listed([str(year) for year in due.unknown_years]),
                )
            )
        return "; ".join(said)

    def spells(self, odd_days: Iterable[OddDay]) -> Iterable[str]:
        """Days of one decision in a row as one spell: "16–20/02/2026 (Tết, Công văn ...)"."""
        spells: list[list[OddDay]] = []
        for odd in odd_days:
            goes_on = spells and spells[-1][-1][1:] == odd[1:] and (odd.day - spells[-1][-1].day).days <= 3
            spells[-1].append(odd) if goes_on else spells.append([odd])
        for spell in spells:
            first, last = spell[0], spell[-1]
            when = date(last.day, self.lang)
            if last.day != first.day:
                is_near = (first.day.year, first.day.month) == (last.day.year, last.day.month)
                number = f"{first.day:%d}" if self.lang == "vi" else f"{first.day.day}"
                when = f"{number if is_near else date(first.day, self.lang)}–{when}"
            doubt = "" if first.is_sure else self.say("chưa được xác nhận", "not confirmed")
            said = ", ".join(part for part in (first.name.say(self.lang), first.source, doubt) if part)
            yield f"{when} ({said})"

    def listed(self, parts: list[str]) -> str:
        return self.say(" và ", " and ").join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def odd_day(calendar: Calendar, day: dt.date) -> OddDay | None:
    """Say what makes `day` no ordinary working day of its week, if anything does."""
    exception = calendar.exceptions.get(day)
    if exception is None:
        return None if calendar.works(day) else OddDay(day, WEEKLY, "")
    if exception.spans and exception.spans == calendar.week[day.weekday()]:
        return None
    return OddDay(day, exception.name, exception.source, exception.is_sure)


def added_time(amount: int, unit: TimeUnit) -> Limit:
    """What a pause added: days for limits in days, seconds of work or of the clock for hours."""
    in_days = unit in (TimeUnit.WORKING_DAY, TimeUnit.DAY)
    return Limit(Fraction(amount) if in_days else Fraction(amount, 3600), unit)


_DUE = Text(vi="Hạn là", en="Due")
_WEEKDAYS = (
    Text(vi="thứ hai", en="Monday"),
    Text(vi="thứ ba", en="Tuesday"),
    Text(vi="thứ tư", en="Wednesday"),
    Text(vi="thứ năm", en="Thursday"),
    Text(vi="thứ sáu", en="Friday"),
    Text(vi="thứ bảy", en="Saturday"),
    Text(vi="chủ nhật", en="Sunday"),
)
