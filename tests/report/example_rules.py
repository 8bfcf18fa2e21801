"""Rules and packs of the example, small stand-ins for those that ship."""

from __future__ import annotations

import datetime as dt

from iso_audit.model.finding import Grade
from iso_audit.model.procedure import Period
from iso_audit.model.requirement import Clause, Pack, Requirement
from iso_audit.model.rule import HOLDS, Hook, Rule
from iso_audit.text import Text

ISO, DECREE, CIRCULAR = "ISO 9001:2015", "NĐ 61/2018/NĐ-CP", "TT 01/2018/TT-VPCP"
NO_WHY = Text()


def _rule(name: str, on: str, code: str, title: Text, says: Text, why: Text = NO_WHY) -> Rule:
    hook: Hook[object] = Hook(code, lambda *_: HOLDS, says)
    return Rule(name, title, why, **{on: hook})  # type: ignore[arg-type]


_RULES = (
    _rule(
        "time-sum", "on_procedure", "DEF-TIME-01",
        Text("Tổng thời gian các bước vượt thời hạn giải quyết", "The steps take longer than the time limit"),
        Text(
            "đường dài nhất qua các bước cần {total_seconds}, thời hạn giải quyết chỉ là {limit}.",
            "the longest way through the steps takes {total_seconds}, the limit is {limit}.",
        ),
        Text(
            "Quy trình có tổng thời gian dài hơn thời hạn thì không hồ sơ nào có thể được giải quyết "
            "đúng hạn theo đúng quy trình.",
            "If the steps take longer than the limit, no dossier can be both handled as written and on time.",
        ),
    ),
    _rule(
        "mandatory-step", "on_procedure", "DEF-STEP-01",
        Text("Bước bắt buộc", "Mandatory steps"),
        Text(
            "có cách đi qua quy trình mà không có bước «{kind}».",
            "there is a run without the step “{kind}”.",
        ),
        Text(
            "Bỏ qua thẩm định hoặc ký duyệt thì kết quả không có giá trị bảo đảm.",
            "Without appraisal or signature nothing assures the result.",
        ),
    ),
    _rule(
        "version-block", "on_procedure", "DEF-DOC-02",
        Text("Kiểm soát tài liệu", "Document control"),
        Text("quy trình không nêu {missing}.", "the procedure does not state {missing}."),
        Text(
            "Người dùng phải biết mình đang cầm bản nào, ai đã phê duyệt.",
            "Users must know which issue they hold and who approved it.",
        ),
    ),
    _rule(
        "numbering", "on_procedure", "DEF-NUM-01",
        Text("Số thứ tự bước", "Numbering of steps"),
        Text("số bước nhảy từ 2 sang 4.", "the numbers jump from 2 to 4."),
    ),
    _rule(
        "overdue", "on_dossier", "TIM-01",
        Text("Giải quyết quá hạn", "Overdue dossiers"),
        Text(
            "{failed} trong {checked} hồ sơ được giải quyết sau ngày hẹn trả.",
            "{failed} of {checked} dossiers were finished after their due date.",
        ),
        Text(
            "Người dân được hẹn một ngày và phải nhận được kết quả vào ngày đó.",
            "Applicants are given a date and must get the result by it.",
        ),
    ),
    _rule(
        "step-late", "on_event", "TIM-02",
        Text("Bước vượt thời gian quy định", "Step over its time"),
        Text(
            "bước «{step}» vượt thời gian quy định ở {failed} trong {checked} lượt thực hiện.",
            "the step “{step}” took longer than its limit in {failed} of {checked} executions.",
        ),
    ),
    _rule(
        "apart", "on_dossier", "PRC-04",
        Text("Tách bạch người thẩm định và người phê duyệt", "Appraisal and approval held apart"),
        Text(
            "ở {failed} trong {checked} hồ sơ, cùng một người vừa thẩm định vừa ký duyệt.",
            "in {failed} of {checked} dossiers one person both appraised and signed.",
        ),
        Text(
            "Sai sót chỉ được phát hiện khi có người thứ hai xem lại.",
            "Mistakes come to light only where a second person looks.",
        ),
    ),
    _rule(
        "apology", "on_trace", "TIM-03",
        Text("Xin lỗi khi quá hạn", "Apology when overdue"),
        Text(
            "{failed} trong {checked} hồ sơ quá hạn không có văn bản xin lỗi.",
            "{failed} of {checked} overdue dossiers have no letter of apology.",
        ),
    ),
    _rule(
        "receipt", "on_trace", "INT-01",
        Text("Giấy tiếp nhận và hẹn trả", "Receipt slip"),
        Text(
            "{failed} trong {checked} hồ sơ không có giấy tiếp nhận và hẹn trả kết quả.",
            "{failed} of {checked} dossiers have no receipt slip.",
        ),
    ),
)  # fmt: skip
CATALOGUE = {rule.name: rule for rule in _RULES}


