"""The rules that expectations name, wherever they stand."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from expectations import arithmetic, between_reports, between_runs, correcting, derived, plausibility, totals

MODULES: tuple[ModuleType, ...] = (derived, plausibility, arithmetic, totals, between_reports, between_runs, correcting)


def find(name: str) -> Any:
    """The rule with this name, None where there is none."""
    return next((rule for rule in (getattr(module, name, None) for module in MODULES) if callable(rule)), None)
