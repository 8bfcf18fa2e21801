"""Files are written whole or not at all, and what stood there before is not lost."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from iso_audit.errors import Fault, InputError, os_reason
from iso_audit.text import Text, printable

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


def refuse_output(output: Path, names: Sequence[str]) -> None:
    """Refuse a folder that cannot hold the files called `names`, before any work is done for them.

    Raises:
        InputError: it is a file, may not be written to, or holds folders of those names.
    """
    try:
        above = (*output.parents, *output.absolute().parents)
        nearest = next(place for place in (output, *above) if place.exists())
        if not nearest.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "", str(nearest))
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "", str(nearest))
        taken = [output / name for name in names if (output / name).is_dir()]
    except NotADirectoryError as error:
        said = Text(vi="nơi ghi kết quả phải là một thư mục", en="the output must be a folder")
        raise InputError([Fault(said, printable(str(error.filename or output)))]) from error
    except OSError as error:
        raise _cannot_write(output, error) from error
    said = Text(
        vi="một thư mục đứng ở chỗ chương trình phải ghi tệp",
        en="a folder stands where the program has to write a file",
    )
    if taken:
        raise InputError(Fault(said, printable(str(path))) for path in taken)


@contextmanager
def workroom(output: Path, target: Path | None = None) -> Iterator[Path]:
    """Make a folder inside `output` for what is not finished; it goes away whatever happens.

    Raises:
        InputError: `output` cannot be made or written to, or the disk is full; told of `target`,
            where one file alone is written.
    """
    made: list[Path] = []
    try:
        for place in reversed([place for place in (output, *output.parents) if not place.exists()]):
            place.mkdir()
            made.append(place)
        room = Path(tempfile.mkdtemp(prefix=".iso-audit-", dir=output))
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)
    except BaseException as error:
        for place in reversed(made):
            with contextlib.suppress(OSError):
                place.rmdir()
        if isinstance(error, OSError) and _is_about(error, output):
            raise _cannot_write(target or output, error) from error
        raise


def put_in_place(room: Path, output: Path, names: Sequence[str]) -> None:
    """Move files from `room` to `output`, all or none: what stood there comes back if one cannot be moved.

    A file that `room` lacks goes away: beside the others it would pass for one of this run.
    """
    made = [name for name in names if (room / name).exists()]
    before = room / "before"
    before.mkdir()
    try:
        for name in names:
            if os.path.lexists(output / name):
                os.replace(output / name, before / name)  # noqa: PTH105 - the name says it is atomic
            if name in made:
                os.replace(room / name, output / name)  # noqa: PTH105
    except BaseException:
        for name in names:
            if name in made and not (room / name).exists():
                (output / name).unlink(missing_ok=True)
            if os.path.lexists(before / name):
                os.replace(before / name, output / name)  # noqa: PTH105
        raise


def refuse_existing(paths: Iterable[Path]) -> None:
    """Refuse to write over files that a person may have made; raises InputError with all of them."""
    taken = [path for path in paths if os.path.lexists(path)]
    if taken:
        said = Text(vi="tệp đã có, sẽ không ghi đè", en="the file exists and is not overwritten")
        raise InputError(Fault(said, printable(str(path))) for path in taken)


def write_text(target: Path, text: str) -> None:
    """Write a text file whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    write_texts(target.parent, {target.name: text}, target)


def write_texts(output: Path, texts: Mapping[str, str], target: Path | None = None) -> None:
    """Write text files, by their names in `output`: all or none.

    Raises:
        InputError: one cannot be written; told of `target`, where that is what was asked for.
    """
    with workroom(output, target) as room:
        for name, text in texts.items():
            (room / name).write_text(text, encoding="utf-8", newline="\n")
        put_in_place(room, output, list(texts))


def _is_about(error: OSError, output: Path) -> bool:
    """Whether the trouble lies with the outputs, and not with a file that the program itself lacks."""
    return error.errno in _OF_THE_DISK or error.filename is None or str(output) in str(error.filename)


def _cannot_write(output: Path, error: OSError) -> InputError:
    why = os_reason(error)
    said = Text(vi=f"không ghi được vào đây: {why.vi}", en=f"this cannot be written to: {why.en}")
    return InputError([Fault(said, printable(str(output)))])


def as_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as a table with a byte order mark: without it Excel reads Vietnamese letters wrongly."""
    written = io.StringIO()
    table = csv.DictWriter(written, list(rows[0]) if rows else [], lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    return "\ufeff" + written.getvalue()
