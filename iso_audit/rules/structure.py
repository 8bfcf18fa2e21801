"""Can every dossier that comes in be brought to an end, and only in ways that are written down?"""

from __future__ import annotations

from collections.abc import Iterator

from iso_audit.analysis.faults import faults_of
from iso_audit.model.rule import Example, Hook, Rule
from iso_audit.text import Text

_SAYS = {
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
        en="After {run} the dossier stands still: what can no longer happen is waited for at {steps}.",
    ),
    "livelock": Text(
        vi="Sau {run}, công việc lặp lại mãi mà không tới được bước kết thúc.",
        en="After {run} work goes on for ever and cannot reach an end.",
    ),
    "twice": Text(
        vi="Theo {run}, bước {steps} được bắt đầu thêm lần nữa khi việc song song chưa xong.",
        en="After {run} the step {steps} is started again while parallel work is still going on.",
    ),
    "message": Text(
        vi="Sau {run}, {steps} chờ tin “{messages}” từ {from_steps}, mà tin này có thể không bao giờ "
        "được gửi.",
        en="After {run}, “{messages}” from {from_steps} is waited for at {steps}, and may never be sent.",
    ),
    "ends-twice": Text(
        vi="Theo {run}, hồ sơ kết thúc hơn một lần tại {steps}.",
        en="By {run} the dossier comes to its end more than once, at {steps}.",
    ),
    "never": Text(
        vi="Có đường đi tới nhưng không hồ sơ nào thực hiện được các bước sau, vì những việc phải "
        "xong trước không bao giờ xong đủ: {steps}.",
        en="Ways lead to these steps, but no dossier can ever come to them, since what must be done "
        "before is never all done: {steps}.",
    ),
}


def _placed() -> Iterator[tuple[str, Text]]:
    """The same for linked procedures: within the part of one agency, or between them."""
    for variant in ("deadlock", "message", "livelock", "twice", "ends-twice"):
        vi, en = ("bế tắc", "deadlock") if variant in ("deadlock", "message") else ("lỗi", "fault")
        vi = f"Đây là {vi} giữa các cơ quan: phần việc của từng cơ quan, xét riêng, không có lỗi này."
        en = f"This is a {en} between the agencies: the part of each, taken alone, is without it."
        said = _SAYS[variant]
        yield f"{variant}-between", Text(f"{said.vi} {vi}", f"{said.en} {en}")
        vi, en = "Lỗi nằm trong phần việc của {part}.", "The fault lies in the part of {part}."
        yield f"{variant}-within", Text(f"{said.vi} {vi}", f"{said.en} {en}")


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
        lambda study, _requirement: faults_of(study),
        Text(
            vi="Trình tự các bước của quy trình không liền mạch.",
            en="The sequence of steps does not hold together.",
        ),
        variants=_SAYS | dict(_placed()),
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
                vi="Trả lại dự thảo để dự thảo lại: vòng lặp có nêu điều kiện, có thời hạn chung.",
                en="A draft is sent back: a loop with its conditions, under one limit.",
            ),
            procedure={
                "limit_groups": [{"steps": ["draft", "draft-refusal", "review"], "limit": "12 wh"}],
                "steps": {
                    "draft": {"limit": None, "join": "some"},
                    "draft-refusal": {"limit": None},
                    "review": {"limit": None, "next": {"agreed": "approve", "disagreed": "draft"}},
                },
            },
        )
    },
)
