"""Do the steps come in the order in which one has to build on the other?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from itertools import product

from iso_audit.analysis.conduct import Early, early, stuck
from iso_audit.analysis.once import Remembered, once
from iso_audit.analysis.sequence import comes_again, pairs_in_order
from iso_audit.analysis.study import Study, study_of
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.model.trace import Trace
from iso_audit.text import Text

SEQUENCE = (
    "receive", "check", "issue_receipt", "transfer_in", "assign", "appraise", "approve_sign",
    "number_stamp", "return_result",
)  # fmt: skip


def _defined(study: Study, requirement: Requirement) -> Answer:
    """On every run the first of one kind comes before the first of the next, where both happen.

    A printed table of two agencies repeats itself; its first rows may have done, without naming it,
    what seems to come late.
    """
    if not study.is_decided:
        return Answer(unknowns=(Unknown("unsound"),))
    compared, inversions = pairs_in_order(study, requirement.names("of"))
    breaches, unknowns = [], []
    for found in inversions:
        if study.procedure.is_partial and comes_again(study, found):
            unknowns.append(Unknown("printed-table", facts={"kinds": (found.first, found.second)}))
            continue
        pair = f"{found.first} < {found.second}"
        facts = {"kind_first": found.first, "kind_second": found.second, "run": found.run}
        breaches.append(Breach(found.step, facts, requirement.grade_of(pair), variant=pair))
    return Answer(compared - len(unknowns), tuple(breaches), tuple(unknowns))


@once
def _order(procedure: Procedure, requirement: Requirement) -> tuple[frozenset[str], Mapping[Early, Breach]]:
    """Steps that may happen at any time, and breaches, of which the same come up in many dossiers."""
    anytime = frozenset([step.id for step in procedure.steps if step.anytime])
    return anytime, Remembered(partial(_breach, procedure, requirement))


def _handled(trace: Trace, requirement: Requirement) -> Answer:
    """Each execution is one opportunity; where none came too early, the whole must be a run."""
    study, (anytime, too_early) = study_of(trace.procedure), _order(trace.procedure, requirement)
    if not study.is_decided:
        return Answer(unknowns=(Unknown("unsound"),))
    breaches = [too_early[found] for found in early(study, trace)]
    if not trace.procedure.by_id.keys() >= trace.happened:
        counted = dict.fromkeys([breach.step for breach in breaches], 1)
        return Answer(len(counted), tuple(breaches), (Unknown("unknown-step"),), counted)
    position, is_exact = (None, True) if breaches else stuck(study, trace)
    if not is_exact:
        return Answer(unknowns=(Unknown("too-wide"),))
    if position is not None:
        breaches.append(Breach(trace.steps[position], variant="not-allowed", position=position))
    in_turn = [step for step in trace.steps if step not in anytime]
    return Answer(len(in_turn), tuple(breaches), by_step=Counter(in_turn))


def _breach(procedure: Procedure, requirement: Requirement, found: Early) -> Breach:
    by_id = procedure.by_id
    kinds = product((k for name in found.after for k in by_id[name].kinds), by_id[found.step].kinds)
    grades = [grade for a, b in kinds if (grade := requirement.grade_of(f"{a} < {b}")) is not None]
    return Breach(
        found.step,
        {"step_first": found.after[0]},
        min(grades, key=lambda grade: grade.rank, default=None),
        variant=f"{'+'.join(found.after)} < {found.step}",
        position=found.position,
    )


RULE = Rule(
    name="order",
    title=Text(vi="Trình tự các bước", en="Order of the steps"),
    why=Text(
        vi="Bước sau dựa vào kết quả của bước trước: ký trước khi thẩm định là quyết định khi chưa có căn "
        "cứ, đóng dấu trước khi ký là phát hành văn bản chưa có hiệu lực.",
        en="Each step rests on the result of the one before: to sign before the appraisal is to decide "
        "without grounds, to stamp before the signature is to issue what is not yet valid.",
    ),
    parameters={
        "of": Parameter(
            "names",
            Text(vi="Các bước, theo trình tự phải có", en="Steps in the order that is required"),
            SEQUENCE,
        ),
        "grades": Parameter(
            "grades",
            Text(vi="Mức độ riêng của cặp «trước < sau»", en="Own grade of a pair “first < second”"),
            {"appraise < approve_sign": "major"},
        ),
    },
    on_procedure=Hook(
        "DEF-STEP-02",
        _defined,
        Text(
            vi="Quy trình cho phép thực hiện bước «{kind_second}» trước bước «{kind_first}».",
            en="The procedure allows the step “{kind_second}” to come before the step “{kind_first}”.",
        ),
    ),
    reads=("broken_off",),
    on_trace=Hook(
        "PRC-02",
        _handled,
        Text(
            vi="{failed} trong {checked} lượt thực hiện bước «{step}» diễn ra trước bước «{step_first}».",
            en="{failed} of {checked} executions of the step “{step}” came before the step “{step_first}”.",
        ),
        variants={
            "not-allowed": Text(
                vi="{failed} trong {checked} lượt thực hiện bước «{step}» diễn ra ở chỗ quy trình không cho "
                "phép (lặp lại hoặc sai nhánh).",
                en="{failed} of {checked} executions of the step “{step}” came where the procedure does not "
                "allow them (repeated, or on the wrong branch).",
            )
        },
    ),
    bad={
        "PRC-02": Example(
            Text(vi="Đóng dấu trước khi lãnh đạo ký.", en="The stamp is set before the signature."),
            log=(
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "stamp",
                    "set": {"started_at": "2026-03-10T13:30:00", "finished_at": "2026-03-10T13:50:00"},
                },
            ),
        ),
        "DEF-STEP-02": Example(
            Text(vi="Đóng dấu trước khi ký duyệt.", en="Stamped before it is signed."),
            procedure={
                "steps": {
                    "review": {"next": "stamp"},
                    "stamp": {"next": "approve"},
                    "approve": {"next": "return"},
                }
            },
        ),
    },
    good={
        "PRC-02": Example(
            Text(
                vi="Hai bước song song làm theo thứ tự nào cũng được.",
                en="Two steps side by side come in either order.",
            ),
            log=(
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "consult",
                    "set": {"started_at": "2026-03-06T07:30:00", "finished_at": "2026-03-06T11:00:00"},
                },
            ),
        ),
        "DEF-STEP-02": Example(
            Text(
                vi="Một bước vừa cấp giấy tiếp nhận vừa chuyển hồ sơ.",
                en="One step both issues the receipt slip and hands the dossier over.",
            ),
            procedure={"steps": {"issue-slip": {"kind": ["issue_receipt", "transfer_in"]}}},
        ),
    },
)
