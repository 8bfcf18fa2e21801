"""JSON Schemas of every kind of file, from the shapes that read them: editors check while one types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from iso_audit.model.procedure import KINDS, StepClock
from iso_audit.model.rule import Parameter, Rule
from iso_audit.workspace.shapes.announced import AnnouncedShape
from iso_audit.workspace.shapes.base import LIMIT, STRING, listed
from iso_audit.workspace.shapes.calendar import CalendarShape
from iso_audit.workspace.shapes.mapping import MappingShape
from iso_audit.workspace.shapes.organisation import OrganisationShape
from iso_audit.workspace.shapes.pack import PackShape
from iso_audit.workspace.shapes.procedure import NEXT, ProcedureShape
from iso_audit.workspace.shapes.scenario import ScenarioShape
from iso_audit.workspace.shapes.settings import SettingsShape
from iso_audit.workspace.shapes.waivers import WaiversShape

DRAFT = "https://json-schema.org/draft/2020-12/schema"

SHAPES: Mapping[str, type[BaseModel]] = {
    "procedure": ProcedureShape,
    "organisation": OrganisationShape,
    "calendar": CalendarShape,
    "requirements": PackShape,
    "settings": SettingsShape,
    "announced": AnnouncedShape,
    "waivers": WaiversShape,
    "mapping": MappingShape,
    "scenario": ScenarioShape,
}
"""Kind of file -> its shape."""


def schemas(catalogue: Mapping[str, Rule] | None = None) -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each kind of file; with a catalogue, rules and their parameters too."""
    found = {name: _schema(name, shape) for name, shape in SHAPES.items()}
    if catalogue:
        _add_rules(found["requirements"]["$defs"]["RequirementShape"], catalogue)
    return found


def _schema(name: str, shape: type[BaseModel]) -> dict[str, Any]:
    schema = _tidied(shape.model_json_schema())
    if shape is ProcedureShape:
        schema["$defs"]["Next"] = NEXT
    return {"$schema": DRAFT, "title": f"iso-audit: {name}", **schema}


def _tidied(schema: Any) -> Any:  # noqa: ANN401 - any piece of a schema
    """Make what pydantic writes plain for editors.

    Titles made of names, defaults of nothing and the allowance of an empty value are left out (a key
    without a value is read as absent, but an editor may ask for one); `next` becomes recursive.
    """
    if isinstance(schema, list):
        return [_tidied(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("$comment") == "Next":
        return {"$ref": "#/$defs/Next"}
    schema = dict(schema)
    choices = [each for each in schema.pop("anyOf", ()) if each != {"type": "null"}]
    if len(choices) == 1:
        schema = {**choices[0], **schema}
    elif choices:
        schema["anyOf"] = choices
    kept = {
        key: each
        for key, each in schema.items()
        if not (key == "title" and isinstance(each, str)) and not (key == "default" and each is None)
    }
    return {key: _tidied(each) for key, each in kept.items()}


_KINDS: Mapping[str, dict[str, Any]] = {
    "int": {"type": "integer"},
    "number": {"type": "number"},
    "text": STRING,
    "role": STRING,
    "flag": {"type": "boolean"},
    "time": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    "limit": LIMIT,
    "names": listed(STRING),
    "terms": listed(listed(STRING)),
    "texts": listed(STRING),
    "patterns": listed({"type": "string", "format": "regex"}),
    "clocks": {
        "type": "object",
        "propertyNames": {"enum": list(KINDS)},
        "additionalProperties": {"enum": [str(clock) for clock in StepClock]},
    },
    "grades": {"type": "object", "additionalProperties": {"enum": ["major", "minor", "observation"]}},
    "map": {"type": "object"},
}


def _parameter(of: Parameter) -> dict[str, Any]:
    if not of.known:
        return _KINDS[of.kind]
    word = {"enum": list(of.known)}
    return word if of.kind == "text" else listed(word)


def _add_rules(requirement: dict[str, Any], catalogue: Mapping[str, Rule]) -> None:
    """Name the rules there are, and let each requirement have the parameters of its rule only."""
    common = requirement["properties"]
    common["rule"] = {"enum": sorted(catalogue)}
    requirement["allOf"] = [
        {
            "if": {"properties": {"rule": {"const": name}}},
            "then": {
                "properties": {
                    **dict.fromkeys(common, True),
                    **{
                        parameter: {
                            **_parameter(of),
                            "description": of.says.en,
                        }
                        for parameter, of in rule.parameters.items()
                        if of.kind != "clauses"
                    },
                    "only": {"items": {"enum": [hook.code for hook in rule.hooks]}},
                },
                "additionalProperties": False,
                "required": [name for name, of in rule.parameters.items() if of.required],
            },
        }
        for name, rule in sorted(catalogue.items())
    ]
