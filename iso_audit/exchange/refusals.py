"""Why a foreign file is not read, in words that say what to do about it."""

from __future__ import annotations

from iso_audit.errors import Fault, InputError
from iso_audit.text import Text, number

_REASONS = {
    "folder": Text("đây là một thư mục, không phải tệp", "this is a folder, not a file"),
    "closed": Text(
        "không mở được tệp (không có, hoặc không có quyền đọc)",
        "the file cannot be opened (it does not exist or may not be read)",
    ),
    "empty": Text("tệp rỗng", "the file is empty"),
    "blank": Text("bảng không có ô nào có nội dung", "no cell of the table has content"),
    "markup": Text(
        "tệp này là trang web hoặc XML chứ không phải bảng tính; hãy mở bằng Excel rồi lưu lại dạng .xlsx",
        "this is a web page or XML and no spreadsheet; open it in Excel and save it as .xlsx",
    ),
    "packed": Text(
        "tệp này là PDF hoặc tệp nén, không phải bảng; cần .xlsx, .xls hoặc .csv",
        "this is a PDF or a packed file and no table; .xlsx, .xls or .csv is needed",
    ),
    "disguised": Text(
        "tệp mang đuôi {suffix} nhưng bên trong là văn bản; nếu là CSV hãy đổi đuôi thành .csv",
        "the file is called {suffix} but holds plain text; if it is CSV, rename it to .csv",
    ),
    "large": Text(
        "tệp bảng quá lớn ({size} byte); không đọc",
        "the file is too large a table ({size} bytes) to be read",
    ),
    "long-line": Text(
        "dòng dài hơn {most} ký tự, không phải một bảng quy trình",
        "a line of more than {most} characters is no row of a table of steps",
    ),
    "long-cell": Text("một ô quá dài", "a cell is too long"),
    "quote": Text(
        'dấu nháy kép mở ở hàng này không đóng hoặc đứng sai chỗ; dấu nháy trong ô thì viết hai lần: ""',
        "a quotation mark opened in this row is not closed or stands in the wrong place; "
        'inside a cell write it twice: ""',
    ),
    "bytes": Text(
        "tệp này không phải văn bản (có byte lạ); cần .xlsx, .xls hoặc .csv",
        "this is no text (it holds stray bytes); .xlsx, .xls or .csv is needed",
    ),
    "code-page": Text(
        "không đọc chắc chắn được bảng mã chữ Việt; có lẽ là {likely}; "
        "hãy mở bằng chương trình đã tạo tệp và lưu lại dạng CSV UTF-8",
        "the encoding of the letters cannot be told for certain; it is probably {likely}; "
        "open the file in the program that made it and save it as CSV UTF-8",
    ),
    "damaged": Text(
        "bảng tính bị hỏng hoặc chưa tải về đủ, không đọc được",
        "the workbook is damaged or incomplete and cannot be read",
    ),
    "word": Text(
        "đây là tệp Word, không phải bảng tính; hãy sao bảng sang Excel hoặc CSV",
        "this is a Word document and no spreadsheet; copy its table to Excel or CSV",
    ),
    "not-workbook": Text(
        "tệp này không phải bảng tính Excel; hãy lưu lại dạng .xlsx hoặc .csv",
        "this is no Excel workbook; save it as .xlsx or .csv",
    ),
    "locked": Text(
        "bảng tính đặt mật khẩu; hãy bỏ mật khẩu rồi lưu lại",
        "the workbook is locked with a password; remove it and save again",
    ),
    "bomb": Text(
        "tệp nén {packed} byte phình lên ít nhất {unpacked} byte khi mở; không mở",
        "the zipped file of {packed} bytes swells to at least {unpacked} bytes; it is not opened",
    ),
    "vast": Text(
        "trang tính quá lớn ({height} hàng × {width} cột); hãy xóa các ô thừa ở cuối trang",
        "the sheet is too large ({height} rows x {width} columns); delete the stray cells at its end",
    ),
    "long-table": Text(
        "bảng có hơn {most} ô, không phải một bảng quy trình",
        "the table has more than {most} cells and is no table of steps",
    ),
    "many-steps": Text(
        "bảng có hơn {most} hàng, không phải một bảng quy trình",
        "the table has more than {most} rows and is no table of steps",
    ),
    "no-head": Text(
        "không thấy hàng tiêu đề của bảng bước công việc "
        "(cần ít nhất cột nội dung hoặc trách nhiệm, và cột thời gian)",
        "no row heads a table of steps (at least a column of work or of responsibility, and one of time)",
    ),
    "no-log-head": Text(
        "không thấy hàng tiêu đề của nhật ký (cần ít nhất hai cột có tên)",
        "no row heads a log (at least two columns with a name are needed)",
    ),
    "no-log-rows": Text(
        "dưới hàng tiêu đề của nhật ký không có hàng nào", "there is no row below the head of the log"
    ),
    "deep": Text("nội dung lồng nhau quá sâu; không đọc", "it is nested too deeply to be read"),
    "damaged-log": Text(
        "tệp nén bị hỏng hoặc chưa tải về đủ, không đọc được",
        "the packed file is damaged or incomplete and cannot be read",
    ),
    "large-log": Text(
        "nhật ký JSON dài hơn {most} byte hoặc phình lên quá mức khi giải nén; không đọc",
        "the JSON log is longer than {most} bytes, or swells too much when unpacked; it is not read",
    ),
    "long-line-log": Text("dòng dài hơn {most} byte", "a line of more than {most} bytes"),
    "wide-log": Text(
        "nhật ký có hơn {most} trường khác nhau", "the log has more than {most} different fields"
    ),
    "json": Text(
        "JSON sai cú pháp ở cột {column} (thiếu dấu nháy, dấu phẩy hoặc ngoặc)",
        "the JSON is wrong at column {column} (a quotation mark, comma or bracket is missing)",
    ),
    "json-end": Text(
        "JSON hết giữa chừng ở đây; có lẽ tệp chưa tải về đủ",
        "the JSON ends in the middle here; perhaps the file is incomplete",
    ),
    "json-letters": Text("chữ ở đây không phải UTF-8", "the letters here are not UTF-8"),
    "ocel-shape": Text(
        "đây không phải nhật ký OCEL 2.0 dạng JSON (cần hai danh sách «events» và «objects»)",
        "this is no OCEL 2.0 log in JSON (it needs two lists, `events` and `objects`)",
    ),
    "ocel-empty": Text(
        "nhật ký OCEL không có sự kiện hoặc đối tượng nào", "the OCEL log has no event or no object"
    ),
    "ocel-type": Text(
        "nhật ký không có đối tượng loại «{type}»; có các loại: {types}",
        "the log has no object of type '{type}'; its types are: {types}",
    ),
    "no-messages": Text(
        "JSON này không phải nhật ký: không có sự kiện OCEL 2.0, cũng không có thông điệp đồng bộ "
        "(MaHoSo cùng ThoiDiemXuLy hoặc NgayTiepNhan)",
        "this JSON is no log: it holds neither OCEL 2.0 events nor synchronisation messages "
        "(MaHoSo with ThoiDiemXuLy or NgayTiepNhan)",
    ),
    "no-step": Text(
        "dưới hàng tiêu đề không có bước công việc nào",
        "there is no step of work below the head of the table",
    ),
}


def refusal(why: str, file: str, line: int = 0, **facts: int | str) -> InputError:
    """The error that says why `file` is not read; numbers are written as each language does."""
    vi, en = (
        {name: number(fact, lang) if isinstance(fact, int) else fact for name, fact in facts.items()}
        for lang in ("vi", "en")
    )
    reason = _REASONS[why]
    return InputError([Fault(Text(reason.fill("vi", vi), reason.fill("en", en)), file, line)])
