"""The catalogue: one question a file, found by walking this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from iso_audit.model.rule import Rule


def _found() -> Mapping[str, Rule]:
    """Read the RULE of every file here, in order of name; two rules may not share a name or a code."""
    rules: dict[str, Rule] = {}
    codes: dict[str, str] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        rule = importlib.import_module(f"{__name__}.{module.name}").RULE
        if rule.name != module.name.replace("_", "-"):
            raise ImportError(f"{module.name}.py holds the rule {rule.name!r}")
        for hook in rule.hooks:
            if hook.code in codes:
                raise ImportError(f"{hook.code} is asked by {codes[hook.code]!r} and by {rule.name!r}")
            codes[hook.code] = rule.name
        rules[rule.name] = rule
    return rules


CATALOGUE: Mapping[str, Rule] = _found()
"""Name of a rule -> the rule."""


def by_code(code: str) -> Rule | None:
    """Return the rule that asks under `code`, or None if there is none."""
    return next((rule for rule in CATALOGUE.values() if any(hook.code == code for hook in rule.hooks)), None)
