"""Messages by which offices tell the national portal of dossiers and of their progress (domain notes 6.1).

A message that says when something was done is a row of progress and becomes an event; one that says
when a dossier was received or is due becomes the dossier. Envelopes and lists around them may be of any
shape: a row inside a dossier's message belongs to that dossier. A later message about a dossier replaces
what the earlier ones said and adds to it. Of the list of supplements each request and each receipt becomes
an event, or completes the row of progress that tells of the same moment.
"""

from __future__ import annotations

from collections.abc import Iterable

from iso_audit.exchange.headings import squeezed
from iso_audit.exchange.json_tables import JsonLog, Message, table_of, text_of
from iso_audit.exchange.refusals import refusal

EVENT_FIELDS = (
    "MaHoSo", "NguoiXuLy", "ChucDanh", "ThoiDiemXuLy", "PhongBanXuLy", "NoiDungXuLy", "TrangThai",
    "NgayBatDau", "NgayKetThucTheoQuyDinh", "NoiDungBoSung", "NgayHenTraMoi",
)  # fmt: skip
DOSSIER_FIELDS = (
    "MaHoSo", "MaTTHC", "TenTTHC", "MaLinhVuc", "SoBienNhan", "NgayTiepNhan", "NgayHenTra", "TrangThaiHoSo",
    "NgayTra", "HinhThuc", "NgayKetThucXuLy", "DonViXuLy",
)  # fmt: skip
ASKED, BROUGHT = "Yêu cầu bổ sung hồ sơ", "Nhận giấy tờ bổ sung"
"""What the two events of a supplement are called."""
_SUPPLEMENTS = squeezed("DanhSachHoSoBoSung")
_NAMES = {squeezed(name): name for name in (*EVENT_FIELDS, *DOSSIER_FIELDS)}
_PROGRESS = frozenset(("ThoiDiemXuLy", "NoiDungXuLy"))
_DOSSIER = frozenset(("NgayTiepNhan", "NgayHenTra", "MaTTHC"))
_ASKED_STATE = "5"
_DEEPEST = 50


def read_messages(messages: Iterable[Message], file: str) -> JsonLog:
    """Read messages in their order; raises InputError where none is of the kind that portals exchange."""
    reading = _Reading(file)
    for at, message in messages:
        reading.take(at, message, "", 0)
    reading.add_supplements()
    if not reading.events and not reading.dossiers:
        raise refusal("no-messages", file)
    dossiers = list(reading.dossiers.values())
    return JsonLog(table_of(reading.events, EVENT_FIELDS, file), table_of(dossiers, DOSSIER_FIELDS, file))


class _Reading:
    """Rows of progress, and dossiers by their code, so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.events: list[tuple[int, dict[str, str]]] = []
        self.dossiers: dict[str, tuple[int, dict[str, str]]] = {}
        self.supplements: dict[tuple[str, ...], tuple[int, dict[str, str]]] = {}

    def take(self, at: int, message: object, code: str, depth: int) -> None:
        """Take whatever a message holds; `code` is the dossier's that it stands in."""
        if depth > _DEEPEST:
            raise refusal("deep", self.file)
        if isinstance(message, list):
            for each in message:
                self.take(at, each, code, depth + 1)
        if not isinstance(message, dict):
            return
        fields = {_NAMES.get(squeezed(str(name)), str(name)): text_of(each) for name, each in message.items()}
        said = {name: value for name, value in fields.items() if value is not None}
        code = said.get("MaHoSo", code)
        if _PROGRESS & fields.keys():
            self.events.append((at, {**said, "MaHoSo": code} if code else said))
        elif _DOSSIER & fields.keys():
            self._dossier(at, code, said)
        for name, each in message.items():
            if squeezed(str(name)) == _SUPPLEMENTS:
                self._supplements(at, each, code)
            elif isinstance(each, dict | list):
                self.take(at, each, code, depth + 1)

    def _supplements(self, at: int, listed: object, code: str) -> None:
        """Keep the supplements of a dossier; the same one told again, perhaps with more, is one."""
        for each in listed if isinstance(listed, list) else [listed]:
            if isinstance(each, dict):
                said = {str(name): value for name, one in each.items() if (value := text_of(one)) is not None}
                key = code, said.get("HoSoBoSungId", ""), said.get("NgayBoSung", "")
                first, before = self.supplements.get(key, (at, {}))
                self.supplements[key] = first, {**before, **said}

    def add_supplements(self) -> None:
        """Make events of the supplements; a row of progress that asks at the same moment takes the reason."""
        told = {
            (row.get("MaHoSo"), row.get("ThoiDiemXuLy")): row
            for _, row in self.events
            if row.get("TrangThai") == _ASKED_STATE
        }
        for (code, _, _), (at, said) in self.supplements.items():
            asked = {
                "MaHoSo": code, "NoiDungXuLy": ASKED, "TrangThai": _ASKED_STATE,
                "ThoiDiemXuLy": said.get("NgayBoSung", ""), "NguoiXuLy": said.get("NguoiYeuCauBoSung", ""),
                "NoiDungBoSung": said.get("NoiDungBoSung", ""),
            }  # fmt: skip
            brought = {
                "MaHoSo": code, "NoiDungXuLy": BROUGHT, "ThoiDiemXuLy": said.get("NgayTiepNhanBoSung", ""),
                "NguoiXuLy": said.get("NguoiTiepNhanBoSung", ""),
                "NgayHenTraMoi": said.get("NgayHenTraMoi", ""),
            }  # fmt: skip
            same = told.get((code, asked["ThoiDiemXuLy"]))
            if same is not None:
                same |= {name: value for name, value in asked.items() if value and name not in same}
            for event in (brought,) if same is not None else (asked, brought):
                if event["ThoiDiemXuLy"]:
                    self.events.append((at, {name: value for name, value in event.items() if value}))

    def _dossier(self, at: int, code: str, said: dict[str, str]) -> None:
        """A message without a code stays a row of its own, to be refused with its place."""
        first, before = self.dossiers.get(code or f"\x00{at}", (at, {}))
        self.dossiers[code or f"\x00{at}"] = first, {**before, **said, **({"MaHoSo": code} if code else {})}
