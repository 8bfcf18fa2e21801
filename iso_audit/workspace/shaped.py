"""Reads a file as a shape; what pydantic finds wrong becomes faults with place and in plain words."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import BaseModel, RootModel, ValidationError

from iso_audit.errors import Fault
from iso_audit.workspace.faults import Path, missing, spoken, unknown_key
from iso_audit.workspace.positions import Document, read_yaml

Of = TypeVar("Of", bound=BaseModel)


def read_as(shape: type[Of], path: FilePath, file: str, faults: list[Fault]) -> tuple[Of, Document] | None:
    """Read one file as `shape`; None after faults."""
    document = read_yaml(path, file, faults)
    if document is None:
        return None
    value = shaped(shape, document, faults)
    return None if value is None else (value, document)


def shaped(shape: type[Of], document: Document, faults: list[Fault]) -> Of | None:
    """Read a document as `shape`; None after faults."""
    try:
        return shape.model_validate(document.data)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            faults.append(_fault(shape, document, each))
        return None


def _fault(shape: type[BaseModel], document: Document, error: Mapping[str, Any]) -> Fault:
    path: Path = tuple(error["loc"])
    kind = error["type"]
    if path and path[-1] == "[key]":
        path = path[:-1]
        return document.key_fault(path, *spoken(kind, "", path[-1], error.get("ctx", {})))
    if kind == "missing":
        return document.key_fault(path[:-1], missing(str(path[-1])))
    if kind == "extra_forbidden":
        return document.key_fault(path, *unknown_key(str(path[-1]), keys_at(shape, path[:-1])))
    facts: Mapping[str, Any] = error.get("ctx", {})
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    if not name and path:
        name = str(int(path[0]) + 1)
    return document.fault(path, *spoken(kind, name, facts.get("value", error["input"]), facts))


def keys_at(shape: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that a file may write at `path`, to suggest the one that was meant."""
    at: Any = shape.model_fields["root"].annotation if issubclass(shape, RootModel) else shape
    for part in path:
        if isinstance(at, type) and issubclass(at, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in at.model_fields.items()}
            at = _bare(fields.get(str(part)))
        else:
            at = _bare((typing.get_args(at) or (None,))[-1])
    if isinstance(at, type) and issubclass(at, BaseModel):
        return [field.alias or name for name, field in at.model_fields.items()]
    return []


def _bare(annotation: object) -> object:
    """Leave out `| None` and `Annotated`."""
    while typing.get_origin(annotation) not in (None, list, dict, tuple):
        annotation = next(part for part in typing.get_args(annotation) if part is not type(None))
    return annotation
