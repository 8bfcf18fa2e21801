"""What an audit of definitions takes for granted, for the report to say."""

from __future__ import annotations

from collections.abc import Iterable

from iso_audit.model.procedure import Procedure
from iso_audit.text import Text


def assumptions_of(procedures: Iterable[Procedure]) -> tuple[Text, ...]:
    """One note for each procedure that waits for messages from outside: they are assumed to arrive."""
    return tuple(
        Text(
            vi=f"{procedure.title.say('vi') or procedure.id}: coi như bên ngoài luôn gửi đến "
            f"{_quoted(procedure.outside)}; nếu không gửi, hồ sơ có thể phải chờ mãi.",
            en=f"{procedure.title.say('en') or procedure.id}: the world outside is assumed always to send "
            f"{_quoted(procedure.outside)}; where it does not, dossiers may wait for ever.",
        )
        for procedure in procedures
        if procedure.outside
    )


def _quoted(messages: Iterable[str]) -> str:
    return ", ".join(f"“{message}”" for message in messages)
