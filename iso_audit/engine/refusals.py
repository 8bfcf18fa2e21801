"""Why a log as a whole is not read, in words that say what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from iso_audit.errors import Fault, InputError
from iso_audit.model.log import Refused
from iso_audit.text import LANGUAGES, Text, number

_REASONS = {
    "folder": Text("đây là một thư mục, không phải tệp nhật ký", "this is a folder, not a log file"),
    "special": Text("đây không phải là một tệp thường", "this is not a regular file"),
    "closed": Text(
        "không mở được tệp (không có, hoặc không có quyền đọc)",
        "the file cannot be opened (it does not exist or may not be read)",
    ),
    "resume-closed": Text(
        "không dùng được thư mục này để lưu việc dở dang (--resume): không tạo hoặc không mở được",
        "work cannot be put aside in this folder (--resume): it cannot be made or opened",
    ),
    "resume-taken": Text(
        "thư mục này chứa tệp khác, không lưu việc dở dang vào đây được (--resume); hãy nêu một thư mục mới",
        "this folder holds other files, so that no work is put aside in it (--resume); name a new one",
    ),
    "resume-busy": Text(
        "một lần chạy khác đang dùng thư mục này (--resume); hãy chờ lần đó xong hoặc nêu thư mục khác",
        "another run is using this folder (--resume); wait until it ends or name another folder",
    ),
    "empty": Text("tệp rỗng", "the file is empty"),
    "no-rows": Text("dưới hàng tiêu đề không có hàng nào", "there is no row below the head of the table"),
    "packed": Text(
        "đây là tệp PDF hoặc tệp nén, không phải nhật ký; cần CSV, bảng tính (XLSX, XLS, ODS), XES, JSON "
        "hoặc Parquet",
        "this is a PDF or a packed file and no log; CSV, a workbook (XLSX, XLS, ODS), XES, JSON or Parquet "
        "is needed",
    ),
    "no-reader": Text(
        "ở đây không đọc được loại tệp này ({kind})", "files of this kind ({kind}) cannot be read here"
    ),
    "binary": Text(
        "tệp này không phải văn bản (có byte lạ); cần nhật ký dạng CSV, XES hoặc Parquet",
        "this is no text (it holds stray bytes); a log in CSV, XES or Parquet is needed",
    ),
    "damaged": Text(
        "tệp bị hỏng hoặc chưa tải về đủ, không đọc được",
        "the file is damaged or incomplete and cannot be read",
    ),
    "unpacking": Text(
        "tệp nén bị hỏng: không giải nén được, hoặc nội dung không khớp mã kiểm tra của tệp; không rõ sai ở "
        "chỗ nào nên không đọc; hãy lấy lại tệp",
        "the packed file is damaged: it does not unpack, or does not agree with its checksum; nobody can "
        "tell where, so that it is not read; fetch it again",
    ),
    "cut-off": Text(
        "tệp nén bị cắt giữa chừng: chỉ đọc được {rows} hàng đầu ({bytes} byte sau khi giải nén). "
        "Hàng bị mất có thể thuộc bất kỳ hồ sơ nào đã đọc, nên không kết luận được về hồ sơ nào; hãy lấy lại "
        "tệp đầy đủ. Nếu trong tệp các hàng của một hồ sơ luôn đứng liền nhau thì ghi "
        "«dossiers_together: true» trong tệp ánh xạ để đánh giá các hồ sơ đã đọc trọn",
        "the packed file breaks off: only its first {rows} rows ({bytes} bytes unpacked) can be read. "
        "A lost row may belong to any of the dossiers read, so that nothing can be said of any; fetch the "
        "whole file. If all rows of a dossier stand together in it, say so in the mapping with "
        "`dossiers_together: true` to audit those dossiers that were read whole",
    ),
    "cut-off-mixed": Text(
        "tệp nén bị cắt sau {rows} hàng ({bytes} byte sau khi giải nén), và các hàng của một hồ sơ không "
        "đứng liền nhau như tệp ánh xạ nói (dossiers_together); hãy lấy lại tệp đầy đủ",
        "the packed file breaks off after {rows} rows ({bytes} bytes unpacked), and the rows of a dossier do "
        "not stand together as the mapping says (`dossiers_together`); fetch the whole file",
    ),
    "cut-off-soon": Text(
        "tệp nén bị cắt trước khi có một hồ sơ nào trọn vẹn; hãy lấy lại tệp đầy đủ",
        "the packed file breaks off before one dossier is whole; fetch the whole file",
    ),
    "cut-off-second": Text(
        "tệp nén bị cắt giữa chừng ({bytes} byte sau khi giải nén); bảng này cần đủ mọi hàng, "
        "hãy lấy lại tệp",
        "the packed file breaks off ({bytes} bytes unpacked); of this table every row is needed, "
        "fetch it again",
    ),
    "cut-off-apart": Text(
        "tệp nén bị cắt giữa chừng ({bytes} byte sau khi giải nén), và hồ sơ nằm ở bảng khác: hồ sơ không có "
        "sự kiện nào trong phần đọc được sẽ bị coi là chưa xử lý; hãy lấy lại tệp đầy đủ",
        "the packed file breaks off ({bytes} bytes unpacked), and dossiers stand in another table: those "
        "without an event in what was read would look as if nobody had handled them; fetch the whole file",
    ),
    "large": Text(
        "tệp nén phình lên quá {most} byte khi giải nén; không mở",
        "the packed file swells to more than {most} bytes; it is not opened",
    ),
    "long-line": Text(
        "dòng này dài hơn {most} byte: không phải một hàng của nhật ký, có lẽ tệp mất dấu xuống dòng",
        "this line is longer than {most} bytes: no row of a log; perhaps the line breaks were lost",
    ),
    "encoding": Text(
        "chữ không phải bảng mã UTF-8, có lẽ là {likely}; hãy lưu lại dạng CSV UTF-8, hoặc ghi «encoding» "
        "trong tệp ánh xạ",
        "the letters are not UTF-8 but probably {likely}; save the file as CSV UTF-8, or name its `encoding` "
        "in the mapping",
    ),
    "wrong-encoding": Text(
        "không đọc được theo bảng mã «{encoding}» mà tệp ánh xạ ghi",
        "the file cannot be read in the encoding '{encoding}' that the mapping names",
    ),
    "no-encoding": Text(
        "ở đây không đọc được bảng mã «{encoding}»; hãy lưu lại dạng CSV UTF-8",
        "the encoding '{encoding}' cannot be read here; save the file as CSV UTF-8",
    ),
    "twice": Text(
        "có hai cột cùng tên «{column}», không biết lấy cột nào",
        "two columns are called '{column}'; which one is meant is not clear",
    ),
    "no-column": Text(
        "không có cột «{column}» mà tệp ánh xạ lấy làm «{ours}»",
        "there is no column '{column}', which the mapping takes for `{ours}`",
    ),
    "not-mapped": Text(
        "tệp ánh xạ không nói lấy «{ours}» ở đâu", "the mapping does not say where `{ours}` comes from"
    ),
    "no-procedure": Text(
        "tệp ánh xạ không nói hồ sơ thuộc thủ tục nào (procedure)",
        "the mapping does not say which procedure the dossiers belong to (procedure)",
    ),
    "no-attributes": Text(
        "tệp ánh xạ lấy hồ sơ từ thuộc tính (attributes) nhưng nhật ký không phải XES hoặc JSON",
        "the mapping takes dossiers from attributes, but the log is no XES or JSON",
    ),
    "date-format": Text(
        "không hiểu mẫu ngày giờ «{format}» (dates), ví dụ đúng: %d/%m/%Y %H:%M",
        "the date format '{format}' (dates) is not understood; a right one is %d/%m/%Y %H:%M",
    ),
    "two-formats": Text(
        "mẫu ngày giờ «{one}» và «{other}» (dates) đọc «{sample}» thành hai ngày khác nhau; chỉ giữ một mẫu",
        "the date formats '{one}' and '{other}' (dates) read '{sample}' as two different days; keep only one",
    ),
    "pattern": Text("không dùng được biểu thức «{pattern}»", "the pattern '{pattern}' cannot be used"),
    "no-edition": Text(
        "không hồ sơ nào thuộc một quy trình có hiệu lực khi tiếp nhận; nhật ký ghi thủ tục: {procedures}",
        "no dossier belongs to a procedure that was in force at receipt; the log names: {procedures}",
    ),
    "no-period": Text(
        "không hồ sơ nào được tiếp nhận trong kỳ đánh giá từ {first} đến {last} (iso-audit.yaml)",
        "no dossier was received in the audited period from {first} to {last} (iso-audit.yaml)",
    ),
    "mostly-broken": Text(
        "{broken} trong {rows} hàng đầu tiên sai số cột hoặc sai dấu nháy; "
        "có lẽ đây không phải là nhật ký CSV",
        "{broken} of the first {rows} rows have a wrong number of cells or stray quotation marks; "
        "this is probably no CSV log",
    ),
    "zone": Text("không biết múi giờ «{zone}»", "the time zone '{zone}' is not known"),
    "mostly-refused": Text(
        "{refused} trong {rows} hàng không dùng được; có lẽ tệp ánh xạ không hợp với nhật ký này. "
        "Ví dụ: {examples}",
        "{refused} of {rows} rows cannot be used; the mapping probably does not fit this log. "
        "Such as: {examples}",
    ),
}

_ROW_REASONS = {
    "no-dossier": Text("không có mã hồ sơ", "no dossier code"),
    "bad-date": Text("ngày giờ không đọc được", "the date cannot be read"),
    "no-step": Text("không có tên công việc", "no activity"),
    "no-procedure": Text("không có thủ tục", "no procedure"),
    "duplicate": Text("hồ sơ đã có ở hàng trước", "the dossier stands in an earlier row"),
    "contradicts": Text(
        "nói về hồ sơ khác với hàng trước", "says of the dossier what an earlier row does not"
    ),
    "cut-off": Text(
        "thuộc hồ sơ cuối trước chỗ tệp bị cắt, có thể còn hàng đã mất",
        "of the last dossier before the file breaks off, which may have lost rows",
    ),
    "bad-row": Text("hàng sai số cột hoặc sai dấu nháy", "wrong number of cells, or a stray quotation mark"),
    "no-finish": Text("không có thời điểm nào", "no moment at all"),
    "bad-number": Text("không phải số nguyên không âm", "no whole number from 0 up"),
    "bad-month": Text(
        "không phải tháng (ví dụ 2026-03 hoặc 03/2026)", "no month (such as 2026-03 or 03/2026)"
    ),
}


def fault(why: str, file: str, line: int = 0, hint: Text | None = None, **facts: int | str | Text) -> Fault:
    """One reason why `file` is not read; numbers are written as each language does."""
    vi, en = ({name: _said(fact, lang) for name, fact in facts.items()} for lang in LANGUAGES)
    reason = _REASONS[why]
    return Fault(Text(reason.fill("vi", vi), reason.fill("en", en)), file, line, hint=hint)


def _said(fact: int | str | Text, lang: str) -> str:
    if isinstance(fact, Text):
        return fact.say(lang)
    return number(fact, lang) if isinstance(fact, int) else fact


def refusal(why: str, file: str, line: int = 0, **facts: int | str | Text) -> InputError:
    """The error that says why `file` is not read."""
    return InputError([fault(why, file, line, None, **facts)])


def row_reason(reason: str) -> Text:
    """Why a row was refused, in words."""
    return _ROW_REASONS[reason]


def row_examples(refused: Sequence[Refused]) -> Text:
    """Some refused rows in words, each with its place and reason."""
    vi, en = [], []
    for one in refused:
        value = (f" ghi «{one.value}»", f" says '{one.value}'") if one.value else ("", "")
        column = (f", cột «{one.column}»", f", column '{one.column}'") if one.column else ("", "")
        reason = row_reason(one.reason)
        vi.append(f"hàng {one.row}{column[0]}{value[0]}: {reason.vi}")
        en.append(f"row {one.row}{column[1]}{value[1]}: {reason.en}")
    return Text(vi="; ".join(vi), en="; ".join(en))


def shortened(value: str, most: int = 80) -> str:
    """A value of a user's file, short enough to print."""
    return value if len(value) <= most else value[: most - 1] + "…"
