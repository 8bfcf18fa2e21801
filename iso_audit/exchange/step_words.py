"""What the words of an office's step table mean: who acts, what kind of work, to whom it is submitted.

Everything is compared without diacritics and with the usual abbreviations spelled one way, since
offices write "Uỷ ban nhân dân", "UBND" and "uy ban nhan dan" for one thing.
"""

from __future__ import annotations

import re
from functools import lru_cache

from iso_audit.text import folded

_ONE_SPELLING = (
    (r"\buy ban nhan dan\b", "ubnd"),
    (r"\b(?:bo phan )?(?:tiep nhan )(?:ho so )?(?:va|&) tra ket qua\b", "tntkq"),
    (r"\btn ?(?:&|va|-)? ?tkq\b", "tntkq"),
    (r"\b(?:trung tam|tt) (?:phuc? vu hanh chinh cong|pvhcc)\b", "ttpvhcc"),
    (r"\b(?:mot cua|1 cua)\b", "tntkq"),
    (r"\bbo phan tntkq\b", "tntkq"),
    (r"\bld\b", "lanh dao"),
    (r"\bvan phong (?:dang ky|dk)\b|\bvp ?(?:dang ky|dk)\b|\bvpdk(?=dd|\b)", "vpdk"),
    (r"\bvp\b", "van phong"),
    (r"\bhen tra ket qua\b", "hen"),
    (r"\bphong phong\b", "phong"),
)


@lru_cache(maxsize=4096)
def canonical(words: str) -> str:
    """Words without diacritics, with the abbreviations of offices spelled one way."""
    plain = re.sub(r"[–—]", "-", folded(words))
    for pattern, spelling in _ONE_SPELLING:
        plain = re.sub(pattern, spelling, plain)
    return plain


_DESK = r"tntkq|ttpvhcc|bo phan tra ket qua|trung tam hanh chinh cong"
_OFFICER = r"(?:chuyen vien|cong chuc|vien chuc|can bo|nhan vien|cb)"
_ROLES: tuple[tuple[str, str], ...] = (
    (r"(?:ca nhan|to chuc|cong dan|nguoi dan|nguoi nop|nguoi yeu cau|chu ho so|doanh nghiep)\b", "applicant"),
    (rf"(?:bo )*(?:{_DESK})|(?:{_OFFICER}|truong)[^.;]*\b(?:{_DESK})", "one-stop-officer"),
    (r"(?:bo phan |can bo |cong chuc |nhan vien )?van thu\b", "clerk"),
    (rf"(?:{_OFFICER} )?tu phap|cctp\b", "justice-officer"),
    (r"(?:lanh dao|giam doc|pho giam doc)[^;]*\bvpdk", "land-registry-head"),
    (r"[^;]*\bvpdk", "land-registry-officer"),
    (r"(?:chi cuc|co quan|cuc|" + _OFFICER + r") thue\b|thue\b", "tax-officer"),
    (r"(?:co quan |can bo )?cong an\b", "police-officer"),
    (r"(?:co quan )?(?:bao hiem xa hoi|bhxh)\b", "insurance-officer"),
    (r"pho chu tich\b", "vice-chairman"),
    (r"(?:(?:lanh dao|chu tich) )?ubnd (?:tinh|cap tinh)\b", "provincial-chairman"),
    (r"(?:(?:lanh dao|chu tich) )?ubnd (?:thanh pho|tp)\b", "city-leader"),
    (r"(?:lanh dao|chu tich) (?:ubnd|xa|phuong|thi tran|huyen)\b|ubnd\b|chu tich\b", "chairman"),
    (r"lanh dao so\b|giam doc so\b", "department-head"),
    (r"pho (?:truong )?phong\b", "deputy-division-head"),
    (r"(?:lanh dao|truong)(?: cac)? phong\b|lanh dao van phong so\b", "division-head"),
    (r"(?:lanh dao|chanh|pho chanh)(?: van phong)\b", "office-leader"),
    (
        r"lanh dao (?:co so|nha truong|trung tam|truong|don vi)\b|nguoi dung dau\b|giam doc\b|hieu truong\b",
        "facility-head",
    ),
    (rf"{_OFFICER}[^.;]*\bvan phong (?:ubnd|hdnd)", "office-reviewer"),
    (rf"{_OFFICER}[^.;]*\bluu tru\b", "archive-officer"),
    (rf"{_OFFICER}[^.;]*\b(?:co so|don vi)\b", "facility-officer"),
    (rf"{_OFFICER}\b", "specialist"),
    (r"hoi dong\b", "expert"),
)
HEADS = frozenset(
    {"division-head", "deputy-division-head", "department-head", "office-leader", "facility-head", "chairman",
     "vice-chairman", "provincial-chairman", "land-registry-head"}
)  # fmt: skip
_LONGEST_NAME = 12
"""Words in the name of an office; a longer cell is a sentence."""


