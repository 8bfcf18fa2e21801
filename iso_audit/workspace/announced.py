"""announced.yaml becomes announcements by procedure code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath

from iso_audit.errors import Fault
from iso_audit.model.procedure import Announcement
from iso_audit.text import Text
from iso_audit.workspace.shaped import read_as
from iso_audit.workspace.shapes.announced import AnnouncedShape


def read_announced(path: FilePath, file: str, faults: list[Fault]) -> Mapping[str, tuple[Announcement, ...]]:
    """Read the announcements, in the order of the file."""
    read = read_as(AnnouncedShape, path, file, faults)
    if read is None:
        return {}
    shape, document = read
    by_code: dict[str, list[Announcement]] = {}
    for i, each in enumerate(shape.root):
        limits = {
            case: replace(limit, place=document.place(i, "limit", case)) for case, limit in each.limit.items()
        }
        made = Announcement(each.code, limits, each.ref, each.period(), document.place(i))
        for other in by_code.setdefault(each.code, []):
            if other.in_force.overlaps(made.in_force):
                line = other.place.line
                what = Text(
                    vi=f"thủ tục {each.code} có hai công bố cùng hiệu lực (lần đầu ở dòng {line})",
                    en=f"two announcements of {each.code} are in force at once (first on line {line})",
                )
                faults.append(document.fault((i, "code"), what))
        by_code[each.code].append(made)
    return {code: tuple(made) for code, made in by_code.items()}
