"""Is the result handed over by the one-stop desk, and not by the unit that decided?"""

from __future__ import annotations

from iso_audit.analysis.asking import answered, demands_of, last_of
from iso_audit.model.log import DEMAND
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Example, Hook, Rule
from iso_audit.model.trace import Trace
from iso_audit.text import Text


def _handed_over(trace: Trace, requirement: Requirement) -> Answer:
    """Judge paper dossiers; an electronic result goes out by itself, whoever pressed the last button."""
    for demand in demands_of(requirement, trace.procedure):
        if last_of(trace, demand.first) is not None:
            return answered(trace, demand, "no-desk")
    return NOT_APPLICABLE


RULE = Rule(
    name="result-at-desk",
    title=Text(vi="Trả kết quả tại Bộ phận Một cửa", en="Results handed over by the one-stop desk"),
    why=Text(
        vi="Người nộp nhận kết quả tại Bộ phận Một cửa, qua bưu chính hoặc trực tuyến để không phải gặp "
        "riêng người giải quyết hồ sơ. Người của phòng chuyên môn làm nhiệm vụ tại Bộ phận Một cửa được tính "
        "là Bộ phận Một cửa.",
        en="Applicants get their results at the desk, by post or online, so that they need not see whoever "
        "decided. Staff whom a division posts to the desk count as the desk.",
    ),
    reads=(DEMAND,),
    on_trace=Hook(
        "PRC-06",
        _handed_over,
        Text(
            vi="{failed} trong {checked} hồ sơ giấy do phòng chuyên môn tự trả kết quả, không qua Bộ phận "
            "Một cửa.",
            en="In {failed} of {checked} paper dossiers a specialised unit handed the result over itself, "
            "not the one-stop desk.",
        ),
    ),
    bad={
        "PRC-06": Example(
            Text(
                vi="Chuyên viên phòng chuyên môn trao giấy phép cho người nộp tại phòng làm việc.",
                en="A specialist of the division gives the permit to the applicant in the division's office.",
            ),
            log=(
                {
                    "dossier": "H62.014-260303-0001",
                    "step": "return",
                    "set": {"actor": "CV01", "role": "specialist", "unit": "economy-division"},
                },
            ),
            also=("PRC-03",),
        )
    },
    good={
        "PRC-06": Example(
            Text(
                vi="Người của phòng chuyên môn trả kết quả khi làm nhiệm vụ tại Bộ phận Một cửa.",
                en="Somebody of the division hands the result over while posted to the desk.",
            ),
            log=(
                {
                    "dossier": "H62.014-260303-0001",
                    "step": "return",
                    "set": {"unit": "economy-division"},
                },
            ),
        )
    },
)