def _requirement(name: str, rule: str, grade: Grade, title: Text, *cites: Clause) -> Requirement:
    return Requirement(name, rule, cites, grade, title=title)


PACKS = (
    Pack("iso-9001-2015", Text("ISO 9001:2015", "ISO 9001:2015"), (
        _requirement(
            "document-control", "version-block", Grade.MINOR,
            Text(
                "Quy trình mang số hiệu, lần ban hành, ngày và người soạn thảo, kiểm tra, phê duyệt.",
                "The procedure carries its number, issue, date and who prepared, checked and approved it.",
            ),
            Clause(ISO, "7.5.2", True), Clause(ISO, "7.5.3", True),
        ),
        _requirement(
            "numbering", "numbering", Grade.OBSERVATION,
            Text(
                "Các bước được đánh số liên tục, không trùng.", "Steps are numbered without gaps or doubles."
            ),
            Clause(ISO, "7.5.2", True),
        ),
        _requirement(
            "apart", "apart", Grade.MINOR,
            Text(
                "Người thẩm định hồ sơ không đồng thời là người ký duyệt kết quả.",
                "Whoever appraises a dossier does not also sign its result.",
            ),
            Clause(ISO, "8.6", True),
        ),
    ), Period(dt.date(2015, 9, 15)), "2015"),
    Pack("vn-one-stop-2018", Text(
        "Quy định về cơ chế một cửa 2018–2025", "One-stop-shop regulations 2018–2025"
    ), (
        _requirement(
            "limit", "time-sum", Grade.MAJOR,
            Text(
                "Tổng thời gian của các bước không vượt thời hạn giải quyết của thủ tục.",
                "The time of all steps stays within the time limit of the procedure.",
            ),
            Clause(CIRCULAR, "8", sure=False), Clause(DECREE, "19"),
        ),
        _requirement(
            "steps", "mandatory-step", Grade.MAJOR,
            Text(
                "Mọi cách đi qua quy trình đều có các bước mà quy định bắt buộc.",
                "Every run has the steps the regulations ask for.",
            ),
            Clause(DECREE, "17"), Clause(DECREE, "20"),
        ),
        _requirement(
            "overdue", "overdue", Grade.MINOR,
            Text(
                "Hồ sơ được giải quyết xong không muộn hơn ngày đến hạn.",
                "A dossier is finished no later than its due date.",
            ),
            Clause(DECREE, "19"),
        ),
        _requirement(
            "step-time", "step-late", Grade.OBSERVATION,
            Text(
                "Mỗi bước được thực hiện trong thời gian quy định cho bước đó.",
                "Each step is carried out within its own limit.",
            ),
            Clause(CIRCULAR),
        ),
        _requirement(
            "apology", "apology", Grade.MAJOR,
            Text(
                "Hồ sơ quá hạn được xin lỗi bằng văn bản, nêu lý do và ngày hẹn lại.",
                "An overdue dossier is apologised for in writing with the reason and a new date.",
            ),
            Clause(DECREE, "19"),
        ),
        _requirement(
            "receipt", "receipt", Grade.MINOR,
            Text(
                "Mỗi hồ sơ được tiếp nhận đều có giấy tiếp nhận và hẹn trả kết quả.",
                "Each accepted dossier gets a receipt slip.",
            ),
            Clause(DECREE, "17"),
        ),
    ), Period(dt.date(2018, 6, 21), dt.date(2025, 6, 30))),
)  # fmt: skip
