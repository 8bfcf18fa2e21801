"""Compares two versions of a procedure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.reading import catalogue, chosen_procedures, load_workspace
from iso_audit.api.runs import checked
from iso_audit.errors import Fault, InputError
from iso_audit.model.finding import Grade
from iso_audit.text import Text

if TYPE_CHECKING:
    from iso_audit.model.outcome import Workspace
    from iso_audit.model.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Compared:
    """What to print, and whether a finding at or over the threshold came with the new version."""

    said: str
    is_worse: bool


def diff(
    folder: Path | None,
    names: Sequence[str],
    lang: str,
    form: str = "text",
    fail_on: str = "never",
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Compared:
    """Say what changed between two versions, and what that does to the findings of the definition.

    `names` are two procedures or files, or one id of which there are several versions: then the last
    two. Both are judged by what is required on the audit date, so that no change of the law is taken
    for one of the procedure.

    Raises:
        InputError: it is not plain which two are meant, or one of them cannot be read.
    """
    from iso_audit.model.procedure import Period
    from iso_audit.report.versions import as_text, compared

    workspace = load_workspace(folder)
    old, new = _pair(workspace, names)
    rules = catalogue(select, ignore)
    runs = [
        checked(replace(workspace, procedures=(replace(each, in_force=Period()),)), rules)
        for each in (old, new)
    ]
    found = compared(old, new, runs[0].outcome, runs[1].outcome, workspace, rules, lang)
    if form == "json":
        told = {key: value for key, value in asdict(found).items() if key != "new_findings"}
        said = json.dumps(told, ensure_ascii=False, indent=2)
    else:
        said = as_text(found, lang)
    bound = None if fail_on == "never" else Grade(fail_on).rank
    return Compared(said, any(bound is not None and f.grade.rank <= bound for f in found.new_findings))


def _pair(workspace: Workspace, names: Sequence[str]) -> tuple[Procedure, Procedure]:
    if len(names) == 1:
        versions = chosen_procedures(workspace, names)
        if len(versions) < 2:
            raise InputError([Fault(_ONE_VERSION, names[0])])
        return versions[-2], versions[-1]
    pair = [chosen_procedures(workspace, [name]) for name in names]
    unclear = [Fault(_WHICH, name) for name, found in zip(names, pair, strict=True) if len(found) != 1]
    if unclear or len(pair) != 2:
        raise InputError(unclear or [Fault(_TWO)])
    return pair[0][0], pair[1][0]


_ONE_VERSION = Text(
    vi="chỉ có một phiên bản; hãy nêu thêm tệp hoặc mã của phiên bản kia",
    en="there is one version only; name the file or id of the other",
)
_WHICH = Text(
    vi="có nhiều phiên bản; hãy nêu rõ dạng mã@ngày-hiệu-lực hoặc tên tệp",
    en="there are several versions; name one as id@first-day or by its file",
)
_TWO = Text(vi="cần đúng hai phiên bản để so sánh", en="exactly two versions are compared")
