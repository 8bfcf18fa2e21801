"""Does what happened bear out the state in which the dossier is reported?"""

from __future__ import annotations

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.model.trace import CANNOT_TELL, YES, DossierKind
from iso_audit.text import Text


def _consistent(kind: DossierKind, _requirement: Requirement) -> Answer:
    unlike = kind.facts.get("status_unlike_events", CANNOT_TELL)
    if unlike == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-status"),))
    return Answer(1, (Breach(),)) if unlike == YES else HOLDS


RULE = Rule(
    name="final-state",
    title=Text(
        vi="Trạng thái hồ sơ khớp với quá trình giải quyết", en="State of the dossier agrees with its history"
    ),
    why=Text(
        vi="Trạng thái được đồng bộ lên cổng dịch vụ công và dùng để tính tỷ lệ đúng hạn. «Đã trả kết quả» "
        "mà chưa ký, «rút hồ sơ» mà không có đề nghị của người nộp là số liệu không có căn cứ.",
        en="The state goes to the public portal and into the rate of punctuality. “Returned” without a "
        "signature, “withdrawn” without the applicant's request are figures without ground.",
    ),
    on_dossier=Hook(
        "PRC-08",
        _consistent,
        Text(
            vi="{failed} trong {checked} hồ sơ có trạng thái không khớp với các bước đã thực hiện.",
            en="The state is not borne out by the steps carried out in {failed} of {checked} dossiers.",
        ),
        needs=("dossiers.status",),
    ),
    bad={
        "PRC-08": Example(
            Text(
                vi="Hồ sơ đã trả kết quả nhưng trạng thái vẫn là đang xử lý.",
                en="The result has been returned, but the state still says processing.",
            ),
            log=({"dossier": "H62.014-260302-0001", "set": {"status": "processing"}},),
        )
    },
    good={
        "PRC-08": Example(
            Text(
                vi="Hồ sơ ở trạng thái không được tiếp nhận có bước từ chối bằng văn bản.",
                en="A dossier reported as not accepted has its written refusal.",
            )
        )
    },
)
