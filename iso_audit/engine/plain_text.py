"""A text log made plain: unpacked, in UTF-8 and with ordinary line ends; or a word why that cannot be."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple, TypeAlias

from iso_audit.engine.refusals import refusal
from iso_audit.engine.room import room_in
from iso_audit.engine.source import LONGEST_LINE, MOST_BYTES

Decoder = Callable[[bytes], str]
"""Reads the bytes of an old code page that Python does not know; given whole lines."""

Guess = Callable[[bytes], str]
"""Names the encoding of the beginning of a text that is no UTF-8; empty where it is not certain."""

Stream: TypeAlias = gzip.GzipFile | BufferedReader

_PIECE = 1 << 20
_HEAD = 200_000
_SMALL, _GROWTH = 100_000_000, 250
"""Bytes that every packed file may have unpacked; times that a larger one may grow (real ones: 10 to 50)."""
_UTF8 = ("", "utf-8", "utf8", "utf-8-sig", "utf_8", "u8")


class Plain(NamedTuple):
    """A text in UTF-8."""

    path: Path
    cut_bytes: int = 0
    """How many bytes, unpacked, of whole lines stood before the place where it broke off; 0: it is whole."""


def made_plain(
    path: Path, target: Path, encoding: str, decoders: Mapping[str, Decoder], guess: Guess | None = None
) -> Plain:
    """Return a plain UTF-8 file with the text of `path`: itself where it is one, else `target`.

    Where no encoding is named, one that `guess` is certain of is taken. Of a packed file that breaks off
    the whole lines are kept.
    """
    file = str(path)
    try:
        with _opened(path) as stream:
            head = _head(stream)
            is_packed = isinstance(stream, gzip.GzipFile)
    except (gzip.BadGzipFile, zlib.error) as error:
        raise refusal("unpacking", file) from error
    if not encoding and guess is not None and not _is_utf8(head):
        encoding = guess(head[:_HEAD])
    if encoding.lower() in _UTF8:
        check_letters(head, file)
        if not is_packed and not _has_lone_returns(head):
            return Plain(path)
    try:
        with room_in(target.parent):
            return Plain(target, _rewrite(path, target, encoding, decoders))
    except (UnicodeError, LookupError) as error:
        why = "no-encoding" if isinstance(error, LookupError) else "wrong-encoding"
        raise refusal(why, file, encoding=encoding) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise refusal("unpacking", file) from error


def _head(stream: Stream) -> bytes:
    """The first bytes, also of a packed file that breaks off among them."""
    head = b""
    with suppress(EOFError):
        while len(head) < _PIECE and (piece := stream.read1(_PIECE - len(head))):
            head += piece
    return head


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return b"\x00" not in head


def check_letters(head: bytes, file: str, first_line: int = 1) -> None:
    """Refuse what is not UTF-8, and say what it probably is."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refusal("encoding", file, likely="UTF-16")
    if b"\x00" in head:
        if max(head[0::2].count(0), head[1::2].count(0)) > len(head) // 8:
            raise refusal("encoding", file, likely="UTF-16")
        raise refusal("binary", file)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        line = first_line + head.count(b"\n", 0, error.start)
        raise refusal("encoding", file, line, likely=_likely(head)) from error


def _likely(raw: bytes) -> str:
    """The code page that text which is no UTF-8 was probably written in."""
    high = sum(byte > 127 for byte in raw)
    tcvn3 = sum(raw.count(byte) for byte in (b"\xae", b"\xad", b"\xac", b"\xa9"))
    marks = sum(raw.count(byte) for byte in (b"\xcc", b"\xec", b"\xf2", b"\xd2", b"\xde"))
    if tcvn3 * 12 > high:
        return "TCVN3 (ABC)"
    return "Windows-1258" if marks * 12 > high else "Windows-1252"


def _opened(path: Path) -> Stream:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else path.open("rb")


def _has_lone_returns(head: bytes) -> bool:
    """Lines ended as on very old machines: by a carriage return alone."""
    return b"\r" in head and b"\n" not in head


def _rewrite(path: Path, target: Path, encoding: str, decoders: Mapping[str, Decoder]) -> int:
    """Write the text anew in pieces; a packed file may not swell without bound.

    Returns how many bytes of a file that breaks off were read, else 0.
    """
    known = decoders.get(encoding.lower())
    name = "latin-1" if known is not None else "utf-8-sig" if encoding.lower() in _UTF8 else encoding
    decoder = codecs.getincrementaldecoder(name)()
    is_utf8 = codecs.lookup(name).name.startswith("utf-8")
    with _opened(path) as stream, target.open("w", encoding="utf-8", newline="") as out:
        lone, given, is_cut = None, 0, False
        pieces = _pieces(stream, path)
        while True:
            try:
                piece = next(pieces, b"")
            except EOFError:
                piece, is_cut = b"", True
            if not piece:
                break
            given += len(piece)
            if lone is None and (is_utf8 or known is not None):
                lone = _has_lone_returns(piece)
            text = known(piece) if known is not None else _decoded(decoder, piece, is_utf8, str(path))
            out.write(text.replace("\r", "\n") if lone else text)
        out.write(decoder.decode(b"", final=not is_cut))
    if is_cut and not given:
        raise refusal("cut-off-soon", str(path))
    return given if is_cut else 0


def _pieces(stream: Stream, path: Path) -> Iterator[bytes]:
    """The bytes in pieces that end with a line; a line without end or a swollen file is refused.

    Raises:
        EOFError: a packed file breaks off; the line that it breaks off in was not given.
    """
    most = MOST_BYTES
    if isinstance(stream, gzip.GzipFile):
        most = min(most, max(_SMALL, _GROWTH * path.stat().st_size))
    given, rest = 0, b""
    while piece := stream.read1(_PIECE):
        given += len(piece)
        if given > most:
            raise refusal("large", str(path), most=most)
        rest += piece
        after = 1 + max(rest.rfind(b"\n"), rest.rfind(b"\r"))
        if len(rest) - after > LONGEST_LINE:
            raise refusal("long-line", str(path), most=LONGEST_LINE)
        if after:
            yield rest[:after]
            rest = rest[after:]
    if rest:
        yield rest


def _decoded(decoder: codecs.IncrementalDecoder, piece: bytes, is_utf8: bool, file: str) -> str:
    try:
        return decoder.decode(piece)
    except UnicodeDecodeError as error:
        if is_utf8:
            raise refusal("encoding", file, likely=_likely(piece)) from error
        raise
