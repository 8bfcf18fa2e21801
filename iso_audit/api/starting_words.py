"""What a scenario that was only just started says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from iso_audit.text import Text

HEAD = Text(
    "Kịch bản ban đầu của thủ tục «{procedure}».\n"
    "MỌI CON SỐ LÀ PHỎNG ĐOÁN, lấy từ thời hạn của quy trình.\n"
    "Thay từng số bằng số đo được (hoặc ước lượng có căn cứ) rồi mới dùng kết quả để quyết định.\n"
    "Chạy: iso-audit simulate TỆP-NÀY. Ý nghĩa từng mục: docs/kich-ban.md.",
    "A scenario to start from, of '{procedure}'.\n"
    "EVERY NUMBER IS A GUESS made from the limits of the procedure. Replace each by what was measured\n"
    "(or estimated with reason) before anything is decided by the results.\n"
    "Run: iso-audit simulate THIS-FILE. What each key means: docs/scenarios.md.",
)
ABOVE: Mapping[str, Text] = {
    "arrivals": Text(
        "Số hồ sơ một năm: phỏng đoán. Thêm by_month (12 trọng số), by_weekday, by_hour nếu không đều.",
        "Dossiers a year: a guess. Add by_month (12 weights), by_weekday, by_hour where they come unevenly.",
    ),
    "cases": Text(
        "Tỷ lệ từng trường hợp của hồ sơ: phỏng đoán.", "Share of each case of the dossier: a guess."
    ),
    "staff": Text(
        "Số người đủ để bận khoảng 70% thời gian với các số dưới đây; sửa thành số người thật, thêm\n"
        "hourly_cost (chi phí một giờ) và hours nếu họ chỉ dành một phần ngày. outside: cơ quan khác.",
        "As many people as are busy for about 70% of their time with the numbers below; write how many\n"
        "there are, add hourly_cost, and hours if they have part of the day only. outside: another body.",
    ),
    "durations": Text(
        "Thời gian LÀM VIỆC thật của mỗi bước, không phải thời hạn. Phỏng đoán: 1/10 thời hạn của bước,\n"
        "ít nhất 5 phút, nhiều nhất 4 giờ (không có thời hạn: 15 phút); từ một nửa đến gấp đôi.",
        "Time of WORK on each step, not its limit. Guessed as a tenth of the step's limit, at least\n"
        "5 minutes and at most 4 hours (15 minutes where there is none); from half to twice.",
    ),
    "waits": Text(
        "Thời gian chờ không phải do thiếu người: người nộp bổ sung, cơ quan được hỏi ý kiến, hẹn thực địa.\n"
        "Cơ quan hành chính thường mất nhiều ngày ở đây; hãy bổ sung các bước khác, ví dụ: consult: 3 wd.",
        "Time that passes for other reasons than a lack of people: the applicant's supplement, a reply, an\n"
        "appointment. Offices lose days here; add other steps, such as consult: 3 wd.",
    ),
    "branches": Text(
        "Tỷ lệ từng kết quả: phỏng đoán; kết quả không nêu nhận phần còn lại.",
        "Share of each outcome: a guess; the outcome that is not named takes the rest.",
    ),
    "citizen": Text(
        "Chi phí tuân thủ của người dân (TT 02/2017/TT-VPCP, Điều 27): số giờ là phỏng đoán.",
        "What it costs the citizen (TT 02/2017/TT-VPCP, article 27): the hours are guesses.",
    ),
    "proposals": Text(
        "Mỗi đề xuất là một nhóm thay đổi, được kiểm tra theo quy định rồi mô phỏng cùng nhau.",
        "Each proposal is a set of changes that is checked against the rules and simulated together.",
    ),
    "measure": Text(
        "Chạy đến khi khoảng tin cậy 95% đủ hẹp; cùng seed thì cùng kết quả.",
        "Runs until the 95% interval is narrow enough; the same seed gives the same results.",
    ),
}
ANSWER = Text("đến khi người nộp trả lời: phỏng đoán", "until the applicant answers: a guess")
LIMIT = Text("thời hạn {limit}", "limit {limit}")
NO_LIMIT = Text("không có thời hạn", "no limit")
THEIRS = Text("cơ quan khác: cho đến khi xong", "another body: until it is done")
INCOME = Text(
    "đồng một giờ; cập nhật theo năm và ghi nguồn ở source", "VND an hour; update it, with its source"
)
TAIL = Text(
    "\nCác thay đổi khác có thể đề xuất (bỏ dấu # và sửa tên bước):\n"
    "  - {eliminate: BƯỚC}                          bỏ bước\n"
    "  - {merge: [BƯỚC, BƯỚC], as: TÊN-MỚI}         gộp các bước liền nhau\n"
    "  - {parallel: [BƯỚC, BƯỚC]}                   làm song song\n"
    "  - {delegate: BƯỚC, to: VAI-TRÒ}              giao cho vai trò khác\n"
    "  - {look_up: THÀNH PHẦN HỒ SƠ, from: CƠ SỞ DỮ LIỆU}\n"
    "  - {digitise: BƯỚC, time_factor: 30%}         làm trên hệ thống, còn 30% thời gian\n"
    "  - {limit: 10 wd}                             rút thời hạn giải quyết",
    "\nOther changes that can be proposed (take the # away and name the steps):\n"
    "  - {eliminate: STEP}                          drop a step\n"
    "  - {merge: [STEP, STEP], as: NEW-ID}          make one of steps in a row\n"
    "  - {parallel: [STEP, STEP]}                   side by side\n"
    "  - {delegate: STEP, to: ROLE}                 give it to another role\n"
    "  - {look_up: DOCUMENT, from: REGISTER}\n"
    "  - {digitise: STEP, time_factor: 30%}         on a system, in 30% of the time\n"
    "  - {limit: 10 wd}                             cut the limit",
)
NOT_IN_WORKSPACE = Text(
    "quy trình phải nằm trong thư mục làm việc: kịch bản gọi nó bằng tên",
    "the procedure must stand in the workspace: a scenario calls it by its id",
)
