"""What an audit of definitions takes for granted, for the report to say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from iso_audit.analysis.graph import graph_of
from iso_audit.model.procedure import Procedure
from iso_audit.text import Text


def assumptions_of(procedures: Sequence[Procedure]) -> tuple[Text, ...]:
    """Messages from outside arrive, as said of each procedure that waits for some; no loop goes on for ever.

    Linear in the flows of the procedures.
    """
    outside = (_delivered(procedure) for procedure in procedures if procedure.outside)
    loops = any(graph_of(procedure).circles for procedure in procedures)
    return tuple(chain(outside, (_LOOPS_END,) if loops else ()))


def _delivered(procedure: Procedure) -> Text:
    named = ", ".join(f"“{message}”" for message in procedure.outside)
    return Text(
        vi=f"{procedure.title.say('vi') or procedure.id}: coi như bên ngoài luôn gửi đến {named}; nếu không "
        "gửi, hồ sơ có thể phải chờ mãi.",
        en=f"{procedure.title.say('en') or procedure.id}: the world outside is assumed always to send "
        f"{named}; where it does not, dossiers may wait for ever.",
    )


_LOOPS_END = Text(
    vi="Ở chỗ quy trình có thể quay lại làm lại: coi như một lựa chọn được đặt ra nhiều lần thì có lúc sẽ đi "
    "theo từng hướng; nếu lần nào cũng quay lại, hồ sơ có thể lặp mãi không xong.",
    en="Where a procedure may go back: a choice that is offered again and again is assumed to be made each "
    "way at some time; where it always goes back, a dossier may go round for ever.",
)
