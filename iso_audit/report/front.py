"""The front of the report: head, result in one paragraph, figures, scope, method."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from iso_audit.judgement.grade import Scale
from iso_audit.model.finding import Grade
from iso_audit.model.log import Intake
from iso_audit.model.outcome import Outcome, Settings, Workspace
from iso_audit.report.facts import Facts
from iso_audit.report.facts import rate as rate_of
from iso_audit.report.fulfilment import Fulfilment
from iso_audit.report.words import Words
from iso_audit.text import Text, date, moment, number, official_date


@dataclass(frozen=True, slots=True)
class Head:
    """The components of an official document's head and foot (ND 30/2020, Annex I)."""

    parent: str
    office: str
    number: str
    """Empty where the report has none yet: the head then leaves room to write it."""
    place_date: str
    subject: str
    signer: str
    signer_name: str
    recipients: tuple[str, ...]
    note: str
    """Under the head: what the reader must know first, e.g. that the log is synthetic."""


@dataclass(frozen=True, slots=True)
class Card:
    """One of the four figures; `tone` is `plain`, `major` or `minor`."""

    value: str
    label: str
    note: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One point of ISO 19011, 6.5.1, with what the report says to it."""

    letter: str
    label: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason for which rows were refused, with the first such row."""

    reason: str
    count: str
    example: str


