"""Does the check of a dossier lead to each of the three outcomes that the law knows?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Step
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text

ASIDE = ("request_supplement", "refuse")
"""The two exits for a dossier that is not accepted; any other one is that of a complete dossier."""

_ASIDE = frozenset(ASIDE)
_AWAY = _ASIDE | {"stop", "withdraw"}
_DESK = _ASIDE | {"receive", "check", "record_scan"}


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """What an exit is, is told by the kind of step it leads to, not by its words."""
    procedure = study.procedure
    checks = procedure.of_kind("check")
    if not checks:
        return NOT_APPLICABLE
    if procedure.is_partial:
        return Answer(unknowns=(Unknown("printed-table", checks[0].id),))
    breaches = []
    for check in checks:
        exits = _exits(study, check)
        for kind in (*ASIDE, "issue_receipt"):
            if kind not in exits:
                facts = {"kind": kind, "step": check.id}
                breaches.append(Breach(check.id, facts, variant=kind))
    return Answer(checked=3 * len(checks), breaches=tuple(breaches))


def _exits(study: Study, check: Step) -> frozenset[str]:
    """Kinds of the exits of a check; a second check right after the first is part of it."""
    steps = study.procedure.by_id
    found, seen, at = set(_ASIDE.intersection(check.kinds)), {check.id}, [check]
    if not _DESK.issuperset(check.kinds):
        found.add("issue_receipt")
    while at:
        for name in study.followers(at.pop().id):
            step = steps[name]
            if step.is_a("check"):
                at += [step] if name not in seen else []
                seen.add(name)
            else:
                found |= _AWAY.intersection(step.kinds) or {"issue_receipt"}
    return frozenset(found)


RULE = Rule(
    name="exits-of-check",
    title=Text(vi="Ba lối ra của bước kiểm tra hồ sơ", en="Three exits of the check"),
    why=Text(
        vi="Hồ sơ được kiểm tra thì hoặc được tiếp nhận, hoặc được hướng dẫn bổ sung một lần bằng văn bản, "
        "hoặc bị từ chối bằng văn bản. Thiếu một lối ra thì người nộp nhận câu trả lời miệng và không có gì "
        "để khiếu nại.",
        en="A dossier that was checked is accepted, or its completion is asked for once in writing, or it "
        "is refused in writing. Where an exit is missing the applicant gets word of mouth and nothing to "
        "appeal.",
    ),
    on_procedure=Hook(
        "DEF-STEP-04",
        _defined,
        Text(
            vi="Bước kiểm tra «{step}» không có lối ra dẫn tới «{kind}».",
            en="The check “{step}” has no exit that leads to “{kind}”.",
        ),
    ),
    bad={
        "DEF-STEP-04": Example(
            Text(
                vi="Bước kiểm tra chỉ phân biệt hồ sơ đủ và hồ sơ thiếu, không có trường hợp từ chối.",
                en="The check tells complete from incomplete dossiers only and never refuses one.",
            ),
            procedure={
                "steps": {
                    "check": {"next": {"ineligible": None}},
                    "refuse-receipt": {"kind": "stop", "anytime": True},
                }
            },
        )
    },
    good={
        "DEF-STEP-04": Example(
            Text(
                vi="Việc kiểm tra chia làm hai bước liền nhau, lối ra nằm ở bước sau.",
                en="The check is done in two steps in a row; the exits are those of the second.",
            ),
            procedure={"steps": {"receive": {"kind": ["receive", "check"]}}},
        )
    },
)
