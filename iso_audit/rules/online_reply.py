"""Does whoever files electronically hear soon whether the dossier is accepted?"""

from __future__ import annotations

from iso_audit.analysis.replies import replied
from iso_audit.model.log import DEMAND
from iso_audit.model.rule import Example, Hook, Parameter, Rule
from iso_audit.text import Text

RULE = Rule(
    name="online-reply",
    title=Text(vi="Trả lời hồ sơ nộp trực tuyến", en="Reply to what is filed electronically"),
    why=Text(
        vi="Người nộp trực tuyến không có mặt tại quầy: chỉ biết hồ sơ đã được nhận, còn thiếu hay bị từ "
        "chối khi cơ quan trả lời.",
        en="Who files electronically is not at the counter, and knows only by the office's reply whether the "
        "dossier is accepted, incomplete or refused.",
    ),
    parameters={
        "since": Parameter(
            "names",
            Text(vi="Các bước bắt đầu tính thời gian", en="Steps from whose end time runs"),
            ("submit",),
        ),
        "until": Parameter(
            "names",
            Text(vi="Các bước phải có trong thời gian đó", en="Steps that have to follow"),
            ("receive", "issue_receipt", "request_supplement", "refuse"),
        ),
        "limit": Parameter(
            "limit", Text(vi="Thời gian làm việc tối đa", en="Working time at most"), required=True
        ),
        "online": Parameter(
            "flag",
            Text(
                vi="Xét hồ sơ nộp trực tuyến (true) hay hồ sơ giấy (false)",
                en="About dossiers handed in electronically (true) or on paper (false)",
            ),
            True,
        ),
    },
    reads=(DEMAND,),
    on_trace=Hook(
        "INT-05",
        replied,
        Text(
            vi="{failed} trong {checked} hồ sơ nộp trực tuyến được trả lời chậm hơn {limit}.",
            en="{failed} of {checked} dossiers filed electronically were answered after more than {limit}.",
        ),
        needs=("dossiers.channel",),
    ),
    bad={
        "INT-05": Example(
            Text(
                vi="Hồ sơ nộp sáng thứ năm, sáng thứ hai mới được tiếp nhận.",
                en="Filed on Thursday, received on Monday.",
            ),
            procedure={"steps": {"file": {"kind": "submit", "role": "applicant", "anytime": True}}},
            log=(
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "file",
                    "add": {"started_at": "2026-02-26T08:00:00", "finished_at": "2026-02-26T08:00:00"},
                },
            ),
            requirement={"when": {}},
        )
    },
    good={
        "INT-05": Example(
            Text(
                vi="Nộp chiều tối thứ sáu, sáng thứ hai được tiếp nhận.",
                en="Filed on Friday evening, received on Monday.",
            ),
            procedure={"steps": {"file": {"kind": "submit", "role": "applicant", "anytime": True}}},
            log=(
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "file",
                    "add": {"started_at": "2026-02-27T19:00:00", "finished_at": "2026-02-27T19:00:00"},
                },
            ),
            requirement={"when": {}},
        )
    },
)
