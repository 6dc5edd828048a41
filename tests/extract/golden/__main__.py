"""The metrics of the seed as they were when last looked at: ``python -m tests.extract.golden --update`` writes them anew.

A change of a rule shows itself here as a difference of lines, to be read before it is accepted.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from transforms.extract import extract
from transforms.pipeline import read_document
from transforms.types import RawFile

FOLDER = Path(__file__).parent
SEED = Path(__file__).parents[3] / "seeds" / "miyun_2023.txt"
GOLDEN = FOLDER / "miyun_2023.jsonl"


def lines() -> list[str]:
    """One JSON object for each metric of the seed, in the order of the text."""
    document = read_document(RawFile(SEED.name, SEED.read_bytes()))
    return [json.dumps(_told(document.text, metric), ensure_ascii=False) for metric in extract(document).metrics]


def _told(text: str, metric: Any) -> dict[str, Any]:
    high = metric.value_high
    return {
        "quote": "".join(text[metric.char_start : metric.char_end].split()),
        "indicator": metric.indicator,
        "indicator_id": metric.indicator_id,
        "statistic": metric.statistic,
        "value": float(metric.value),
        "value_high": None if high is None else float(high),
        "unit": metric.unit,
        "bound": metric.bound,
        "modality": metric.modality,
        "period": [metric.period_start, metric.period_end],
        "section": metric.section,
    }


def main() -> None:
    """Show whether the golden file stands, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="write what is extracted now")
    if parser.parse_args().update:
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text("\n".join(lines()) + "\n", encoding="utf8")
    print("as it stands" if GOLDEN.read_text(encoding="utf8").splitlines() == lines() else f"{GOLDEN.name} differs; --update accepts it")


if __name__ == "__main__":
    main()
