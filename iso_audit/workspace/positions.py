"""YAML 1.2 that remembers line and column, refuses duplicate keys and expands no bombs.

PyYAML's C composer makes the nodes; the core schema of YAML 1.2 is ours, because PyYAML reads
`12:30` as 750, `no` as false and dates as dates. Here a date stays text until a shape asks for
a date, and every key is text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from iso_audit.errors import Fault
from iso_audit.model.place import Place
from iso_audit.text import Text
from iso_audit.workspace.encoding import read_text
from iso_audit.workspace.scalars import meaning
from iso_audit.workspace.syntax import in_plain_words

DEEPEST = 60
"""Levels of nesting; the deepest real file has nine."""

_PLAIN, _QUOTED = "plain", "quoted"
_KNOWN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))


class Spot:
    """Where one value stands in its file, and the spots of what is inside it."""

    __slots__ = ("column", "inside", "key_column", "key_line", "line")

    def __init__(self, line: int, column: int) -> None:
        self.line = self.key_line = line
        self.column = self.key_column = column
        self.inside: dict[str, Spot] | list[Spot] | None = None

    def step(self, part: str | int) -> Spot | None:
        """Return the spot of a key or an index inside, or None where nothing was written."""
        if isinstance(self.inside, dict):
            return self.inside.get(str(part))
        if isinstance(self.inside, list) and isinstance(part, int) and part < len(self.inside):
            return self.inside[part]
        return None

    def at(self, *path: str | int) -> Spot:
        """Follow `path` as deep as something was written there.

        A part that a shape has put in by itself (the `default` of a single limit) is passed over.
        """
        spot = self
        for part, following in zip(path, (*path[1:], None), strict=False):
            inner = spot.step(part)
            if inner is not None:
                spot = inner
            elif following is None or spot.step(following) is None:
                break
        return spot


@dataclass(frozen=True, slots=True)
class Document:
    """What one file holds: plain values, and where each stands."""

    file: str
    data: Any
    spot: Spot

    def place(self, *path: str | int) -> Place:
        """Place of the value at `path`."""
        spot = self.spot.at(*path)
        return Place(self.file, spot.line, spot.column)

    def key_place(self, *path: str | int) -> Place:
        """Place of the key under which the value at `path` stands."""
        spot = self.spot.at(*path)
        return Place(self.file, spot.key_line, spot.key_column)

    def fault(self, path: tuple[str | int, ...], what: Text, hint: Text | None = None) -> Fault:
        """Make a fault at the value at `path`."""
        spot = self.spot.at(*path)
        return Fault(what, self.file, spot.line, spot.column, hint)

    def key_fault(self, path: tuple[str | int, ...], what: Text, hint: Text | None = None) -> Fault:
        """Make a fault at the key of the value at `path`."""
        spot = self.spot.at(*path)
        return Fault(what, self.file, spot.key_line, spot.key_column, hint)


class _Core:
    """Resolver that leaves the meaning of scalars to `_scalar`; the composers call these names."""

    def resolve(self, kind: type, value: str, implicit: tuple[bool, bool]) -> str:
        return (_PLAIN if implicit[0] else _QUOTED) if kind is yaml.ScalarNode else "collection"

    def descend_resolver(self, parent: object, index: object) -> None:
        """Nothing depends on the path."""

    def ascend_resolver(self) -> None:
        """Nothing depends on the path."""


if yaml.__with_libyaml__:
    from yaml._yaml import CParser

    class _Composer(CParser, _Core):
        """libyaml's composer."""

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)

else:  # the same language, slower
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class _Composer(Reader, Scanner, Parser, Composer, _Core):  # type: ignore[no-redef]
        """PyYAML's own composer."""

        def __init__(self, text: str) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)


def read_yaml(path: Path, file: str, faults: list[Fault]) -> Document | None:
    """Read one YAML file; `file` is its name in faults. None after a fault that left nothing to read."""
    text = read_text(path, file, faults)
    return None if text is None else parse(text, file, faults)


def parse(text: str, file: str, faults: list[Fault]) -> Document | None:
    """Read YAML text; see `read_yaml`."""
    try:
        if _is_deep(text):
            faults.append(_too_deep(file, 0, 0))
            return None
        root = _Composer(text).get_single_node()
    except yaml.YAMLError as error:
        faults.append(in_plain_words(error, text, file))
        return None
    except RecursionError:  # the pure composer, on a depth that libyaml bears
        faults.append(_too_deep(file, 0, 0))
        return None
    if root is None:
        faults.append(Fault(Text(vi="tệp không có nội dung", en="the file has no content"), file))
        return None
    reading = _Reading(file, faults, len(text) + 1000)
    data, spot = reading.value(root, 0)
    return None if reading.gave_up else Document(file, data, spot)


