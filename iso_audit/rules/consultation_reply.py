"""Does a consulted body have a deadline, and does silence have a meaning?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Procedure, Step
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """Each consultation has a reply deadline and says what happens when none comes.

    A printed table has a time cell at best; that cell is judged by DEF-TIME-04.
    """
    procedure = study.procedure
    consultations = procedure.of_kind("consult")
    wanting = [(step, want) for step in consultations if (want := _want(procedure, step))]
    if procedure.is_partial:
        unseen = tuple(Unknown("printed-table", step.id) for step, _ in wanting)
        return Answer(len(consultations) - len(unseen), unknowns=unseen)
    breaches = tuple(Breach(step.id, {"step": step.id}, variant=want) for step, want in wanting)
    return Answer(len(consultations), breaches)


def _want(procedure: Procedure, step: Step) -> str:
    """What a consultation lacks; empty where it lacks nothing."""
    own = [step.limit, step.stated_limit]
    shared = [group.limit for group in procedure.limit_groups if step.id in group.steps]
    timed = any(limit is not None and limit.value for limit in (*own, *shared))
    if timed:
        return "" if step.no_reply else "no-reply"
    return "no-deadline" if step.no_reply else "neither"


RULE = Rule(
    name="consultation-reply",
    title=Text(vi="Thời hạn trả lời khi lấy ý kiến", en="Deadline and silence in consultations"),
    why=Text(
        vi="Lấy ý kiến mà không có hạn trả lời, hoặc không quy định khi không có trả lời, thì hồ sơ chờ "
        "không biết đến bao giờ.",
        en="A consultation without a deadline, or without a rule for silence, keeps a dossier waiting for "
        "nobody knows how long.",
    ),
    on_procedure=Hook(
        "DEF-LINK-02",
        _defined,
        Text(
            vi="Bước lấy ý kiến «{step}» không quy định đầy đủ về việc trả lời.",
            en="The consultation “{step}” does not settle how it is answered.",
        ),
        variants={
            "no-reply": Text(
                vi="Bước lấy ý kiến «{step}» không quy định xử lý thế nào khi không có trả lời.",
                en="The consultation “{step}” does not say what happens when no answer comes.",
            ),
            "no-deadline": Text(
                vi="Bước lấy ý kiến «{step}» không có thời hạn trả lời.",
                en="The consultation “{step}” has no deadline for the answer.",
            ),
            "neither": Text(
                vi="Bước lấy ý kiến «{step}» không có thời hạn trả lời và không quy định khi không có trả "
                "lời.",
                en="The consultation “{step}” has no deadline and does not say what happens without an "
                "answer.",
            ),
        },
    ),
    bad={
        "DEF-LINK-02": Example(
            Text(
                vi="Bước lấy ý kiến không quy định khi cơ quan được hỏi không trả lời.",
                en="The consultation does not say what silence means.",
            ),
            procedure={"steps": {"consult": {"no_reply": None}}},
        )
    },
    good={
        "DEF-LINK-02": Example(
            Text(
                vi="Kiểm tra thực địa và lấy ý kiến dùng chung một thời hạn.",
                en="The site visit and the consultation share one limit.",
            ),
            procedure={
                "limit_groups": [{"steps": ["site-visit", "consult"], "limit": "2 wd"}],
                "steps": {"site-visit": {"limit": None}, "consult": {"limit": None}},
            },
        )
    },
)