def offices_in(cell: str) -> list[str]:
    """The offices that a cell of responsibility names, one after the other.

    A hyphen inside a name ("Văn hóa - Xã hội") separates nothing; one that begins a line does.
    """
    parts = re.split(r";|\n|^\s*[-+•]\s|(?<=[.:;])\s*[-+•]\s", cell)
    return [part.strip(" .,-") for part in parts if part.strip(" .,-")]


def items_in(cell: str) -> list[str]:
    """The papers that a cell of forms lists; a cell that begins with a bullet goes on with bullets."""
    bullet = r"|(?:^|(?<=\s))[-+•]\s" if re.match(r"\s*[-+•]\s", cell) else ""
    parts = re.split(r";|\n" + bullet, cell)
    return [part.strip(" .,") for part in parts if part.strip(" .,")]


def role_of(cell: str, level: str = "", work: str = "") -> tuple[str, bool]:
    """The role a cell names, and whether it is one of the usual roles.

    An office that is none of them keeps its own name as an id, to be defined in the
    organisation; a sentence gives no role. An officer whose work goes to the leaders of the
    Office is one of that Office, whatever division the cell names.
    """
    named = offices_in(cell)
    if not named:
        return "", False
    words = canonical(named[0])
    for pattern, role in _ROLES:
        if re.match(pattern, words):
            if role == "specialist" and re.search(
                r"\btrinh[^;]*lanh dao van phong\b(?! so)", canonical(work)
            ):
                role = "office-reviewer"
            return _at_level(role, level), True
    return ("" if len(words.split()) > _LONGEST_NAME else slug(words)), False


def slug(words: str) -> str:
    """Letters, digits and hyphens: an id made of printed words."""
    return "-".join(re.findall(r"[a-z0-9]+", folded(words)))


_AUTHORITIES: tuple[tuple[str, str], ...] = (
    (r"\bubnd tinh\b", "provincial-chairman"),
    (r"\bubnd thanh pho\b", "city-leader"),
    (r"\b(?:lanh dao|chu tich) (?:ubnd (?!tinh|thanh pho)|xa\b|phuong\b|huyen\b)", "chairman"),
    (r"\blanh dao so\b|\bgiam doc so\b", "department-head"),
    (r"\blanh dao (?:co so|nha truong)\b", "facility-head"),
)
_ANSWERED = r"(?:nhan|co) (?:quyet dinh|y kien|ket qua|van ban)[^.;]{0,40}\b(?:cua|tu) "


def submits_to(work: str, later: list[str], level: str = "") -> tuple[str, ...]:
    """Authorities to whom the text says that the file is submitted.

    Where a later row receives the authority's answer ("Nhận quyết định của UBND tỉnh", "Sau khi
    có ý kiến của UBND tỉnh"), the table provides for its act, and nothing is left unowned.
    """
    after = " ".join(match[0] for match in re.finditer(r"\btrinh (?!tu|do|dien)[^.;]*", canonical(work)))
    answers = " . ".join(canonical(words) for words in later)
    found: list[str] = []
    for pattern, role in _AUTHORITIES:
        if re.search(pattern, after) and not re.search(_ANSWERED + pattern.lstrip(r"\b"), answers):
            found.append(_at_level(role, level))
    return tuple(dict.fromkeys(found))


def _at_level(role: str, level: str) -> str:
    """A city may be a province or a district: the level of the procedure tells."""
    if role != "city-leader":
        return role
    return "provincial-chairman" if "province" in level or not level else "chairman"


def branches_in(work: str) -> list[str]:
    """Sentences for the case that something is wanting, missing or refused: branches told, not drawn."""
    return [part for part in _sentences(work) if _is_branch(canonical(part))]


def _sentences(work: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?:^|(?<=\s))[-+•]\s|(?<=[.;])\s+|\n", work) if part.strip()]


def _is_branch(plain: str) -> bool:
    return bool(re.match(r"\(?(?:trong )?(?:truong hop|neu)\b[^:,]*\b(?:chua|khong|tu choi|thieu)\b", plain))


def kinds_of(work: str, role: str, responsible: str = "", *, is_first: bool = False) -> tuple[str, ...]:
    """The kinds of work that a row describes, in the order of the vocabulary.

    Words about somebody else's act do not count: what follows "trình" is the superior's, what is
    "phân công" is the officer's, and a branch for an incomplete file is not this row's work.
    "Phê duyệt kết quả thẩm định" approves; it does not appraise.
    """
    parts = [canonical(part) for part in _sentences(work)]
    own = " ; ".join(part for part in parts if not _is_branch(part))
    action = _action(responsible)
    takes_in = role == "one-stop-officer" or is_first
    found = _desk_kinds(own) if takes_in else []
    found += _work_kinds(own, role, takes_in=bool(found) and "receive" in found)
    found += _work_kinds(action, role, takes_in=False) if action else []
    return tuple(kind for kind in _ORDER if kind in found)


_ORDER = (
    "submit", "receive", "check", "record_scan", "issue_receipt", "request_supplement", "refuse",
    "transfer_in", "assign", "appraise", "field_check", "consult", "financial_obligation", "draft_result",
    "review", "approve_sign", "number_stamp", "transfer_out", "return_result", "archive", "apologise",
    "stop", "withdraw", "post",
)  # fmt: skip
_PASS_ON = r"\bchuyen (?!vien|mon|nganh|trach|trinh|de\b)"


