"""A comparison in one language: everything that its pages and its lines at the terminal print."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from iso_audit.model.outcome import Workspace
from iso_audit.model.rule import Rule
from iso_audit.model.simulated import SimulationOutcome
from iso_audit.report.as_json import plain
from iso_audit.report.front import place_date
from iso_audit.report.simplification.calibration import calibration_view
from iso_audit.report.simplification.speaker import Speaker
from iso_audit.report.simplification.teller import Teller
from iso_audit.report.simplification.values import SimulationView
from iso_audit.report.words import words


def simulation_view(
    outcome: SimulationOutcome, workspace: Workspace, catalogue: Mapping[str, Rule], lang: str, version: str
) -> SimulationView:
    """Say a comparison in one language."""
    say = words(lang)
    settings, scenario = workspace.settings, outcome.scenario
    speaker = Speaker(outcome, workspace, catalogue, say)
    teller = Teller(speaker)
    by_id = {one.redesign.proposal.id: one for one in outcome.comparisons}
    refused = {one.proposal.id: one for one in outcome.refused}
    proposals = tuple(
        teller.proposal(n, by_id.get(one.id), refused.get(one.id))
        for n, one in enumerate(scenario.proposals, 1)
        if one.id in by_id or one.id in refused
    )
    digest = hashlib.sha256(json.dumps(plain(outcome), sort_keys=True, default=str).encode()).hexdigest()
    return SimulationView(
        words=say,
        lang=lang,
        parent=say.say(settings.parent),
        office=say.say(settings.office) or say("head.no_office"),
        number=settings.report_number,
        place_date=place_date(settings, settings.audit_date, say),
        subject=say.say(scenario.title) or scenario.id,
        stamp=say("sim.stamp") if outcome.is_forced else "",
        about=tuple(teller.about()),
        summary_heads=teller.headline,
        summary=tuple(
            teller.summary_row(n, one, by_id.get(one.id)) for n, one in enumerate(scenario.proposals, 1)
        ),
        proposals=proposals,
        loads=tuple(teller.load_rows()),
        role_names={one.role: speaker.facts.role(one.role) for one in outcome.loads},
        assumptions=tuple(teller.assumptions()),
        calibration=(
            calibration_view(outcome.calibration, speaker.facts, scenario.currency)
            if outcome.calibration is not None
            else None
        ),
        search=teller.search(),
        signer=say.say(settings.signer),
        signer_name=settings.signer_name,
        recipients=tuple(say.say(one) for one in settings.recipients),
        version=version,
        digest=digest,
        created=settings.audit_date.isoformat(),
    )
