"""May work be done again and again while the clock runs, without anybody saying how often?"""

from __future__ import annotations

from iso_audit.analysis.allowance import WAITING
from iso_audit.analysis.study import Study
from iso_audit.model.procedure import StepClock
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """Each loop of work, in any case of the dossier, says how often it may be gone round at most.

    A loop in which the dossier waits for the applicant, or in which the limit begins anew, burns no
    time; one whose steps share one limit cannot burn more than that. A printed table shows the way
    back without the number of times.
    """
    clocks = dict.fromkeys(WAITING, StepClock.PAUSED)
    courses = dict.fromkeys(study.course(case, clocks) for case in study.cases)
    asked = {loop for course in courses for loop in course.ways.loops}
    rounds = {loop: course.once_round(loop) for course in courses for loop in course.open_loops}
    found = tuple(dict.fromkeys(steps for steps in rounds.values() if steps))
    if study.procedure.is_partial:
        return Answer(unknowns=tuple(Unknown("printed-table", steps[0]) for steps in found))
    breaches = tuple(
        Breach(steps[0], {"step": steps[0], "run": steps}, variant=f"loop {steps[0]}") for steps in found
    )
    return Answer(max(len(asked), len(found)), breaches)


def _again(work: dict[str, object], more: dict[str, object]) -> dict[str, object]:
    """The reference procedure with a way back from the review."""
    again = {"kind": "other", "role": "specialist", **work, "next": "review"}
    back = {"next": {"agreed": "approve", "disagreed": "draft-again"}}
    return {"steps": {"review": back, "draft-again": again, **more}}


RULE = Rule(
    name="unbounded-loop",
    title=Text(vi="Số lần làm lại tối đa", en="How often work may be done again"),
    why=Text(
        vi="Làm lại không giới hạn số lần thì thời gian giải quyết không có giới hạn, và không ai biết khi "
        "nào phải báo cáo, xin lỗi.",
        en="Work that may be done again without bound has no longest time, and nobody can tell when to "
        "report a delay and to apologise.",
    ),
    on_procedure=Hook(
        "DEF-TIME-09",
        _defined,
        Text(
            vi="Các bước {run} có thể lặp lại trong khi thời hạn vẫn tính, không nêu tối đa bao nhiêu lần.",
            en="The steps {run} may be repeated while the time limit runs; how often at most is not said.",
        ),
    ),
    bad={
        "DEF-TIME-09": Example(
            Text(
                vi="Dự thảo bị trả lại nhiều lần, không nêu tối đa mấy lần.",
                en="The draft may be sent back, and nobody says how often.",
            ),
            procedure=_again({"limit": "1 wh"}, {}),
        )
    },
    good={
        "DEF-TIME-09": Example(
            Text(
                vi="Dự thảo được trả lại tối đa một lần, thời gian làm lại nằm trong thời hạn.",
                en="The draft is sent back once at most, and the limit has room for it.",
            ),
            procedure=_again({"limit": "4 wh", "at_most": 1}, {"appraise": {"limit": "2 wd"}}),
        )
    },
)
