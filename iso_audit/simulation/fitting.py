"""A scenario with the numbers of a log in the place of its own, and how well these foretell."""

from __future__ import annotations

from iso_audit.engine.courses import Courses
from iso_audit.errors import Fault, InputError
from iso_audit.model.outcome import Workspace
from iso_audit.model.scenario import Scenario
from iso_audit.model.simulated import Calibration
from iso_audit.simulation.beginning import in_force
from iso_audit.simulation.compile import compiled
from iso_audit.simulation.fit import calibrated
from iso_audit.simulation.hold_out import validated
from iso_audit.text import Text


def fitted_scenario(
    workspace: Workspace, scenario: Scenario, log: Courses, *, starts_known: bool
) -> tuple[Scenario, Calibration]:
    """The scenario with the numbers of a log, and how well these foretell dossiers that were kept apart.

    Raises:
        InputError: the log has no dossier of the procedure.
    """
    procedures = in_force(workspace, scenario)
    procedure = procedures[scenario.main.procedure]
    if not len(log.received_s):
        said = Text(*(each.format(procedure=procedure.id) for each in _NO_DOSSIERS))
        place = scenario.main.place
        raise InputError([Fault(said, place.file, place.line, place.column)])
    steps = compiled(scenario, procedures).steps
    stopping = frozenset(one.step.id for one in steps if one.load == 0 and one.waits_after)
    fitted, calibration = calibrated(
        scenario, procedure, log, scenario.applicants, stopping, starts_known=starts_known
    )
    return fitted, validated(
        scenario, procedures, log, scenario.applicants, stopping, calibration, starts_known=starts_known
    )


_NO_DOSSIERS = (
    "nhật ký không có hồ sơ nào của quy trình '{procedure}'",
    "the log has no dossier of procedure '{procedure}'",
)
