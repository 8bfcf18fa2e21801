"""What a proposed procedure says of itself, in the file and to the person who asked for it."""

from __future__ import annotations

from iso_audit.text import Text

HEAD = Text(
    "ĐỀ XUẤT lập từ nhật ký {log}: đây là cách hồ sơ đã được xử lý, chưa phải quy định.\n"
    "Chủ quy trình sửa lại cho đúng quy định rồi mới dùng để đánh giá.",
    "PROPOSED from the log {log}: this is how dossiers were handled, not what is prescribed.\n"
    "The owner of the procedure corrects it before anything is judged by it.",
)
FITS = Text(
    "Hồ sơ đã kết thúc: {dossiers}; đi đúng trọn vẹn các bước dưới đây: {fitting} ({share}).",
    "Finished dossiers: {dossiers}; handled exactly by the steps below: {fitting} ({share}).",
)
UNFINISHED = Text(
    "Hồ sơ chưa kết thúc, không dùng để lập: {count}.", "Unfinished dossiers, not looked at: {count}."
)
SHARP = Text(
    "Các bước dưới đây cho phép {allowed} cách nối tiếp nhau; {seen} cách trong đó có ở ít nhất 0,5% hồ sơ.",
    "The steps below allow {allowed} direct successions; {seen} of them in at least 0.5 % of dossiers.",
)
LEFT_OUT = Text(
    "Cách đi không đưa vào: {dossiers} hồ sơ theo {count} cách. Nhiều nhất (số hồ sơ: các bước):",
    "Paths left out: {dossiers} dossiers on {count} paths. The most frequent (dossiers: steps):",
)
MORE = Text("… và {count} cách khác, {dossiers} hồ sơ", "… and {count} more paths, {dossiers} dossiers")
RARE = Text(
    "Công việc không đưa vào vì ít hồ sơ trải qua (số hồ sơ):",
    "Activities left out because few dossiers went through them (dossiers):",
)
NO_LIMITS = Text(
    "Thời hạn (limit) không suy ra từ nhật ký: số đo cạnh từng bước là thời gian làm việc đã dùng, "
    "để chủ quy trình cân nhắc.",
    "Limits are not taken from a log: the times beside the steps are working time used, "
    "for the owner to weigh.",
)
NO_STARTS = Text(
    "Nhật ký chỉ ghi lúc xong: thời gian tính từ khi xong bước trước, gồm cả thời gian chờ.",
    "The log holds completions alone: times run from the end of the step before, waiting included.",
)
EXTENT = Text(
    "extent: drawing: điều nhật ký không cho biết thì để ngỏ, không coi là thiếu; quy trình đã đủ thì "
    "bỏ dòng đó.",
    "extent: drawing: what a log cannot show is left open, never taken as missing; delete that line once the "
    "procedure is whole.",
)
STEP = Text(
    "{events} lần, {dossiers} hồ sơ; {time}", "{events} times, {dossiers} dossiers; {time}"
)  # fmt: skip
TIME = Text(
    "thời gian làm việc: một nửa ≤ {median}, 90% ≤ {p90}", "working time: half ≤ {median}, 90 % ≤ {p90}"
)
NO_TIME = Text("không đo được thời gian", "no time could be measured")
ROLES = Text("vai trò: {names}", "roles: {names}")
UNITS = Text("đơn vị: {names}", "units: {names}")
AFTER = Text("tiếp theo: {names}", "then: {names}")
NO_KIND = Text("kind: chưa đoán được, hãy ghi", "kind: not guessed, please write it")
END = Text("(kết thúc)", "(end)")
NO_NAME = Text("Quy trình lập từ nhật ký", "Procedure taken from a log")
NOTHING = Text(
    "nhật ký không có hồ sơ đã kết thúc nào để lập quy trình",
    "the log has no finished dossier to make a procedure of",
)
SEVERAL = Text(
    "nhật ký có nhiều thủ tục ({names}); hãy ghi vào một thư mục: -o THƯ-MỤC",
    "the log has several procedures ({names}); write them to a folder: -o FOLDER",
)
COUNTS = Text(
    "Hàng sự kiện: {rows}; nhận {kept}, bỏ qua {ignored}, không dùng được {refused}.",
    "Rows of events: {rows}; kept {kept}, ignored {ignored}, refused {refused}.",
)
SUMMARY = Text(
    "{procedure}: {steps} bước; {fitting} trong {dossiers} hồ sơ đã kết thúc ({share}) đi đúng các bước này.",
    "{procedure}: {steps} steps; {fitting} of {dossiers} finished dossiers ({share}) were handled by them.",
)
NEXT = Text(
    "Tiếp theo: sửa tệp, đặt vào thư mục procedures/ của thư mục làm việc; rồi\n"
    "  iso-audit check QUY-TRÌNH.yaml\n  iso-audit map NHẬT-KÝ -o ÁNH-XẠ.yaml\n"
    "  iso-audit audit --log NHẬT-KÝ --map ÁNH-XẠ.yaml",
    "Next: correct the file and put it in procedures/ of the workspace; then\n"
    "  iso-audit check PROCEDURE.yaml\n  iso-audit map LOG -o MAP.yaml\n"
    "  iso-audit audit --log LOG --map MAP.yaml",
)
