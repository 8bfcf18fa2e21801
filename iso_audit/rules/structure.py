"""Can every dossier that comes in be brought to an end, and only in ways that are written down?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text

IN_RUNS = ("deadlock", "livelock", "twice")


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """One entry, an end, every step on some way from the entry to an end, no choice without words.

    Dossiers that stand still or are handled twice at once are told by the shortest run that leads
    there, beside the plain faults.
    """
    found = study.structure
    steps = study.procedure.by_id
    breaches = []
    if len(found.entries) != 1:
        variant = "several-entries" if found.entries else "no-entry"
        breaches.append(Breach("", {"steps": found.entries}, variant=variant))
    if not found.ends:
        breaches.append(Breach("", {}, variant="no-end"))
    trapped = found.trapped if found.ends else ()
    for variant, faulty in (("unreachable", found.unreachable), ("trapped", trapped)):
        shown = tuple(step for step in faulty if not steps[step].is_silent)
        if shown:
            breaches.append(Breach(shown[0], {"steps": shown}, variant=variant))
    for cycle in found.unlabelled_cycles:
        run = tuple(step for step in cycle if not steps[step].is_silent)
        if run and not set(run) <= {*found.unreachable, *found.trapped}:
            breaches.append(Breach(run[0], {"run": run}, variant="unlabelled-cycle"))
    if found.problem in IN_RUNS or (found.is_sound is False and not breaches):
        where = found.problem_steps
        facts = {"run": found.problem_run, "steps": where}
        breaches.append(Breach(where[0] if where else "", facts, variant=found.problem))
    if found.is_sound is None and not breaches:
        return Answer(unknowns=(Unknown("too-large"),))
    return Answer(max(1, len(breaches)), tuple(breaches))


RULE = Rule(
    name="structure",
    title=Text(vi="Trình tự liền mạch từ đầu đến cuối", en="One way in, and always a way out"),
    why=Text(
        vi="Quy trình chỉ áp dụng được khi biết bắt đầu ở đâu, mỗi bước dẫn tới đâu và kết thúc thế nào. "
        "Bước không tới được hoặc không có lối ra thì hồ sơ bị bỏ quên hoặc được xử lý theo cách riêng.",
        en="A procedure can be followed only where it says how it starts, where each step leads and how it "
        "ends. At a step that cannot be reached or left, dossiers are forgotten or handled by private "
        "custom.",
    ),
    on_procedure=Hook(
        "DEF-STEP-03",
        _defined,
        Text(
            vi="Trình tự các bước của quy trình không liền mạch.",
            en="The sequence of steps does not hold together.",
        ),
        variants={
            "no-entry": Text(vi="Quy trình không có bước bắt đầu.", en="The procedure has no first step."),
            "several-entries": Text(
                vi="Quy trình có nhiều hơn một bước bắt đầu: {steps}.",
                en="The procedure starts in more than one place: {steps}.",
            ),
            "no-end": Text(vi="Quy trình không có bước kết thúc.", en="The procedure has no last step."),
            "unreachable": Text(
                vi="Không có đường đi nào từ bước bắt đầu tới: {steps}.",
                en="No way leads from the first step to: {steps}.",
            ),
            "trapped": Text(
                vi="Từ các bước sau không có đường đi nào tới bước kết thúc: {steps}.",
                en="From these steps no way leads to an end: {steps}.",
            ),
            "unlabelled-cycle": Text(
                vi="Vòng lặp {run} không nêu khi nào phải làm lại và khi nào được đi tiếp.",
                en="The loop {run} does not say when work is repeated and when it goes on.",
            ),
            "deadlock": Text(
                vi="Sau {run}, hồ sơ dừng lại: {steps} chờ một việc không thể xảy ra nữa.",
                en="After {run} the dossier stands still: {steps} waits for what can no longer happen.",
            ),
            "livelock": Text(
                vi="Sau {run}, công việc lặp lại mãi mà không tới được bước kết thúc.",
                en="After {run} work goes on for ever and cannot reach an end.",
            ),
            "twice": Text(
                vi="Theo {run}, bước {steps} được bắt đầu thêm lần nữa khi việc song song chưa xong.",
                en="After {run} the step {steps} is started again while parallel work is still going on.",
            ),
        },
    ),
    bad={
        "DEF-STEP-03": Example(
            Text(
                vi="Kiểm tra thực địa có thể đi thẳng tới lưu hồ sơ, trong khi bước dự thảo vẫn chờ.",
                en="The site visit may go straight to filing, while the draft keeps waiting for it.",
            ),
            procedure={"steps": {"site-visit": {"next": {"clear": "draft", "unclear": "archive"}}}},
        )
    },
    good={
        "DEF-STEP-03": Example(
            Text(
                vi="Trưởng phòng trả lại dự thảo để thẩm định lại: vòng lặp có nêu điều kiện.",
                en="The head of the division sends a draft back for appraisal: a loop with its conditions.",
            ),
            procedure={"steps": {"review": {"next": {"agreed": "approve", "disagreed": "appraise"}}}},
        )
    },
)
