"""Are dossiers closed one by one, as fast as a person can look at them?"""

from __future__ import annotations

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import (
    HOLDS,
    NOT_APPLICABLE,
    Answer,
    Breach,
    Example,
    Hook,
    Parameter,
    Rule,
    Unknown,
)
from iso_audit.model.trace import CANNOT_TELL, YES, EventKind
from iso_audit.text import Text


def _one_by_one(kind: EventKind, requirement: Requirement) -> Answer:
    """One execution is one opportunity; signing is often done in bulk by law and is not asked."""
    step = kind.procedure.by_id.get(kind.step)
    many = requirement.whole("batch_of")
    if step is None or many == 0 or not any(step.is_a(each) for each in requirement.names("batch_kinds")):
        return NOT_APPLICABLE
    for name in ("batch", "elsewhere"):
        if kind.facts.get(name) == YES:
            facts = {"many": many, "within": requirement.whole("batch_seconds")}
            return Answer(1, (Breach(variant=name, facts=facts),))
    if kind.facts.get("batch", CANNOT_TELL) == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-second"),))
    return HOLDS


_AT_FOUR = {
    "dossier": "H62.014-260305-0001",
    "step": "appraise",
    "set": {"finished_at": "2026-03-10T11:00:04"},
}
_AT_TEN = {
    "dossier": "H62.014-260303-0001",
    "step": "appraise",
    "set": {"actor": "CV01", "finished_at": "2026-03-10T11:00:10"},
}

RULE = Rule(
    name="batch",
    title=Text(vi="Kết thúc hồ sơ hàng loạt", en="Dossiers closed in bulk"),
    why=Text(
        vi="Ở bước phải xem từng hồ sơ, một người kết thúc nhiều hồ sơ cách nhau vài giây thì có thể các hồ "
        "sơ được ghi sau. Đây là điều cần xem xét, không phải vi phạm: phần mềm có thể cho làm hàng loạt.",
        en="Where each dossier has to be looked at and one person closes many within seconds, they may have "
        "been entered afterwards. Something to look into and no breach: the software may close in bulk.",
    ),
    parameters={
        "batch_kinds": Parameter(
            "names",
            Text(vi="Loại bước phải xem từng hồ sơ", en="Kinds of steps at which each dossier is looked at"),
            ("check", "appraise", "field_check", "review"),
        ),
        "batch_of": Parameter(
            "int",
            Text(
                vi="Số hồ sơ một người kết thúc liên tiếp thì cần xem xét", en="Dossiers in a row of a batch"
            ),
            10,
        ),
        "batch_seconds": Parameter(
            "int",
            Text(
                vi="Liên tiếp: cách nhau không quá số giây này", en="In a row: at most so many seconds apart"
            ),
            10,
        ),
    },
    on_event=Hook(
        "TIM-09",
        _one_by_one,
        Text(
            vi="{failed} trong {checked} lượt thực hiện bước «{step}» được kết thúc hàng loạt; cần xem xét.",
            en="{failed} of {checked} executions of the step “{step}” were closed in bulk; to be "
            "looked into.",
        ),
        needs=("events.actor", "events.second"),
        variants={
            "batch": Text(
                vi="{failed} trong {checked} lượt thực hiện bước «{step}» nằm trong loạt từ {many} hồ sơ "
                "do một người kết thúc liên tiếp, cách nhau không quá {within} giây; cần xem xét.",
                en="{failed} of {checked} executions of the step “{step}” belong to rows of {many} or more "
                "dossiers closed by one person at most {within} seconds apart; to be looked into.",
            ),
            "elsewhere": Text(
                vi="Ở {failed} trong {checked} lượt thực hiện bước «{step}», cùng một tên được ghi ở "
                "hai đơn vị cách nhau không quá {within} giây; cần xem xét.",
                en="At {failed} of {checked} executions of the step “{step}” one name is recorded "
                "in two units at most {within} seconds apart; to be looked into.",
            ),
        },
    ),
    bad={
        "TIM-09": Example(
            Text(
                vi="Một người kết thúc thẩm định hai hồ sơ cách nhau sáu giây, nơi hai hồ sơ đã là một loạt.",
                en="One person closes the appraisal of two dossiers six seconds apart, where two are a row.",
            ),
            log=(_AT_FOUR, _AT_TEN),
            requirement={"batch_of": 2},
        ),
    },
    good={
        "TIM-09": Example(
            Text(
                vi="Hai hồ sơ được thẩm định xong cách nhau sáu giây: hai hồ sơ chưa phải một loạt.",
                en="Two appraisals six seconds apart: two dossiers are no row.",
            ),
            log=(_AT_FOUR, _AT_TEN),
        ),
    },
)
