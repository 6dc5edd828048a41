"""Boolean masks with missing values, and the shape of a rule's result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def rule_result(applies: Any, holds: Any) -> pd.Series[Any]:
    """Return ``holds`` where the rule applies and a missing value elsewhere. Missing operands count as false."""
    applies = to_bool_array(applies)
    result = pd.array(to_bool_array(holds), dtype="boolean")
    result[~applies] = pd.NA
    return pd.Series(result)


def to_bool_array(values: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Convert to booleans without missing values, which count as false."""
    if isinstance(values, pd.Series):
        return values.fillna(False).to_numpy(dtype=bool, copy=True) if values.dtype != bool else values.to_numpy(copy=True)
    return np.asarray(values, dtype=bool)
