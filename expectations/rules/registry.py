"""The rules that the files of ``suites/`` may name. A function becomes a rule by the decorator :func:`rule`, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pandas as pd

Rule = Callable[[Any, dict[str, Any]], "pd.Series[Any]"]
"""Takes the tables (:class:`~expectations.frames.Frames` or :class:`~expectations.frames.RunFrames`) and the parameters of an
expectation; returns a boolean for each row of the expectation's table, missing where the rule does not apply."""
R = TypeVar("R", bound=Rule)
_RULES: dict[str, Rule] = {}


def rule(function: R) -> R:
    """Register a function as the rule of its name.

    Raises:
        ValueError: another function is the rule of this name.
    """
    name = function.__name__
    other = _RULES.setdefault(name, function)
    if other is not function:
        raise ValueError(f"two rules have the name {name}: in {other.__module__} and in {function.__module__}")
    return function


def rules() -> dict[str, Rule]:
    """Return the registered rules by name. Rules register when their module is imported, which :mod:`expectations.rules` does."""
    return dict(_RULES)
