"""Does whoever files electronically hear soon whether the dossier is accepted?"""

from __future__ import annotations

from iso_audit.analysis.replies import replied, reply_parameters
from iso_audit.model.log import DEMAND
from iso_audit.model.rule import Example, Hook, Rule
from iso_audit.text import Text

_FILED = {"steps": {"file": {"kind": "submit", "role": "applicant", "anytime": True}}}

RULE = Rule(
    name="online-reply",
    title=Text(vi="Trả lời hồ sơ nộp trực tuyến", en="Reply to what is filed electronically"),
    why=Text(
        vi="Người nộp trực tuyến không có mặt tại quầy: chỉ biết hồ sơ đã được nhận, còn thiếu hay bị từ "
        "chối khi cơ quan trả lời.",
        en="Who files electronically is not at the counter, and knows only by the office's reply whether the "
        "dossier is accepted, incomplete or refused.",
    ),
    parameters=reply_parameters(
        ("submit",), ("receive", "issue_receipt", "request_supplement", "refuse"), online=True
    ),
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
            procedure=_FILED,
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
            procedure=_FILED,
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
