"""A proposal for ``baselines.yml``: ``python -m expectations.suggest_baselines DATA`` prints the file for a data folder.

Each minimum is half of what the published data have, each maximum twice that (a rate in percent never above 100).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from expectations.baselines import RATES
from expectations.published import read_table
from expectations.run_tables import counted, measures


def suggest(measured: list[dict[str, Any]]) -> str:
    """The file that these measures (rows of ``kinds``) would make, with what they are as a comment."""
    lines = []
    for kind in sorted({row["kind"] for row in measured}):
        rows = [row for row in measured if row["kind"] == kind and row["value"] == row["value"]]
        lines.append(f"{kind}:  # from {rows[0]['documents']} documents" if rows else f"{kind}: {{}}")
        for row in rows:
            most = 2 * row["value"]
            if row["measure"] in (*RATES, "confidence"):
                most = min(most, 1.0 if row["measure"] == "confidence" else 100.0)
            lines.append(f"  {row['measure']}: {{min: {row['value'] / 2:.3g}, max: {most:.3g}}}  # {row['value']:.3g}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Print the proposal for the data folder named; 2 where there is none."""
    if len(arguments) != 1 or not (Path(arguments[0]) / "parquet").is_dir():
        print("Name a data folder that holds published data: python -m expectations.suggest_baselines DATA", file=sys.stderr)  # noqa: T201
        return 2
    documents, metrics = (read_table(Path(arguments[0]), name) for name in ("documents", "metrics"))
    print(suggest(measures(documents.to_pandas(), counted(metrics)).to_dict("records")), end="")  # type: ignore[arg-type]  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