def _action(responsible: str) -> str:
    """The action in a cell that should hold a role alone: "Lãnh đạo Sở phê duyệt"."""
    plain = canonical(responsible)
    acts = r"\b(?:phe duyet|quyet dinh|kiem tra, tham dinh|chuyen chuyen vien|du thao)\b.*"
    match = re.search(acts, plain)
    return match[0].replace("chuyen chuyen vien", "phan cong chuyen vien") if match else ""


def _desk_kinds(own: str) -> list[str]:
    """What the desk does when a file comes in, and when the result goes out."""
    takes_in = re.search(
        r"(?<!ca )\b(?:tiep )?nhan\b(?! (?:ket qua|nguoi|doi tuong|quyet dinh)\b)|phieu tiep nhan", own
    )
    words = (
        ("receive", r"(?<!bien ban )\btiep nhan\b(?! (?:ket qua|nguoi|doi tuong|vao)\b)"),
        ("check", r"\bkiem tra\b|xem xet tinh"),
        ("record_scan", r"\bquet\b|\bscan\b|so hoa"),
        ("issue_receipt", r"(?:phieu|giay) (?:tiep nhan|hen|bien nhan)|\bva hen\b"),
        ("transfer_in", _PASS_ON),
    )
    return [kind for kind, pattern in words if takes_in and re.search(pattern, own)]


def _work_kinds(own: str, role: str, *, takes_in: bool) -> list[str]:
    """What any other row does."""
    found = [kind for kind, pattern in _PLAIN if re.search(pattern, own)]
    if takes_in:
        found = [kind for kind in found if kind not in ("archive", "transfer_out")]
    if role == "applicant" and re.search(r"\bnop\b|ke khai|\bdien\b", own):
        found.append("submit")
    if re.search(r"\b(?:phan cong|giao viec)\b", own) and not re.search(r"\bde phan cong\b", own):
        found.append("assign")
    bare = re.sub(r"\b(?:ket qua|bao cao|du thao) tham dinh\b", "", own)
    bare = re.sub(r"\b(?:de )?phan cong[^;.]*", "", bare)
    bare = re.sub(r"\b(?:truoc khi )?trinh (?!tu|do|dien)[^;.]*", "trinh", bare)
    if re.search(_APPROVES, bare) and role not in ("clerk", "one-stop-officer", "specialist", "applicant"):
        found.append("approve_sign")
    elif role in HEADS or role == "office-reviewer":
        if "assign" not in found and re.search(
            r"xem xet|soat xet|\bduyet\b|kiem tra|tham dinh|tham tra|xac nhan|cho y kien", bare
        ):
            found.append("review")
    elif not takes_in and re.search(_APPRAISES, bare):
        found.append("appraise")
    if re.search(r"soan thao" if role in HEADS else r"\bdu thao\b(?! ket qua tham dinh)|soan thao", bare):
        found.append("draft_result")
    if role not in HEADS and not takes_in and re.search(_PASS_ON, own):
        is_from_desk = role == "one-stop-officer" and "ket qua" not in own
        found.append("transfer_in" if is_from_desk else "transfer_out")
    return found


_APPROVES = (
    r"\bphe duyet\b|\bky duyet\b|(?:^|[;,] |- )ky\b(?! (?:nhay|ket|hop dong))"
    r"|(?:^|[;,] |nguoi dung dau [^;]*)(?:quyet dinh|ban hanh|cap giay|cong nhan)\b"
)
_APPRAISES = (
    r"tham dinh|tham tra|thu ly|xu ly ho so|nghien cuu|ra soat|danh gia|tham muu|xet duyet|xac minh"
    r"|doi chieu|kiem tra"
)
_PLAIN = (
    ("request_supplement", r"^(?:thong bao )?(?:yeu cau|de nghi) bo sung"),
    ("refuse", r"^(?:thong bao )?tu choi"),
    ("field_check", r"thuc dia|kiem tra thuc te|hien truong"),
    ("consult", r"(?:lay|xin|hoi) y kien|van ban cho y kien"),
    ("financial_obligation", r"nghia vu tai chinh|thong bao (?:nop )?thue|nop tien"),
    ("number_stamp", r"\bdong dau\b|\bvao so\b|\blay so\b|\bcap so\b|phat hanh van ban"),
    (
        "return_result",
        r"(?<!xac nhan )\btra ket qua\b|den nhan ket qua|tra (?:giay|ban|ho so) cho (?:ca nhan|to chuc)",
    ),
    (
        "archive",
        r"\bluu tru ho so\b|\bluu ho so\b|[;,] luu tru\b(?! (?:lich su|cua|nha nuoc))|(?:^|, )luu(?: tru)?$",
    ),
    ("apologise", r"xin loi"),
    ("stop", r"dung giai quyet ho so"),
    ("withdraw", r"rut ho so"),
    ("post", r"niem yet"),
)
