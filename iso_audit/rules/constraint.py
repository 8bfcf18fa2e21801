"""Does the course of a dossier keep to what the office, or the law, has written as data?"""

from __future__ import annotations

from iso_audit.analysis.constraints import Must, faults
from iso_audit.analysis.keeping import kept_by_definition, kept_by_dossier
from iso_audit.model.log import DEMAND, SAME_PERSON
from iso_audit.model.rule import Example, Hook, Parameter, Rule
from iso_audit.text import Text

RULE = Rule(
    name="constraint",
    title=Text(vi="Yêu cầu về diễn biến hồ sơ", en="Requirements on the course of a dossier"),
    why=Text(
        vi="Yêu cầu mà quy trình không bảo đảm thì chỉ được giữ nhờ sự cẩn thận của từng người.",
        en="What the procedure does not ensure is kept only as long as everybody happens to take care.",
    ),
    parameters={
        "must": Parameter(
            "text", Text(vi="Điều phải có", en="What is required"), known=tuple(Must), required=True
        ),
        "of": Parameter(
            "terms",
            Text(
                vi="Các bước (loại bước hoặc mã bước) mà yêu cầu nói đến; một danh sách con là các bước thay "
                "thế nhau",
                en="Steps (kinds or ids) that it speaks of; a list within the list: any one of them",
            ),
            required=True,
        ),
        "count": Parameter("int", Text(vi="Số lần tối đa (at_most)", en="How many times (at_most)")),
        "role": Parameter("role", Text(vi="Vai trò thực hiện (by_role)", en="Who acts (by_role)")),
        "limit": Parameter("limit", Text(vi="Thời gian tối đa (within)", en="How long at most (within)")),
    },
    faults=faults,
    by_case=True,
    on_procedure=Hook(
        "DEF-STEP-07",
        kept_by_definition,
        Text(
            vi="Quy trình cho phép kết thúc hồ sơ mà không qua «{any_kind}».",
            en="The procedure lets a dossier end without “{any_kind}”.",
        ),
        variants={
            "before": Text(
                vi="Quy trình cho phép thực hiện «{any_kind_second}» trước «{any_kind}».",
                en="The procedure allows “{any_kind_second}” to come before “{any_kind}”.",
            ),
            "leads_to": Text(
                vi="Quy trình cho phép kết thúc hồ sơ mà sau «{any_kind}» không có «{any_kind_second}».",
                en="The procedure lets a dossier end with no “{any_kind_second}” after “{any_kind}”.",
            ),
            "at_most": Text(
                vi="Quy trình cho phép thực hiện «{any_kind}» quá {count} lần trong một hồ sơ.",
                en="The procedure lets “{any_kind}” happen too often in one dossier (at most: {count}).",
            ),
            "excludes": Text(
                vi="Quy trình cho phép một hồ sơ qua cả «{any_kind}» lẫn «{any_kind_second}».",
                en="The procedure allows both “{any_kind}” and “{any_kind_second}” in one dossier.",
            ),
            "apart": Text(
                vi="«{any_kind}» và «{any_kind_second}» có thể do cùng một người thực hiện ({roles}).",
                en="“{any_kind}” and “{any_kind_second}” may fall to one person ({roles}).",
            ),
            "by_role": Text(
                vi="Bước «{step}» được giao cho {role}, không phải {role_required}.",
                en="The step “{step}” is given to the {role}, not to the {role_required}.",
            ),
            "within": Text(
                vi="Từ khi xong «{any_kind}» đến khi xong «{any_kind_second}», các bước được giao {longest}, "
                "quá {limit}.",
                en="From the end of “{any_kind}” to the end of “{any_kind_second}” the steps are given "
                "{longest}, more than {limit}.",
            ),
        },
    ),
    reads=("closed", "broken_off", SAME_PERSON, DEMAND),
    on_trace=Hook(
        "PRC-11",
        kept_by_dossier,
        Text(
            vi="{failed} trong {checked} hồ sơ kết thúc mà không qua «{any_kind}».",
            en="{failed} of {checked} dossiers ended without “{any_kind}”.",
        ),
        variants={
            "before": Text(
                vi="Ở {failed} trong {checked} hồ sơ, «{any_kind_second}» diễn ra trước «{any_kind}».",
                en="In {failed} of {checked} dossiers “{any_kind_second}” came before “{any_kind}”.",
            ),
            "leads_to": Text(
                vi="Ở {failed} trong {checked} hồ sơ, sau «{any_kind}» không có «{any_kind_second}».",
                en="In {failed} of {checked} dossiers no “{any_kind_second}” followed “{any_kind}”.",
            ),
            "at_most": Text(
                vi="Ở {failed} trong {checked} hồ sơ, «{any_kind}» được thực hiện quá {count} lần.",
                en="In {failed} of {checked} dossiers “{any_kind}” took place too often (at most: {count}).",
            ),
            "excludes": Text(
                vi="{failed} trong {checked} hồ sơ có cả «{any_kind}» lẫn «{any_kind_second}».",
                en="{failed} of {checked} dossiers had both “{any_kind}” and “{any_kind_second}”.",
            ),
            "apart": Text(
                vi="Ở {failed} trong {checked} hồ sơ, cùng một người thực hiện «{any_kind}» và "
                "«{any_kind_second}».",
                en="In {failed} of {checked} dossiers one person did “{any_kind}” and “{any_kind_second}”.",
            ),
            "by_role": Text(
                vi="Ở {failed} trong {checked} hồ sơ, «{any_kind}» không do {role_required} thực hiện.",
                en="In {failed} of {checked} dossiers “{any_kind}” was not done by the {role_required}.",
            ),
            "within": Text(
                vi="Ở {failed} trong {checked} hồ sơ, từ khi xong «{any_kind}» đến khi xong "
                "«{any_kind_second}» dài hơn {limit}.",
                en="In {failed} of {checked} dossiers it took more than {limit} from the end of "
                "“{any_kind}” to the end of “{any_kind_second}”.",
            ),
        },
    ),
    bad={
        "PRC-11": Example(
            Text(
                vi="Giấy phép đã ký nhưng không trả cho người nộp.",
                en="A permit is signed and never returned to the applicant.",
            ),
            log=({"dossier": "H62.014-260302-0001", "step": "return", "drop": True},),
            also=("PRC-01",),
        ),
        "DEF-STEP-07": Example(
            Text(
                vi="Giấy phép đóng dấu xong có thể được lưu luôn mà không trả.",
                en="A stamped permit may be filed without being returned.",
            ),
            procedure={"steps": {"stamp": {"next": {"collected": "return", "not-collected": "archive"}}}},
            also=("DEF-STEP-01",),
        ),
    },
    good={
        "PRC-11": Example(
            Text(
                vi="Hồ sơ bị từ chối tiếp nhận: không có chữ ký nào nên không có gì phải trả.",
                en="Receipt is refused: nothing was signed, so nothing has to be returned.",
            )
        ),
        "DEF-STEP-07": Example(
            Text(
                vi="Sau khi ký, kết quả được lưu trước rồi mới trả.",
                en="What was signed is filed first and returned afterwards.",
            ),
            procedure={"steps": {"return": {"kind": ["return_result", "archive"]}}},
        ),
    },
)
