"""Do the steps that the law asks for happen, on every way through the procedure?"""

from __future__ import annotations

from collections.abc import Mapping

from iso_audit.analysis.conduct import required
from iso_audit.analysis.once import once
from iso_audit.analysis.study import Study, study_of
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.model.trace import Trace
from iso_audit.text import Text

MANDATORY = (
    "receive", "check", "issue_receipt", "transfer_in", "assign", "appraise", "approve_sign",
    "number_stamp", "return_result", "archive",
)  # fmt: skip


def _defined(study: Study, requirement: Requirement) -> Answer:
    """A kind must exist, and no run may end without it unless the dossier is turned away.

    A printed step table is no proof that a kind is missing: one row often does several things
    and names only some of them.
    """
    procedure = study.procedure
    dropped = requirement.names("unless_same_day") if procedure.same_day else ()
    asked = [name for name in requirement.names("of") if name not in dropped]
    missing = [name for name in asked if not procedure.meant(name)]
    if procedure.is_partial:
        unseen = (Unknown("printed-table", facts={"kinds": tuple(missing)}),) if missing else ()
        return Answer(checked=len(asked) - len(missing), unknowns=unseen)
    turned_away = requirement.names("turned_away")
    decided = study.is_decided
    breaches = []
    runs = study.runs_avoiding([(name, *turned_away) for name in asked])
    for name, run in zip(asked, runs, strict=True):
        if name in missing or run is not None:
            step = next((step.id for step in procedure.meant(name)), "")
            facts = {"kind": name, "run": run or ()}
            breaches.append(Breach(step, facts, requirement.grade_of(name), variant=name))
    undecided = () if decided else tuple(name for name in asked if name not in missing)
    unknowns = (Unknown("unsound", facts={"kinds": undecided}),) if undecided else ()
    return Answer(len(asked) - len(undecided), tuple(breaches), unknowns)


def _handled(trace: Trace, requirement: Requirement) -> Answer:
    """What every run has that passes what happened must have happened; an open dossier may yet mend it.

    An activity that no step answers to may be the missing step under another name.
    """
    study = study_of(trace.procedure)
    if not study.is_decided:
        return Answer(unknowns=(Unknown("unsound"),))
    needed, by_id = required(study, trace), trace.procedure.by_id
    happened = trace.happened
    missing = sorted(needed - happened)
    if missing and not trace.facts.get("closed"):
        decided = dict.fromkeys(sorted(needed & happened), 1)
        return Answer(len(decided), unknowns=(Unknown("unfinished"),), by_step=decided)
    if not by_id.keys() >= happened:
        decided = dict.fromkeys(sorted(needed & happened), 1)
        unknowns = tuple(Unknown("unknown-step", step) for step in missing)
        return Answer(len(decided), unknowns=unknowns, by_step=decided)
    lacking = _lacking(trace.procedure, requirement)
    breaches = tuple([lacking[step] for step in missing])
    return Answer(len(needed), breaches, by_step=dict.fromkeys(sorted(needed), 1))


@once
def _lacking(procedure: Procedure, requirement: Requirement) -> Mapping[str, Breach]:
    """What it is that a step did not happen."""
    return {step.id: Breach(step.id, grade=requirement.grade_at(step)) for step in procedure.steps}


RULE = Rule(
    name="mandatory-step",
    title=Text(vi="Bước bắt buộc", en="Mandatory steps"),
    why=Text(
        vi="Thiếu một bước thì không có ai chịu trách nhiệm về phần việc đó, và thường cũng không có dấu "
        "vết để kiểm tra lại.",
        en="Where a step is missing, nobody answers for that part of the work, and usually nothing is left "
        "to verify it by.",
    ),
    parameters={
        "of": Parameter(
            "names",
            Text(vi="Các bước (loại bước hoặc mã bước) phải có", en="Steps (kinds or ids) that must happen"),
            MANDATORY,
        ),
        "unless_same_day": Parameter(
            "names",
            Text(vi="Bước không đòi hỏi ở thủ tục trong ngày", en="Steps not asked for on the same day"),
            ("issue_receipt",),
        ),
        "turned_away": Parameter(
            "names",
            Text(
                vi="Hồ sơ đi qua một trong các bước này thì không xét tiếp",
                en="A dossier that passes one of these steps is not judged further",
            ),
            ("refuse", "request_supplement", "stop", "withdraw"),
        ),
        "grades": Parameter(
            "grades",
            Text(vi="Mức độ riêng khi thiếu từng bước", en="Own grade for the lack of a step"),
            {"approve_sign": "major", "receive": "major", "return_result": "major"},
        ),
    },
    on_procedure=Hook(
        "DEF-STEP-01",
        _defined,
        Text(
            vi="Quy trình không bảo đảm mọi hồ sơ được giải quyết đều qua bước «{kind}».",
            en="The procedure does not ensure that every dossier it decides passes the step “{kind}”.",
        ),
    ),
    reads=("closed", "broken_off"),
    on_trace=Hook(
        "PRC-01",
        _handled,
        Text(
            vi="{failed} trong {checked} hồ sơ phải qua bước «{step}» không có bước này.",
            en="The step “{step}” did not happen in {failed} of {checked} dossiers that had to pass it.",
        ),
        part=lambda trace: (trace.happened, trace.facts.get("closed"), trace.facts.get("broken_off")),
    ),
    bad={
        "PRC-01": Example(
            Text(vi="Hồ sơ được ký duyệt mà không thẩm định.", en="A dossier is signed unappraised."),
            log=({"dossier": "H62.014-260302-0001", "step": "appraise", "drop": True},),
        ),
        "DEF-STEP-01": Example(
            Text(
                vi="Hồ sơ gấp được chuyển thẳng sang đóng dấu, không qua ký duyệt.",
                en="Urgent dossiers go straight to the stamp, unsigned.",
            ),
            procedure={"steps": {"review": {"next": {"ordinary": "approve", "urgent": "stamp"}}}},
        ),
    },
    good={
        "PRC-01": Example(
            Text(
                vi="Hồ sơ không đủ điều kiện: không kiểm tra thực địa, không lấy ý kiến.",
                en="A dossier that is not eligible: no visit to the site, no consultation.",
            )
        ),
        "DEF-STEP-01": Example(
            Text(
                vi="Một dòng của bảng bước gồm cả kiểm tra và cấp giấy tiếp nhận.",
                en="One row of the step table both checks and issues the receipt slip.",
            ),
            procedure={
                "steps": {
                    "check": {"kind": ["check", "issue_receipt"]},
                    "issue-slip": {"kind": "record_scan"},
                }
            },
        ),
    },
)
