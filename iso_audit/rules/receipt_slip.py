"""Was a receipt slip issued, and numbered, for every dossier that was accepted?"""

from __future__ import annotations

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.model.trace import CANNOT_TELL, NO, Trace
from iso_audit.text import Text

_TO_DECIDE = ("transfer_in", "assign", "appraise")


def _slips(trace: Trace) -> tuple[tuple[int, int], ...]:
    """Where slips were issued, and whether without a number.

    Where the procedure has no step of its own for the slip, receiving is where it is issued.
    """
    ids, symbols = trace.procedure.ids_of("issue_receipt") or trace.procedure.ids_of("receive"), trace.symbols
    if ids.isdisjoint(trace.happened):
        return ()
    return tuple(
        [
            (at, symbols[at].facts.get("undocumented", CANNOT_TELL))
            for at, step in enumerate(trace.steps)
            if step in ids
        ]
    )


def _what_counts(trace: Trace) -> tuple[object, ...]:
    return _slips(trace) or (trace.finished, trace.facts.get("broken_off"), _was_turned_away(trace))


def _issued(trace: Trace, _requirement: Requirement) -> Answer:
    """One numbered slip suffices, however often one was issued.

    A dossier that was turned away without a slip was not accepted.
    """
    procedure, issued = trace.procedure, _slips(trace)
    slips = procedure.of_kind("issue_receipt") or procedure.of_kind("receive")
    if not slips:
        return Answer(unknowns=(Unknown("no-step"),))
    step, numbered = slips[0].id, [undocumented for _, undocumented in issued]
    if NO in numbered:
        return Answer(1, by_step={step: 1})
    if CANNOT_TELL in numbered:
        return Answer(unknowns=(Unknown("no-column", step, {"columns": ("events.document",)}),))
    if issued:
        unnumbered = Breach(step, variant="unnumbered", position=issued[0][0])
        return Answer(1, (unnumbered,), by_step={step: 1})
    if trace.facts.get("broken_off") or _was_turned_away(trace):
        return NOT_APPLICABLE
    if not trace.finished:
        return Answer(unknowns=(Unknown("unfinished", step),))
    return Answer(1, (Breach(step, variant="none"),), by_step={step: 1})


def _was_turned_away(trace: Trace) -> bool:
    """Refused before anybody was to decide on the dossier."""
    ids_of, happened = trace.procedure.ids_of, trace.happened
    if ids_of("refuse").isdisjoint(happened):
        return False
    return all(ids_of(kind).isdisjoint(happened) for kind in _TO_DECIDE)


RULE = Rule(
    name="receipt-slip",
    title=Text(vi="Giấy tiếp nhận hồ sơ và hẹn trả kết quả", en="Receipt slip with a return date"),
    why=Text(
        vi="Giấy tiếp nhận là căn cứ để người nộp biết hồ sơ đã được nhận và ngày nào có kết quả; không có "
        "giấy tiếp nhận thì thời hạn giải quyết không có điểm bắt đầu được hai bên cùng ghi nhận.",
        en="The slip tells the applicant that the dossier was accepted and when the result is due; without "
        "it the time allowed has no starting point that both sides have recorded.",
    ),
    reads=("undocumented", "broken_off"),
    on_trace=Hook(
        "INT-01",
        _issued,
        Text(
            vi="{failed} trong {checked} hồ sơ đã tiếp nhận không có giấy tiếp nhận và hẹn trả kết quả.",
            en="A receipt slip with a return date is lacking in {failed} of {checked} accepted dossiers.",
        ),
        needs=("events.document",),
        part=_what_counts,
        variants={
            "unnumbered": Text(
                vi="{failed} trong {checked} hồ sơ đã tiếp nhận có ghi việc cấp giấy tiếp nhận nhưng không "
                "có số của giấy.",
                en="The receipt slip is recorded without its number in {failed} of {checked} accepted "
                "dossiers.",
            ),
        },
    ),
    bad={
        "INT-01": Example(
            Text(
                vi="Hồ sơ được tiếp nhận và giải quyết, giấy tiếp nhận không có số.",
                en="A dossier is accepted and handled; its receipt slip carries no number.",
            ),
            log=({"dossier": "H62.014-260302-0001", "step": "issue-slip", "set": {"document": ""}},),
        )
    },
    good={
        "INT-01": Example(
            Text(
                vi="Hồ sơ bị từ chối tiếp nhận bằng văn bản thì không có giấy tiếp nhận.",
                en="A dossier that is refused in writing gets no receipt slip.",
            )
        )
    },
)
