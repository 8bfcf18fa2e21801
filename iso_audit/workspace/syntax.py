"""What libyaml says about broken YAML, in the words of somebody who edits a definition file."""

from __future__ import annotations

import re

import yaml

from iso_audit.errors import Fault
from iso_audit.text import Text

_QUOTES = ("'", '"')
_OPENER_MATTERS = ("while scanning a quoted scalar", "while scanning a simple key")
"""Faults whose cause is where the thing began, not where libyaml gave up."""


def in_plain_words(error: yaml.YAMLError, text: str, file: str) -> Fault:
    """Turn a YAML error into a fault with place, cause and remedy."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Fault(_NOT_YAML, file)
    context, problem = error.context or "", error.problem or ""
    mark = error.problem_mark or error.context_mark
    opener = error.context_mark
    if opener is not None and context in _OPENER_MATTERS and problem != "found unknown escape character":
        mark = opener
    if mark is None:
        return Fault(_NOT_YAML, file)
    lines = [*text.splitlines(), ""]
    if context.startswith("while parsing a flow") and not "".join(lines[mark.line :]).strip():
        last = max((i for i, line in enumerate(lines) if line.strip()), default=0)
        return Fault(_NO_BRACKET, file, last + 1, len(lines[last]) + 1)
    here = lines[mark.line] if mark.line < len(lines) else ""
    indentation = len(here) - len(here.lstrip())
    column = mark.column
    what: Text
    hint: Text | None
    if "tab character" in problem or "\t" in here[:indentation] + here[column : column + 1]:
        what, hint = _TAB, _USE_SPACES
    elif problem.startswith("mapping values are not allowed"):
        if (above := _glued_colon(lines, mark.line)) is not None:
            return Fault(_NO_BLANK, file, *above)
        what, hint = _stray_colon(here, column)
    elif "expected ',' or" in problem:
        what, hint = _unclosed(problem, opener.line + 1 if opener else 0, mark.line + 1), None
    else:
        what, hint = _cause(context, problem, here, column)
    if what is _INDENTATION:
        column = indentation
    return Fault(what, file, mark.line + 1, column + 1, hint)


def _cause(context: str, problem: str, here: str, column: int) -> tuple[Text, Text | None]:
    if "cannot start any token" in problem:
        sign = here[column : column + 1]
        vi, en = f"nội dung không được bắt đầu bằng dấu '{sign}'", f"a value may not begin with '{sign}'"
        return Text(vi, en), _QUOTE_IT
    if problem == "could not find expected ':'":
        return _NO_COLON, None
    if "quoted scalar" in context:
        bad_escape = "escape" in problem or "hexdecimal" in problem
        return (_BAD_ESCAPE, _BACKSLASH) if bad_escape else (_NO_QUOTE, None)
    if problem == "did not find expected key" and here[:column].rstrip()[-1:] in _QUOTES:
        return _AFTER_QUOTE, _QUOTE_ALL
    if problem.startswith("expected <block end>"):
        return _INDENTATION, None
    return _KNOWN.get(problem, (_NOT_YAML, None))


def _glued_colon(lines: list[str], line: int) -> tuple[int, int] | None:
    """Place of a colon without a blank behind it, on the last line before `line` that says anything."""
    for above in range(line - 1, -1, -1):
        if lines[above].strip():
            match = re.match(r"\s*(?:- )?[^\s\"'{\[#:]+(:)\S", lines[above])
            return (above + 1, match.start(1) + 1) if match and ": " not in lines[above] else None
    return None


def _stray_colon(here: str, column: int) -> tuple[Text, Text | None]:
    """A second colon on the line, or a line that is indented too far."""
    if ": " in here[:column]:
        return _SECOND_COLON, _QUOTE_IT
    return _INDENTATION, None


def _unclosed(problem: str, opened: int, line: int) -> Text:
    bracket, opening = ("]", "[") if "]" in problem else ("}", "{")
    where_vi, where_en = ("", "") if opened == line else (f" ở dòng {opened}", f" on line {opened}")
    return Text(
        vi=f"thiếu dấu phẩy hoặc dấu '{bracket}' đóng dấu '{opening}' mở{where_vi}",
        en=f"a comma is missing, or the '{bracket}' that closes the '{opening}' opened{where_en}",
    )


_NOT_YAML = Text(vi="nội dung không đúng cú pháp YAML", en="this is not valid YAML")
_TAB = Text(vi="có dấu tab ở đầu dòng", en="a tab is used for indentation")
_USE_SPACES = Text(vi="hãy dùng dấu cách", en="use spaces")
_QUOTE_IT = Text(vi="hãy đặt nội dung trong dấu ngoặc kép", en="put the value in double quotes")
_NO_BLANK = Text(vi="thiếu dấu cách sau dấu hai chấm", en="there is no blank after the colon")
_SECOND_COLON = Text(vi="dấu hai chấm thứ hai trong một dòng", en="a second colon in one line")
_NO_COLON = Text(
    vi="dòng này thiếu dấu hai chấm sau tên mục", en="there is no colon after the key on this line"
)
_NO_BRACKET = Text(
    vi="hết tệp mà dấu '[' hoặc '{' chưa được đóng", en="the file ends before a '[' or '{' is closed"
)
_AFTER_QUOTE = Text(
    vi="sau dấu ngoặc đóng không được có chữ", en="there is text after the quote that closes the value"
)
_QUOTE_ALL = Text(vi="hãy đặt cả nội dung trong ngoặc kép", en="put the whole value in double quotes")
_NO_QUOTE = Text(
    vi="dấu ngoặc kép hoặc nháy đơn mở ở đây không được đóng", en="the quote opened here is not closed"
)
_BAD_ESCAPE = Text(
    vi="dấu '\\' trong ngoặc kép đi với ký tự lạ", en="an unknown '\\' sign within double quotes"
)
_BACKSLASH = Text(vi="hãy viết '\\\\' hoặc dùng nháy đơn", en="write '\\\\' or use single quotes")
_INDENTATION = Text(
    vi="thụt lề sai: dòng này không thẳng với các mục cùng cấp",
    en="wrong indentation: this line does not align with the keys of its level",
)
_BAD_ANCHOR = Text(vi="thiếu tên sau dấu '&' hoặc '*'", en="there is no name after '&' or '*'")
_EXTRA_SIGN = Text(
    vi="ở đây phải có nội dung, nhưng chỉ có dấu câu",
    en="a value is expected here, but there is only punctuation",
)
_DIRECTIVE = Text(
    vi="dòng bắt đầu bằng '%' hoặc '---' không dùng được ở đây",
    en="a line that begins with '%' or '---' cannot stand here",
)
_KNOWN: dict[str, tuple[Text, Text | None]] = {
    "did not find expected key": (_INDENTATION, None),
    "did not find expected '-' indicator": (
        Text(
            vi="thụt lề sai: trong danh sách, mỗi dòng cùng cấp phải bắt đầu bằng dấu '-'",
            en="wrong indentation: in a list each line of this level begins with '-'",
        ),
        None,
    ),
    "block sequence entries are not allowed in this context": (
        Text(vi="danh sách phải bắt đầu ở dòng mới", en="a list must begin on a new line"),
        None,
    ),
    "mapping keys are not allowed in this context": (
        Text(vi="dấu '?' không dùng được ở đây", en="a '?' cannot stand here"),
        _QUOTE_IT,
    ),
    "did not find expected node content": (_EXTRA_SIGN, _QUOTE_IT),
    "did not find expected alphabetic or numeric character": (_BAD_ANCHOR, _QUOTE_IT),
    "did not find expected comment or line break": (
        Text(vi="sau dấu '|' hoặc '>' phải xuống dòng", en="after '|' or '>' the text begins on a new line"),
        None,
    ),
    "found undefined alias": (
        Text(vi="bí danh (*) trỏ vào tên không có", en="an alias (*) of a name that does not exist"),
        _QUOTE_IT,
    ),
    "second occurrence": (Text(vi="tên neo (&) dùng hai lần", en="an anchor (&) is used twice"), None),
    "but found another document": (
        Text(vi="mỗi tệp chỉ có một tài liệu YAML", en="a file holds one YAML document only"),
        Text(vi="hãy bỏ dòng '---' thứ hai", en="remove the second '---'"),
    ),
    "did not find expected <document start>": (_DIRECTIVE, None),
    "found incompatible YAML document": (_DIRECTIVE, None),
    "found undefined tag handle": (_DIRECTIVE, None),
    "found duplicate %YAML directive": (_DIRECTIVE, None),
}