def _is_deep(text: str) -> bool:
    """Whether nesting is too deep for a composer that recurses on the machine's stack.

    Depth is bounded by the brackets of the file and the length of its longest line, so that
    only strange files pay for the look at every event.
    """
    if text.count("[") + text.count("{") < 500 and max(map(len, text.splitlines()), default=0) < 1500:
        return False
    parser, depth = _Composer(text), 0
    while (event := parser.get_event()) is not None:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False


def _too_deep(file: str, line: int, column: int) -> Fault:
    what = Text(
        vi=f"lồng nhau quá sâu (hơn {DEEPEST} tầng)", en=f"nested too deeply (more than {DEEPEST} levels)"
    )
    return Fault(what, file, line, column)


class _Reading:
    """Turns the nodes of one file into plain values and spots, and gathers what is wrong."""

    def __init__(self, file: str, faults: list[Fault], most_values: int) -> None:
        self.file = file
        self.faults = faults
        self.values_left = most_values
        self.gave_up = False
        self.open: set[int] = set()

    def value(self, node: yaml.Node, depth: int) -> tuple[Any, Spot]:
        mark = node.start_mark
        spot = Spot(mark.line + 1, mark.column + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, spot), spot
        self.values_left -= 1
        if self.gave_up or self._must_give_up(node, spot, depth):
            return None, spot
        self._check_tag(node, spot)
        self.open.add(id(node))
        data = (
            self._list(node, spot, depth)
            if isinstance(node, yaml.SequenceNode)
            else self._map(node, spot, depth)
        )
        self.open.discard(id(node))
        return data, spot

    def _must_give_up(self, node: yaml.Node, spot: Spot, depth: int) -> bool:
        if depth > DEEPEST:
            self.faults.append(_too_deep(self.file, spot.line, spot.column))
        elif id(node) in self.open:
            self._say(
                spot, Text(vi="bí danh (*) trỏ vào chính nó", en="an alias (*) that stands inside itself")
            )
        elif self.values_left < 0:
            self._say(
                spot,
                Text(
                    vi="các bí danh (*) nhân nội dung của tệp lên quá nhiều lần",
                    en="the aliases (*) multiply the content of the file too often",
                ),
            )
        else:
            return False
        self.gave_up = True
        return True

    def _list(self, node: yaml.SequenceNode, spot: Spot, depth: int) -> list[Any]:
        pairs = [self.value(child, depth + 1) for child in node.value]
        spot.inside = [inner for _, inner in pairs]
        return [value for value, _ in pairs]

    def _map(self, node: yaml.Node, spot: Spot, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        inside: dict[str, Spot] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            mark = key_node.start_mark
            line, column = mark.line + 1, mark.column + 1
            if not isinstance(key, str) or not key or key == "<<":
                self._say(Spot(line, column), _bad_key(key))
                continue
            if key in inside:
                self._say(Spot(line, column), _twice(key, inside[key].key_line))
                continue
            value, inner = self.value(value_node, depth + 1)
            inner.key_line, inner.key_column = line, column
            data[key], inside[key] = value, inner
        spot.inside = inside
        return data

    def _scalar(self, node: yaml.ScalarNode, spot: Spot) -> object:
        self.values_left -= 1
        text: str = node.value
        tag = node.tag
        if tag == _PLAIN:
            return meaning(text)
        if tag != _QUOTED:
            self._check_tag(node, spot)
        return text

    def _check_tag(self, node: yaml.Node, spot: Spot) -> None:
        if node.tag not in (_PLAIN, _QUOTED, "collection") and node.tag not in _KNOWN_TAGS:
            name = node.tag.removeprefix("tag:yaml.org,2002:").lstrip("!")
            self._say(
                spot,
                Text(
                    vi=f"không dùng nhãn kiểu '!{name}' ở đây", en=f"a tag such as '!{name}' is not used here"
                ),
            )

    def _say(self, spot: Spot, what: Text) -> None:
        self.faults.append(Fault(what, self.file, spot.line, spot.column))


def _bad_key(key: object) -> Text:
    if key == "<<":
        return Text(
            vi="khoá gộp '<<' không thuộc YAML 1.2; hãy viết các mục ra",
            en="the merge key '<<' is not part of YAML 1.2; write the keys out",
        )
    if key == "":
        return Text(vi="thiếu tên mục trước dấu hai chấm", en="there is no key before the colon")
    return Text(vi="tên mục phải là chữ", en="a key must be text, not a list or a mapping")


def _twice(key: str, line: int) -> Text:
    return Text(
        vi=f"mục '{key}' viết hai lần (lần đầu ở dòng {line})",
        en=f"key '{key}' is written twice (first on line {line})",
    )
