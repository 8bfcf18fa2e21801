"""Starts a scenario of a procedure: a commented file that runs as it is, for its owner to correct."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api import starting_words as say
from iso_audit.api.reading import chosen, load_workspace
from iso_audit.api.writing import refuse_existing, write_text
from iso_audit.errors import Fault, InputError
from iso_audit.text import printable

if TYPE_CHECKING:
    from iso_audit.model.outcome import Workspace
    from iso_audit.model.procedure import Procedure, Step
    from iso_audit.model.scenario import Scenario


def start_scenario(
    procedure: str, folder: Path | None = None, target: Path | None = None, lang: str = "vi"
) -> str:
    """Return a scenario file to start from; write it where `target` says.

    Args:
        procedure: Id or code of a procedure of the workspace; its newest version is taken.
        folder: The workspace.
        target: The file to write; it must not exist yet.
        lang: Language of the comments.

    Raises:
        InputError: there is no such procedure, it cannot be simulated, or `target` exists.
    """
    from iso_audit.simulation.first_guess import first_guess
    from iso_audit.workspace.load import working_calendar
    from iso_audit.workspace.positions import parse
    from iso_audit.workspace.scenarios import scenario_of

    if target is not None:
        refuse_existing([target])
    workspace = load_workspace(folder)
    of = _procedure(procedure, workspace)
    calendar = working_calendar(workspace)
    guess = first_guess(of, workspace.organisation, calendar, of.title, workspace.settings.seed)
    text = _text(guess, of, lang)
    faults: list[Fault] = []
    document = parse(text, printable(str(target or f"{guess.id}.yaml")), faults)
    if document is None or scenario_of(document, workspace, faults) is None:
        raise InputError(faults)
    if target is not None:
        write_text(target, text)
    return text


def _procedure(name: str, workspace: Workspace) -> Procedure:
    found = chosen(workspace, [name]).procedures[-1]
    if all(known.id != found.id for known in workspace.procedures):
        raise InputError([Fault(say.NOT_IN_WORKSPACE, printable(name))])
    return found


def _text(guess: Scenario, procedure: Procedure, lang: str) -> str:
    from iso_audit.workspace.write_scenario import scenario_yaml

    facts = {"procedure": procedure.title.say(lang) or procedure.id}
    remarks: dict[tuple[str, ...], str] = {(key,): words.say(lang) for key, words in say.ABOVE.items()}
    for step in procedure.steps:
        if step.id in guess.main.durations:
            remarks["durations", step.id] = _about(step, guess, lang)
        if step.id in guess.main.waits:
            remarks["waits", step.id] = say.ANSWER.say(lang)
    remarks["citizen", "hourly_income"] = say.INCOME.say(lang)
    head = say.HEAD.fill(lang, facts).splitlines()
    return scenario_yaml(guess, head, remarks, say.TAIL.say(lang).splitlines())


def _about(step: Step, guess: Scenario, lang: str) -> str:
    """Name of the step, its limit, and where the guess comes from."""
    from iso_audit.model.limits import say_limit

    name = " ".join(step.name.say(lang).split())
    limit = say_limit(step.limit, lang) if step.limit is not None else say.NO_LIMIT.say(lang)
    if step.limit is not None and step.limit.value:
        limit = say.LIMIT.fill(lang, {"limit": limit})
    if step.role in guess.outside:
        return f"{name}; {limit}; {say.THEIRS.say(lang)}"
    return f"{name}; {limit}"
