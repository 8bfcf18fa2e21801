"""Does whoever hands in an incomplete dossier on paper hear at once what is missing?"""

from __future__ import annotations

from iso_audit.analysis.replies import replied, reply_parameters
from iso_audit.model.log import DEMAND
from iso_audit.model.rule import Example, Hook, Rule
from iso_audit.text import Text

RULE = Rule(
    name="incomplete-paper",
    title=Text(vi="Yêu cầu bổ sung hồ sơ giấy chưa đủ", en="Supplements of incomplete paper dossiers"),
    why=Text(
        vi="Hồ sơ giấy còn thiếu phải được báo ngay cho người nộp: càng để lâu, người dân càng phải chờ và "
        "đi lại nhiều lần. Yêu cầu bổ sung trong khi thẩm định không thuộc trường hợp này.",
        en="Whoever hands in a paper dossier has to hear at once what is missing: the later, the longer the "
        "wait. What is asked for during the appraisal is another matter.",
    ),
    parameters=reply_parameters(
        ("receive",),
        ("request_supplement",),
        unless=("issue_receipt", "transfer_in", "assign", "appraise"),
        online=False,
    ),
    reads=(DEMAND,),
    on_trace=Hook(
        "INT-10",
        replied,
        Text(
            vi="{failed} trong {checked} hồ sơ giấy chưa đủ được yêu cầu bổ sung chậm hơn {limit} kể từ khi "
            "nhận.",
            en="For {failed} of {checked} incomplete paper dossiers supplements were requested more than "
            "{limit} after receipt.",
        ),
        needs=("dossiers.channel",),
    ),
    bad={
        "INT-10": Example(
            Text(
                vi="Hồ sơ giấy nhận sáng ngày 3, chiều ngày 4 mới được yêu cầu bổ sung.",
                en="Received on paper on the morning of the 3rd, sent back in the afternoon of the 4th.",
            ),
            log=(
                {"dossier": "H62.014-260303-0001", "set": {"appointed_at": "2026-03-18T17:00:00"}},
                {
                    "dossier": "H62.014-260303-0001",
                    "step": "ask-supplement",
                    "set": {"started_at": "2026-03-04T13:50:00", "finished_at": "2026-03-04T14:00:00"},
                },
            ),
            requirement={"when": {}},
        )
    },
    good={
        "INT-10": Example(
            Text(
                vi="Hồ sơ giấy được yêu cầu bổ sung ngay trong buổi nhận.",
                en="A paper dossier is sent back on the morning of its receipt.",
            ),
            requirement={"when": {}},
        )
    },
)
