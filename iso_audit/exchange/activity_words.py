"""What kind of work the name of an activity tells, in Vietnamese or English, whoever wrote it."""

from __future__ import annotations

import re

from iso_audit.exchange.step_words import canonical, kinds_of
from iso_audit.model.procedure import KINDS

_ENGLISH = (
    ("submit", r"\bsubmit(?:s|ted|ting)?\b"),
    ("issue_receipt", r"\b(?:issue|receipt|appointment) slip\b"),
    ("request_supplement", r"\b(?:request|ask)\w* .*\b(?:supplement|additional|missing)|\bsupplement\b"),
    ("refuse", r"\b(?:refus|reject|den(?:y|ied))\w*"),
    ("receive", r"\breceiv\w* (?:the )?(?:dossier|application|request|file)\b|\b(?:intake\b|register)"),
    ("check", r"\b(?:check|verif|validat|complet\w+ check)\w*"),
    ("record_scan", r"\b(?:scan|digitis|digitiz)\w*"),
    ("assign", r"\b(?:assign|allocat)\w*"),
    ("appraise", r"\b(?:apprais|assess|examin|evaluat|process(?:ing)? (?:the )?(?:dossier|application))\w*"),
    ("field_check", r"\b(?:site visit|field|inspect)\w*"),
    ("consult", r"\b(?:consult|advice|opinion)\w*"),
    ("financial_obligation", r"\b(?:pay|payment|fee|tax)\b"),
    ("draft_result", r"\bdraft\w*"),
    ("review", r"\breview\w*"),
    ("approve_sign", r"\b(?:approv|sign(?:s|ed|ing)?\b|decid|decision)\w*"),
    ("number_stamp", r"\b(?:stamp|seal)\w*"),
    ("return_result", r"\b(?:return|deliver|hand out|send)\w*(?:$| .*(?:result|decision|certificate))"),
    ("archive", r"\b(?:archiv|file away)\w*"),
    ("apologise", r"\bapolog\w+"),
    ("stop", r"\b(?:stop|cancel|terminat)\w* (?:the )?(?:dossier|application|case)\b"),
    ("withdraw", r"\bwithdraw\w*"),
    ("post", r"\b(?:post|publish)\w* (?:publicly|notice|list)\b"),
)  # fmt: skip


def kinds_told(activity: str, role: str = "", *, is_first: bool = False) -> tuple[str, ...]:
    """The kinds of work that a name tells; empty where it tells none.

    An activity that is called like a kind is one; of English words the first tells. `is_first`: every
    dossier begins with it, as with taking it in.
    """
    plain = canonical(activity)
    called = re.sub(r"[\s-]+", "_", plain)
    if called in KINDS and called not in ("route", "other"):
        return (called,)
    found = kinds_of(activity, role, is_first=is_first) or (
        kinds_of(activity, "one-stop-officer") if re.search(r"\btiep nhan\b", plain) else ()
    )
    if found:
        return found
    spaced = re.sub(r"[\s_-]+", " ", plain)
    told = [(match.start(), kind) for kind, words in _ENGLISH if (match := re.search(words, spaced))]
    return (min(told)[1],) if told else ()
