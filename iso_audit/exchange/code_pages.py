"""Text in whatever an office's old programs wrote it: found out, and turned into plain Unicode.

Unicode is taken at its word. Everything else is converted only where the result is certain,
that is where it reads as Vietnamese and no other guess does; a wrong guess would put wrong
words under an official's signature.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_VNI_MARKS = {
    "ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323",
    "â": "\u0302", "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303",
    "ä": "\u0302\u0323", "ê": "\u0306", "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309",
    "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip
_VNI_LETTERS = dict(zip("ñôöæóòî", "đơưỉĩịỵ", strict=True))

_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    biểu bước bổ bộ chuyên chuyển chính chủ chức các cán có công cấp của cửa duyệt dân dấu dịch dụng giải
    giấy giờ hiện huyện hạn hồ hội không kiểm ký kết là làm lãnh lý lưu mã mẫu một nghiệp nghị ngành ngày
    người nhiệm nhân nhận nội nộp phép phê phòng phó phẩm phận quyết quyền quả sơ sản số sử thư thẩm thời
    thủ thực tiếp trách trình trưởng trả trữ tên tính tại tế tỉnh tịch tổng tờ tục viên việc và văn vị với
    vụ xã xử đóng đăng đơn được đạo đất đến đề định ủy
    """,
    )
)
_ENOUGH = 4
"""So many different common words make a reading certain; a wrong reading yields one or two by chance."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and what it was written in; `is_sure` False where another reading was as good."""

    text: str
    encoding: str
    is_sure: bool = True


def decode(raw: bytes) -> Decoded:
    """Turn the bytes of a text file into composed Unicode and say what they were written in.

    Raises ValueError where the bytes are no text at all.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if raw.startswith(mark):
            return Decoded(_composed(raw.decode(encoding)), encoding)
    if b"\x00" in raw:
        encoding = _utf16_without_mark(raw)
        return Decoded(_composed(raw.decode(encoding)), encoding)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(raw)
    return repair(text)


def encoding_of(head: bytes) -> str:
    """Name what the beginning of a text file is written in; empty where that is not certain.

    The names are those of Python's codecs, and `tcvn3` and `vni` for what `decode_as` reads.
    """
    cut = head.rfind(b"\n") + 1 or len(head)
    try:
        found = decode(head if b"\x00" in head else head[:cut])
    except ValueError:
        return ""
    named = {"TCVN3": "tcvn3", "VNI": "vni", "Windows-1258": "cp1258"}
    return named.get(found.encoding, found.encoding) if found.is_sure else ""


def decode_as(raw: bytes, encoding: str) -> str:
    """Read bytes as `tcvn3` (also called ABC) or `vni`, whatever they look like."""
    if encoding == "vni":
        return _composed(_from_vni(raw.decode("cp1252", "replace")))
    return _composed(_from_tcvn3(raw.decode("latin-1")))


def repair(text: str) -> Decoded:
    """Undo what a font encoding or a double conversion did to Unicode text, where that is certain.

    Old documents pasted into new programs hold "C«ng viÖc" (TCVN3), "Coâng vieäc" (VNI) or
    "CÃ´ng viá»‡c" (UTF-8 read as Windows-1252) in perfectly valid Unicode.
    """
    composed = _composed(text)
    if text.isascii():
        return Decoded(composed, "utf-8")
    readings = [("TCVN3", _from_tcvn3(text)), ("VNI", _from_vni(text)), ("utf-8 twice", _undoubled(text))]
    score, encoding, read = max((_score(read), name, read) for name, read in readings)
    if score >= _ENOUGH and score >= 3 * _score(composed):
        return Decoded(_composed(read), encoding)
    return Decoded(composed, "utf-8")


def _legacy(raw: bytes) -> Decoded:
    """Read bytes that are not UTF-8 by the three old Vietnamese ways of writing."""
    latin = raw.decode("latin-1")
    readings = [("TCVN3", _from_tcvn3(latin)), ("VNI", _from_vni(raw.decode("cp1252", "replace")))]
    readings.append(("Windows-1258", raw.decode("cp1258", "replace")))
    ranked = sorted(((_score(_composed(read)), name, read) for name, read in readings), reverse=True)
    (best, encoding, text), second = ranked[0], ranked[1][0]
    if best == 0:
        return Decoded(latin, "", is_sure=False)
    return Decoded(_composed(text), encoding, best >= _ENOUGH and best >= 2 * second)


def _score(text: str) -> int:
    """How many different common Vietnamese words with marks the text holds."""
    found = {unicodedata.normalize("NFC", word) for word in re.findall(r"[^\W\d_]+", text.lower())}
    return len(found & _WORDS)


def _from_tcvn3(text: str) -> str:
    return "".join(_TCVN3.get(letter, letter) for letter in text)


def _from_vni(text: str) -> str:
    """VNI writes the letter and then its marks as a second letter; some letters are single."""
    out: list[str] = []
    for letter in text:
        lower = letter.lower()
        base = out[-1][-1:].lower() if out else ""
        if lower in _VNI_MARKS and base and unicodedata.normalize("NFD", base)[0] in "aeiouyơư":
            out.append(_VNI_MARKS[lower])
        elif lower in _VNI_LETTERS:
            single = _VNI_LETTERS[lower]
            out.append(single if letter == lower else single.upper())
        else:
            out.append(letter)
    return unicodedata.normalize("NFC", "".join(out))


def _undoubled(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252 (bytes unknown there pass as Latin-1)."""
    try:
        return b"".join(_one_byte(letter) for letter in text).decode("utf-8")
    except UnicodeError:
        return ""


def _one_byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def _utf16_without_mark(raw: bytes) -> str:
    """Tell the byte order by where the zeros stand; text in the Latin alphabet has one in every pair."""
    even, odd = raw[0::2].count(0), raw[1::2].count(0)
    pairs = max(len(raw) // 2, 1)
    if len(raw) % 2 == 0 and max(even, odd) > pairs * 0.3 and min(even, odd) == 0:
        return "utf-16-le" if odd > even else "utf-16-be"
    raise ValueError("not text")


def _composed(text: str) -> str:
    """Composed letters, as everything inside compares them; typed "e" + "´" becomes "é"."""
    return unicodedata.normalize("NFC", text)
