"""Does every apology bear its number, its reason and a new date?"""

from __future__ import annotations

from collections import Counter

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.model.trace import CANNOT_TELL, YES, Trace
from iso_audit.text import Text

_CONTENT = {
    "unexplained": ("no-reason", "events.reason"),
    "no_new_date": ("no-date", "events.new_appointed_at"),
    "undocumented": ("no-document", "events.document"),
}


def _written(trace: Trace, _requirement: Requirement) -> Answer:
    """Each apology is one opportunity.

    Reason and new date of the first one of an overdue dossier are TIM-03's to judge, and nothing is
    told twice.
    """
    steps = trace.procedure.ids_of("apologise")
    if steps.isdisjoint(trace.happened):
        return NOT_APPLICABLE
    made = [(at, symbol) for at, symbol in enumerate(trace.symbols) if symbol.step in steps]
    counted: Counter[str] = Counter()
    breaches, unknowns = [], []
    for number, (at, symbol) in enumerate(made):
        is_first_of_late = number == 0 and trace.facts.get("overdue") == YES
        asked = ("undocumented",) if is_first_of_late else tuple(_CONTENT)
        facts = {name: symbol.facts.get(name, CANNOT_TELL) for name in asked}
        lacking = next((name for name, fact in facts.items() if fact == YES), "")
        unseen = tuple(_CONTENT[name][1] for name, fact in facts.items() if fact == CANNOT_TELL)
        if unseen and not lacking:
            unknowns.append(Unknown("no-column", symbol.step, {"columns": unseen}))
            continue
        counted[symbol.step] += 1
        if lacking:
            breaches.append(Breach(symbol.step, variant=_CONTENT[lacking][0], position=at))
    return Answer(counted.total(), tuple(breaches), tuple(unknowns), by_step=counted)


RULE = Rule(
    name="apology-content",
    title=Text(vi="Nội dung văn bản xin lỗi", en="Content of apologies"),
    why=Text(
        vi="Văn bản xin lỗi có số, nêu lý do và ngày hẹn lại thì người nộp mới biết khi nào quay lại, và cơ "
        "quan mới theo dõi được lời hẹn của mình.",
        en="By an apology with its number, its reason and a new date the applicant knows when to come back, "
        "and the office can keep track of what it promised.",
    ),
    reads=("overdue", "undocumented", "unexplained", "no_new_date"),
    on_trace=Hook(
        "TIM-06",
        _written,
        Text(
            vi="{failed} trong {checked} văn bản xin lỗi không có số.",
            en="{failed} of {checked} apologies bear no number.",
        ),
        variants={
            "no-reason": Text(
                vi="{failed} trong {checked} văn bản xin lỗi không nêu lý do.",
                en="{failed} of {checked} apologies give no reason.",
            ),
            "no-date": Text(
                vi="{failed} trong {checked} văn bản xin lỗi không ghi ngày hẹn lại.",
                en="{failed} of {checked} apologies name no new date.",
            ),
        },
    ),
    bad={
        "TIM-06": Example(
            Text(
                vi="Văn bản xin lỗi của hồ sơ sẽ quá hạn không có số.",
                en="The apology for a dossier that will be late bears no number.",
            ),
            log=(
                {
                    "dossier": "H62.014-260326-0001",
                    "step": "apologise",
                    "add": {
                        "started_at": "2026-03-30T09:00:00",
                        "finished_at": "2026-03-30T09:30:00",
                        "reason": "Chờ ý kiến cơ quan phối hợp",
                        "new_appointed_at": "2026-04-13",
                    },
                },
            ),
        )
    },
    good={
        "TIM-06": Example(
            Text(
                vi="Văn bản xin lỗi có số, lý do và ngày hẹn lại.",
                en="An apology with its number, its reason and a new date.",
            ),
            log=(
                {
                    "dossier": "H62.014-260326-0001",
                    "step": "apologise",
                    "add": {
                        "started_at": "2026-03-30T09:00:00",
                        "finished_at": "2026-03-30T09:30:00",
                        "document": "XL-0001",
                        "reason": "Chờ ý kiến cơ quan phối hợp",
                        "new_appointed_at": "2026-04-13",
                    },
                },
            ),
        )
    },
)
