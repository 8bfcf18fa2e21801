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
    "orphan": Text(
        vi="Không bước nào dẫn tới {steps}, nên không hồ sơ nào thực hiện được bước này.",
        en="No step leads to {steps}, so no dossier ever comes to it.",
    ),
    "unreachable": Text(
        vi="Không có đường đi nào từ bước bắt đầu tới: {steps}.",
        en="No way leads from the first step to: {steps}.",
    ),
    "trapped": Text(
        vi="Có hồ sơ không bao giờ kết thúc được: không có đường đi nào tới bước kết thúc từ {steps}.",
        en="Some dossiers can never be brought to an end: no way leads there from {steps}.",
    ),
    "unreachable-gateway": Text(
        vi="Không có đường đi nào từ bước bắt đầu tới chỗ rẽ nhánh ở cạnh {steps}.",
        en="No way leads from the first step to a gateway beside {steps}.",
    ),
    "trapped-gateway": Text(
        vi="Có hồ sơ không bao giờ kết thúc được: không có lối ra từ chỗ rẽ nhánh ở cạnh {steps}.",
        en="Some dossiers can never be brought to an end: no way leads there from a gateway beside {steps}.",
    ),
    "unlabelled-cycle": Text(
        vi="Vòng lặp {run} không nêu khi nào phải làm lại và khi nào được đi tiếp.",
        en="The loop {run} does not say when work is repeated and when it goes on.",
    ),
    "deadlock": Text(
        vi="Sau {run}, hồ sơ dừng lại: {steps} chờ {awaited_steps}, mà việc này không thể xảy ra nữa.",
        en="After {run} the dossier stands still: {steps} waits for {awaited_steps}, and that cannot come.",
    ),
    "standstill": Text(
        vi="Sau {run}, hồ sơ dừng lại: việc được chờ tại {steps} không thể xảy ra nữa.",
        en="After {run} the dossier stands still: what is waited for at {steps} cannot come.",
    ),
    "circle": Text(
        vi="Sau {run}, hồ sơ dừng lại vì chờ lẫn nhau: {steps} chờ {awaited_steps}, và ngược lại.",
        en="After {run} work waits in a circle: {steps} waits for {awaited_steps}, which waits for it.",
    ),
    "livelock": Text(
        vi="Sau {run}, có hồ sơ không bao giờ kết thúc được: công việc lặp lại mãi ở {steps}.",
        en="After {run} a dossier can never be brought to an end: work is repeated for ever at {steps}.",
    ),
    "twice": Text(
        vi="Theo {run}, bước {steps} được bắt đầu thêm lần nữa khi việc song song chưa xong.",
        en="After {run} the step {steps} is started again while parallel work is still going on.",
    ),
    "message": Text(
        vi="Sau {run}, {steps} chờ tin “{messages}” từ {from_steps}, nhưng tin này có thể không được gửi.",
        en="After {run}, “{messages}” from {from_steps} is waited for at {steps}, and may never be sent.",
    ),
    "ends-twice": Text(
        vi="Theo {run}, hồ sơ kết thúc hơn một lần tại {steps}.",
        en="By {run} the dossier comes to its end more than once, at {steps}.",
    ),
    "ends-beside": Text(
        vi="Theo {run}, hồ sơ có thể kết thúc hơn một lần tại {steps}: {step_event} cũng dẫn tới đó.",
        en="By {run} the dossier may end more than once, at {steps}: {step_event} may lead there too.",
    ),
    "never": Text(
        vi="Không hồ sơ nào tới được các bước sau, vì việc phải xong trước không bao giờ xong đủ: {steps}.",
        en="No dossier ever comes to these steps, as the work before is never all done: {steps}.",
    ),
}

_WHERE = {
    "": Text(),
    "-within": Text(" Lỗi nằm trong phần việc của {part}.", " The fault lies in the part of {part}."),
    "-between": Text(
        vi=" Lỗi nằm ở chỗ các cơ quan phối hợp: phần việc của từng cơ quan, xét riêng, không có lỗi này.",
        en=" This is a fault between the agencies: the part of each, taken alone, is without it.",
    ),
}


def _in_runs() -> Iterator[tuple[str, Text]]:
    """What runs show: after some steps or at once; within the part of one agency, or between them."""
    for variant, said in _SAYS.items():
        if said.en.startswith(("After", "By")):
            vi, en = (words.partition("{run}")[2] for words in (said.vi, said.en))
            first = Text(f"Ngay từ đầu{vi}", f"From the very start{en}")
            for name, text in ((variant, said), (f"{variant}-first", first)):
                for where, more in _WHERE.items():
                    yield f"{name}{where}", Text(f"{text.vi}{more.vi}", f"{text.en}{more.en}")


RULE = Rule(
    name="structure",
    title=Text(vi="Trình tự liền mạch từ đầu đến cuối", en="One way in, and always a way out"),
    why=Text(
        vi="Bước không tới được hoặc không có lối ra thì hồ sơ bị bỏ quên hoặc được xử lý theo cách riêng.",
        en="At a step that cannot be reached or left, dossiers are forgotten or handled by private custom.",
    ),
    on_procedure=Hook(
        "DEF-STEP-03",
        lambda study, _requirement: faults_of(study),
        Text(
            vi="Trình tự các bước của quy trình không liền mạch.",
            en="The sequence of steps does not hold together.",
        ),
        variants=_SAYS | dict(_in_runs()),
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
            Text("Dự thảo chờ những việc còn có thể xảy ra.", "The draft waits for what may still come."),
            procedure={"steps": {"draft": {"join": "some"}}},
        )
    },
)
