"""Is the dossier code well formed, of the day of receipt, and given once?"""

from __future__ import annotations

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.model.trace import CANNOT_TELL, YES, DossierKind
from iso_audit.text import Text

_FAULTS = {"code_malformed": "malformed", "code_other_day": "other-day", "code_twice": "twice"}
"""Facts in the order in which they are told: of a malformed code nothing else is asked."""


def _coded(kind: DossierKind, requirement: Requirement) -> Answer:
    facts = {name: kind.facts.get(name, CANNOT_TELL) for name in _FAULTS}
    for name, variant in _FAULTS.items():
        if facts[name] == YES:
            return Answer(1, (Breach(variant=variant, grade=requirement.grade_of(variant)),))
    if CANNOT_TELL in facts.values():
        return Answer(unknowns=(Unknown("no-patterns"),))
    return HOLDS


RULE = Rule(
    name="dossier-code",
    title=Text(vi="Mã hồ sơ", en="Dossier code"),
    why=Text(
        vi="Mã hồ sơ nối giấy tờ, phần mềm của cơ quan và cổng dịch vụ công. Mã sai cấu trúc, sai ngày hoặc "
        "trùng thì không đối soát được, và ngày tiếp nhận không còn tin cậy.",
        en="The code ties together the papers, the office's software and the public portal. A code that is "
        "malformed, of another day or given twice cannot be reconciled, and the day of receipt is in doubt.",
    ),
    parameters={
        "code_patterns": Parameter(
            "patterns",
            Text(
                vi="Các mẫu (biểu thức chính quy) mà mã hồ sơ phải khớp một; nhóm «day» là phần ngày YYMMDD",
                en="Patterns (regular expressions) of which a code must fit one; the group “day” holds "
                "YYMMDD",
            ),
        ),
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng của từng lỗi (malformed, other-day, twice)",
                en="Own grade of each fault (malformed, other-day, twice)",
            ),
        ),
    },
    on_dossier=Hook(
        "INT-03",
        _coded,
        Text(
            vi="{failed} trong {checked} hồ sơ có mã không đúng quy định.",
            en="The code is not as prescribed in {failed} of {checked} dossiers.",
        ),
        variants={
            "malformed": Text(
                vi="{failed} trong {checked} hồ sơ có mã không đúng cấu trúc áp dụng tại ngày tiếp nhận.",
                en="The code of {failed} of {checked} dossiers does not have the structure in force on the "
                "day of receipt.",
            ),
            "other-day": Text(
                vi="Phần ngày trong mã của {failed} trong {checked} hồ sơ không phải là ngày tiếp nhận.",
                en="The date in the code of {failed} of {checked} dossiers is not the day of receipt.",
            ),
            "twice": Text(
                vi="{failed} trong {checked} hồ sơ có mã hoặc số thứ tự trùng với hồ sơ khác cùng đơn vị, "
                "cùng ngày.",
                en="The code or number is that of another dossier of the same unit and day in {failed} of "
                "{checked} dossiers.",
            ),
        },
    ),
    bad={
        "INT-03": Example(
            Text(vi="Phần ngày trong mã là ngày hôm trước.", en="The date in the code is the day before."),
            log=({"dossier": "H62.014-260302-0001", "set": {"dossier_id": "H62.014-260301-0001"}},),
        )
    },
    good={
        "INT-03": Example(
            Text(
                vi="Mã theo cấu trúc áp dụng từ ngày 25/01/2026.",
                en="A code of the structure in force since 25 January 2026.",
            ),
            log=({"dossier": "H62.014-260302-0001", "set": {"dossier_id": "H62.014.01-260302-010001"}},),
        )
    },
)
