"""Worked analyses: questions that analysts ask, each one SQL file that says what its answer shows.

``python -m warehouse.analyses DATA`` prints question, query, answer and claim of each; ``python -m warehouse.analyses DATA missed`` those
whose names have that word in them. The queries read the published warehouse with plain DuckDB and may be copied from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Analysis:
    """One analysis: ``name`` of its file, the question in English and Chinese, the query, and what its answer says in one sentence."""

    name: str
    question: str
    question_zh: str
    sql: str
    claim: str
    """An SQL expression over the rows of the answer that gives the sentence."""

    @property
    def claim_sql(self) -> str:
        """The query whose one value is the sentence."""
        return f"with answer as (\n{self.sql}\n)\nselect {self.claim} as claim from answer"


def analyses() -> Iterator[Analysis]:
    """All analyses, in order.

    Raises:
        ValueError: a file lacks its question or what its answer claims.
    """
    for file in sorted(FOLDER.glob("*.sql")):
        text = file.read_text(encoding="utf8")
        said = dict(re.findall(r"^-- (en|zh|claim): (.+)$", text, re.MULTILINE))
        if set(said) != {"en", "zh", "claim"}:
            raise ValueError(f"analyses/{file.name}: must begin with `-- en:`, `-- zh:` and `-- claim:`")
        sql = re.sub(r"^-- (?:en|zh|claim): .+\n", "", text, flags=re.MULTILINE).strip()
        yield Analysis(file.stem, said["en"], said["zh"], sql, said["claim"])
