"""Rules on the corrections that people made: what :mod:`transforms.corrections` says of them in notes and rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from expectations.frames import Frames
from expectations.rules.masks import rule_result
from expectations.rules.registry import rule
from transforms.corrections import IN_DOUBT, NEEDLESS, UNFIT


@rule
def corrections_fit(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """No note on the document says that a correction does not fit or is no longer needed."""
    notes = frames.documents["warnings"].astype("string").fillna("")
    stale = notes.str.contains(f"(?m)^(?:{UNFIT}|{NEEDLESS})", regex=True)
    return rule_result(np.ones(len(notes), dtype=bool), ~stale)


@rule
def no_correction_is_in_doubt(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The metric's rule does not say that its correction stopped fitting."""
    rules = frames.metrics["rule"].astype("string")
    return rule_result(rules.notna(), ~rules.fillna("").str.endswith(IN_DOUBT))