@dataclass(frozen=True, slots=True)
class Method:
    """How the audit was made and how good the data is; `counts` are (what, read, kept, ignored, refused)."""

    grading: str
    has_log: bool
    facts: tuple[tuple[str, str], ...] = ()
    counts: tuple[tuple[str, ...], ...] = ()
    refusals: tuple[Refusal, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    assumptions: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


def head(outcome: Outcome, workspace: Workspace, words: Words) -> Head:
    """Head and foot from the settings; what they do not say is left for the pen."""
    settings = workspace.settings
    return Head(
        parent=words.say(settings.parent),
        office=words.say(settings.office) or words("head.no_office"),
        number=settings.report_number,
        place_date=place_date(settings, outcome.card.audit_date, words),
        subject=words("head.subject" if outcome.intake else "head.subject_definitions"),
        signer=words.say(settings.signer),
        signer_name=settings.signer_name,
        recipients=_recipients([words.say(one) for one in settings.recipients], words),
        note=words.say(outcome.mapping_note),
    )


def place_date(settings: Settings, day: dt.date, words: Words) -> str:
    """Where and when a document is drawn up, as its head says it; the day alone where no place is set."""
    dated = official_date(day) if words.lang == "vi" else date(day, words.lang)
    place = words.say(settings.place)
    return f"{place}, {dated}" if place else dated[0].upper() + dated[1:]


def _recipients(named: list[str], words: Words) -> tuple[str, ...]:
    """Those of the settings, and the file copy that every official document has."""
    sign = words("recipients.file").partition(":")[0]
    return tuple(named if any(one.startswith(sign) for one in named) else [*named, words("recipients.file")])


def _counted(outcome: Outcome, words: Words) -> dict[str, str]:
    grades = Counter(finding.grade for finding in outcome.findings)
    return {grade.value: words.count(f"count.{grade.value}", grades[grade]) for grade in Grade}


def _sampling(intake: Intake | None) -> str:
    """The key of what is said of how dossiers were chosen."""
    if intake is None:
        return "scope.sampling_none"
    return "scope.sampling_all" if intake.cut_off is None else "scope.sampling_read"


def summary(
    outcome: Outcome, workspace: Workspace, degree: Fulfilment, open_questions: int, facts: Facts
) -> str:
    """The result in one paragraph."""
    words, intake = facts.words, outcome.intake
    asked = words(
        "summary.asked",
        requirements=words.count("count.requirements", outcome.card.questions),
        packs=words.join(pack.title.say(words.lang) or pack.id for pack in workspace.packs) or "–",
        procedures=words.count("count.procedures", len(workspace.procedures)),
    )
    if intake is not None:
        first, last = _received(intake, workspace, facts.lang)
        dossiers = words.count("count.dossiers", intake.dossiers_examined)
        all_of = "summary.dossiers" if intake.cut_off is None else "summary.dossiers_read"
        asked += words(all_of, dossiers=dossiers, first=first, last=last)
    said = [f"{asked}."]
    if intake is not None and intake.cut_off is not None:
        said.append(words("summary.cut_off", rows=number(intake.cut_off.rows, facts.lang)))
    said.append(
        words("summary.found", **_counted(outcome, words)) if outcome.findings else words("summary.clean")
    )
    if degree.rate:
        said.append(words("summary.rate", rate=degree.rate, share=degree.rate_share))
    if outcome.waived:
        said.append(words.count("summary.waived", len(outcome.waived)))
    if open_questions:
        times = words.count("count.times", sum(item.count for item in outcome.open_items))
        left = words.count("count.open", open_questions)
        said.append(words("summary.open", open=left, times=times, section=words("section.open")))
    return " ".join(said)


def _received(intake: Intake, workspace: Workspace, lang: str) -> tuple[str, str]:
    """First and last day that the audit covers: the settings' period, else what the log holds."""
    if workspace.settings.period is not None:
        first, last = workspace.settings.period
        return date(first, lang), date(last, lang)
    ends = [date(end.date(), lang) if end is not None else "–" for end in (intake.first, intake.last)]
    return ends[0], ends[1]


def cards(outcome: Outcome, workspace: Workspace, degree: Fulfilment, facts: Facts) -> tuple[Card, ...]:
    """Four figures: what was examined, how much of it was right, major and minor nonconformities."""
    words, lang, intake = facts.words, facts.lang, outcome.intake
    procedures = words.count("count.procedures", len(workspace.procedures))
    if intake is not None:
        examined = Card(
            number(intake.dossiers_examined, lang),
            words("card.dossiers"),
            words("card.dossiers_note", procedures=procedures),
        )
    else:
        count = number(len(workspace.procedures), lang)
        examined = Card(count, words("card.procedures"), words("card.procedures_note"))
    if degree.rate:
        right = Card(degree.rate, words("card.rate"), words("card.rate_note", share=degree.rate_share))
    else:
        asked = degree.met + degree.unmet
        note = words("card.met_note", met=degree.met, asked=asked)
        right = Card(rate_of(degree.met, asked, lang), words("card.met"), note)
    graded = Counter((finding.grade, finding.on_definition) for finding in outcome.findings)
    major = graded[Grade.MAJOR, True], graded[Grade.MAJOR, False]
    minor = graded[Grade.MINOR, True] + graded[Grade.MINOR, False]
    seen = graded[Grade.OBSERVATION, True] + graded[Grade.OBSERVATION, False]
    return (
        examined,
        right,
        Card(
            number(sum(major), lang), words("card.major"),
            words("card.major_note", definition=major[0], dossier=major[1]), "major",
        ),
        Card(
            number(minor, lang), words("card.minor"),
            words("card.minor_note", observation=words.count("count.observation", seen)), "minor",
        ),
    )  # fmt: skip


def scope(outcome: Outcome, workspace: Workspace, open_questions: int, words: Words) -> tuple[ScopeRow, ...]:
    """One row for each point a) to k) of ISO 19011, 6.5.1."""
    settings = workspace.settings

    def names(key: str, texts: tuple[Text, ...]) -> list[str]:
        said = [words.say(text) for text in texts if words.say(text)]
        return [words(key, names="; ".join(said))] if said else []

    dates = [words("scope.date", date=date(outcome.card.audit_date, words.lang))]
    if settings.period is not None:
        first, last = (date(day, words.lang) for day in settings.period)
        dates.append(words("scope.period", first=first, last=last))
    criteria = [
        " ".join(filter(None, (pack.title.say(words.lang) or pack.id, pack.edition and f"({pack.edition})")))
        for pack in workspace.packs
    ]
    findings = words.count("count.findings", len(outcome.findings))
    left = words("scope.see_open", open=words.count("count.open", open_questions)) if open_questions else ""
    said: dict[str, list[str]] = {
        "a": [words.say(settings.objectives)],
        "b": [words.say(settings.scope), *names("scope.auditees", settings.auditees), left],
        "c": [words.say(settings.client)],
        "d": [*names("scope.team", settings.team), *names("scope.participants", settings.participants)],
        "e": [*dates, *names("scope.locations", (settings.locations,))],
        "f": criteria,
        "g": [words("scope.see_findings", findings=findings)],
        "h": [words("scope.see_conclusion")],
        "i": [words("scope.see_conclusion")],
        "j": [words.say(settings.divergent_opinions) or words("scope.no_opinions")],
        "k": [words(_sampling(outcome.intake))],
    }
    return tuple(
        ScopeRow(letter, words(f"scope.{letter}"), tuple(filter(None, lines)) or (words("none.stated"),))
        for letter, lines in said.items()
    )


def method(outcome: Outcome, workspace: Workspace, facts: Facts) -> Method:
    """How the questions were put, graded and counted, and what of the log could be used."""
    words, lang = facts.words, facts.lang
    scale = Scale.read(workspace.settings.grading)
    grading = words(
        "method.grading",
        few=scale.few_breaches,
        bound=scale.few_dossiers,
        share=f"{number(100 * scale.share, lang)}%",
    )
    failures = tuple(
        f"{one.code} · {facts.procedure(one.procedure)}: {one.message}" for one in outcome.failures
    )
    assumptions = tuple(said for note in outcome.notes if (said := words.say(note)))
    intake = outcome.intake
    if intake is None:
        return Method(grading, has_log=False, assumptions=assumptions, failures=failures)
    return Method(
        grading,
        has_log=True,
        facts=_log_facts(outcome, intake, facts),
        counts=_log_counts(intake, facts),
        refusals=_refusals(intake, words),
        unknown=tuple((name, number(times, lang)) for name, times in _often(intake.unknown_activities)),
        assumptions=assumptions,
        failures=failures,
    )


def _log_facts(outcome: Outcome, intake: Intake, facts: Facts) -> tuple[tuple[str, str], ...]:
    words, lang = facts.words, facts.lang
    logs = [one.name for one in outcome.card.inputs if one.role == "log"]
    said = [(words("method.source"), ", ".join(logs))]
    if intake.first is not None and intake.last is not None:
        said.append((words("method.period"), f"{moment(intake.first, lang)} – {moment(intake.last, lang)}"))
    if (cut := intake.cut_off) is not None:
        counts = {"rows": cut.rows, "bytes": cut.size_bytes, "left": cut.left_out}
        told = {name: number(count, lang) for name, count in counts.items()}
        said.append((words("method.cut_off"), words("method.cut_off_said", **told)))
    if intake.drawn_up_at is not None:
        said.append((words("method.drawn_up"), moment(intake.drawn_up_at, lang)))
    said.append((words("method.unfinished"), number(intake.dossiers_open, lang)))
    if intake.dossiers_without_procedure:
        said.append((words("method.without_procedure"), number(intake.dossiers_without_procedure, lang)))
    if intake.dossiers_outside_period:
        said.append((words("method.outside_period"), number(intake.dossiers_outside_period, lang)))
    return tuple((label, value) for label, value in said if value)


def _log_counts(intake: Intake, facts: Facts) -> tuple[tuple[str, ...], ...]:
    words = facts.words
    refused = intake.event_rows - intake.events_kept - intake.events_ignored
    lost = intake.dossier_rows - intake.dossiers_kept
    rows = [("method.events", intake.event_rows, intake.events_kept, intake.events_ignored, refused)]
    if intake.dossier_rows:
        rows.append(("method.dossiers", intake.dossier_rows, intake.dossiers_kept, 0, lost))
    else:
        rows.append(("method.dossiers", intake.dossiers_kept, intake.dossiers_kept, 0, 0))
    for what, told, kept in (
        ("method.register", intake.register_rows, intake.register_kept),
        ("method.reported", intake.reported_rows, intake.reported_kept),
    ):
        if told:
            rows.append((what, told, kept, 0, told - kept))
    return tuple((words(what), *(number(count, facts.lang) for count in counts)) for what, *counts in rows)


def _refusals(intake: Intake, words: Words) -> tuple[Refusal, ...]:
    said = []
    for reason, count in _often(intake.refused_reasons):
        first = next((one for one in intake.refused if one.reason == reason), None)
        example = ""
        if first is not None:
            parts = [
                first.file,
                words("method.row", row=first.row),
                first.column,
                f"«{first.value}»" * bool(first.value),
            ]
            example = ", ".join(filter(None, parts))
        said.append(Refusal(words.find(f"refused.{reason}") or reason, number(count, words.lang), example))
    return tuple(said)


def _often(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent first."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
