"""Times, shares, hours and people as they stand in a scenario file."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from iso_audit.model.calendar import Calendar
from iso_audit.model.scenario import Family, Spread, Staffing
from iso_audit.workspace.quoting import listed, mapping, scalar
from iso_audit.workspace.shapes.calendar import WEEKDAYS

_LISTS = {
    Family.UNIFORM: ("low", "high"),
    Family.TRIANGULAR: ("low", "mode", "high"),
    Family.PERT: ("low", "mode", "high"),
}


def spread(of: Spread) -> str:
    """Write a random time."""
    unit = working_time if of.is_working else _clock
    if of.family is Family.FIXED and not of.zero_share:
        return unit(of.mean_seconds)
    if of.family in (Family.FIXED, Family.EXPONENTIAL):
        inner = unit(of.mean_seconds)
    elif of.family is Family.EMPIRICAL:
        inner = listed([unit(each) for each in of.quantiles_seconds])
    elif of.family in _LISTS:
        inner = listed([unit(getattr(of, f"{end}_seconds")) for end in _LISTS[of.family]])
    else:
        inner = mapping({"mean": unit(of.mean_seconds), "sd": unit(of.sd_seconds)})
    return mapping({str(of.family): inner, "zero": percent(of.zero_share) if of.zero_share else ""})


def percent(share: float) -> str:
    """Write a share: 0.15 is 15%."""
    return f"{decimal(Fraction(repr(share)) * 100)}%"


def plain(value: float) -> str:
    """Write a number without an exponent, and without decimals where it has none."""
    return decimal(Fraction(repr(value)))


def own_hours(calendar: Calendar) -> str:
    """Write the hours of each weekday."""
    days = {
        day: listed([f'"{_hour(a)}-{_hour(b)}"' for a, b in spans])
        for day, spans in zip(WEEKDAYS, calendar.week, strict=True)
        if spans
    }
    return mapping(days)


def staff_values(of: Staffing, office: Calendar) -> dict[str, str]:
    """Write the keys of a role's people."""
    values = {"people": str(of.people), "hourly_cost": plain(of.hourly_cost) if of.hourly_cost else ""}
    if of.calendar != office:
        own = of.calendar.id == f"{office.id}/{of.role}"
        values["hours" if own else "calendar"] = own_hours(of.calendar) if own else scalar(of.calendar.id)
    return values


def shares(of: Mapping[str, float]) -> str:
    """Write shares by name."""
    return mapping({key: percent(share) for key, share in of.items()}) if of else "{}"


def working_time(seconds: float) -> str:
    """Working time in the largest unit that stays short."""
    exact = Fraction(repr(float(seconds)))
    for unit, length in (("wd", 28800), ("wh", 3600)):
        if exact >= length and (exact * 2 / length).denominator == 1:
            return f"{decimal(exact / length)} {unit}"
    return f"{_part(exact, 60)} min"


def _clock(seconds: float) -> str:
    exact = Fraction(repr(float(seconds)))
    if (exact * 2 / 86400).denominator == 1:
        return f"{decimal(exact / 86400)} d"
    return f"{_part(exact, 3600)} h"


def _part(seconds: Fraction, length: int) -> str:
    value = seconds / length
    return decimal(Fraction(round(value * 10**9), 10**9))


def decimal(value: Fraction) -> str:
    """Write a number whose denominator is a product of twos and fives, in full."""
    for places in range(18):
        digits = value * 10**places
        if digits.denominator == 1:
            whole, part = divmod(digits.numerator, 10**places)
            return f"{whole}.{part:0{places}}" if places else str(whole)
    return f"{float(value):.12f}"


def _hour(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}"
