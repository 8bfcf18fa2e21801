"""Habits of drawing that mislead a reader: remarks about the picture, never findings of the audit."""

from __future__ import annotations

from collections.abc import Mapping

from iso_audit.exchange.bpmn import event_faults as events
from iso_audit.exchange.bpmn import flow_faults as flows
from iso_audit.exchange.bpmn.drawing import Drawing
from iso_audit.exchange.bpmn.flow_faults import Find
from iso_audit.exchange.bpmn.markup import line_of
from iso_audit.exchange.bpmn.picture_faults import outside_their_place, without_shape
from iso_audit.exchange.bpmn.termination import superfluous
from iso_audit.model.outcome import Remark
from iso_audit.model.place import Place
from iso_audit.text import Text


def drawing_faults(drawing: Drawing) -> tuple[Remark, ...]:
    """Return every remark about a drawing, in the order of the file. Linear but for shapes that overlap."""
    found = [
        Remark(slug, says, xml.get("id", ""), Place(drawing.file, line_of(xml)))
        for slug, (find, says) in HABITS.items()
        for xml in dict.fromkeys(find(drawing))
    ]
    return tuple(sorted(found, key=lambda remark: (remark.place.line, remark.slug)))


HABITS: Mapping[str, tuple[Find, Text]] = {
    "start-event-required": (
        flows.no_event("startEvent"), Text("chỗ này không có sự kiện bắt đầu", "no start event is drawn here")
    ),
    "end-event-required": (
        flows.no_event("endEvent"), Text("chỗ này không có sự kiện kết thúc", "no end event is drawn here")
    ),
    "no-disconnected": (
        flows.disconnected, Text("hình này không nối với hình nào", "this shape is connected to nothing")
    ),
    "no-duplicate-sequence-flows": (
        flows.duplicates,
        Text("có hai mũi tên giống nhau giữa hai hình", "two arrows of one meaning join the same two shapes"),
    ),
    "no-implicit-start": (
        flows.implicit_starts,
        Text("không có mũi tên đi vào nên ngầm là chỗ bắt đầu", "no arrow leads here, so it starts unsaid"),
    ),
    "no-implicit-end": (
        flows.implicit_ends,
        Text("không có mũi tên đi ra nên ngầm là chỗ kết thúc", "no arrow leaves here, so it ends unsaid"),
    ),
    "no-implicit-split": (
        flows.implicit_splits,
        Text(
            "nhiều mũi tên đi ra cùng lúc mà không có cổng chia nhánh",
            "several arrows leave at once without a gateway",
        ),
    ),
    "fake-join": (
        flows.fake_joins,
        Text(
            "nhiều mũi tên đi vào nhưng không chờ nhau: mỗi lần tới là một lần làm",
            "several arrows come in and do not wait for each other: each arrival does the work again",
        ),
    ),
    "superfluous-gateway": (
        flows.superfluous_gateways,
        Text("cổng chỉ có một đường vào và một đường ra: thừa", "one way in and one way out: not needed"),
    ),
    "no-gateway-join-fork": (
        flows.join_forks,
        Text("một cổng vừa gộp vừa chia nhánh; hãy tách thành hai", "one gateway joins and splits; draw two"),
    ),
    "no-complex-gateway": (
        flows.complex_gateways,
        Text("cổng phức tạp: mỗi người hiểu một cách", "a complex gateway is understood in different ways"),
    ),
    "conditional-flows": (
        flows.without_condition,
        Text(
            "các nhánh khác có điều kiện, nhánh này không có",
            "other ways out have a condition, this one has none",
        ),
    ),
    "event-based-gateway": (
        flows.event_gateways,
        Text(
            "cổng theo sự kiện cần ít nhất hai nhánh, và nhánh không được có điều kiện",
            "an event-based gateway needs two ways out at least, none of them with a condition",
        ),
    ),
    "sub-process-blank-start-event": (
        events.typed_starts,
        Text(
            "quy trình con bắt đầu khi được gọi tới, không phải theo sự kiện này",
            "a sub-process begins when it is reached, and not by this event",
        ),
    ),
    "event-sub-process-typed-start-event": (
        events.blank_starts,
        Text("chưa nói sự kiện nào khởi động phần này", "it does not say which event starts this part"),
    ),
    "single-blank-start-event": (
        events.several_blank_starts,
        Text("nhiều sự kiện bắt đầu không nói rõ khi nào", "several start events do not say when"),
    ),
    "single-event-definition": (
        events.several_sorts,
        Text("một sự kiện mang nhiều loại cùng lúc", "one event is of several sorts at once"),
    ),
    "link-event": (
        events.unpaired_links,
        Text(
            "điểm nối thiếu tên, hoặc không có đúng một điểm nối kia trong cùng phạm vi",
            "the link has no name, or not exactly one other side within the same scope",
        ),
    ),
    "label-required": (events.without_label, Text("hình này chưa có tên", "this shape has no name")),
    "ad-hoc-sub-process": (
        events.in_ad_hoc,
        Text(
            "phần làm không theo thứ tự thì không có chỗ bắt đầu hay kết thúc",
            "work without an order has no start and no end",
        ),
    ),
    "conditional-event": (
        events.without_event_condition,
        Text("sự kiện theo điều kiện mà không nêu điều kiện", "the condition is not said"),
    ),
    "superfluous-termination": (
        superfluous,
        Text(
            "dấu kết thúc tất cả là thừa: lúc đó không còn việc nào khác",
            "ending everything is not needed: nothing else is going on by then",
        ),
    ),
    "global": (
        events.global_names,
        Text(
            "thông điệp, lỗi hoặc tín hiệu này không có tên, trùng tên hoặc không được dùng",
            "this message, error or signal has no name, shares its name or is not used",
        ),
    ),
    "no-bpmndi": (
        without_shape, Text("có trong dữ liệu nhưng không được vẽ ra", "it is in the data and not drawn")
    ),
    "no-overlapping-elements": (
        outside_their_place,
        Text(
            "hình này đè lên hình khác hoặc nằm ngoài khung của nó",
            "this shape covers another or lies outside its frame",
        ),
    ),
}  # fmt: skip
"""Name of the habit -> how it is found, and what is said of it; most to least grave."""
