"""A folder of the user's own rules is merged over the lexicon, in the process that reads documents too, and is taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flows.state.own_rules import use_rules
from flows.workers import worker
from tests.conftest import report
from tests.flows.test_batches import batched, planned, write
from transforms.lexicon import RulesError
from transforms.numbers.units import units
from warehouse.storage.parquet import read_table

OWN_UNIT = """
- dimension: currency
  unit_std: CHF
  en: Swiss franc
  words: [瑞士法郎]
  yes: {3亿瑞士法郎: [300000000, 瑞士法郎]}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "units.yml").write_text(OWN_UNIT, encoding="utf8")
    yield folder
    use_rules(None)


def test_own_rules_are_used_and_taken_away_again(rules: Path) -> None:
    assert "瑞士法郎" not in units()
    use_rules(rules)
    assert "瑞士法郎" in units()
    use_rules(None)
    assert "瑞士法郎" not in units()


def test_what_reads_a_shard_reads_it_by_the_own_rules(rules: Path, tmp_path: Path) -> None:
    write(tmp_path, a=report("实际利用外资 3亿瑞士法郎"))
    (job,) = batched(planned(tmp_path), tmp_path)[0].jobs
    worker.work(replace(job, rules=str(rules)))
    found = read_table("metrics", tmp_path / "store" / job.key / "metrics.parquet").column("unit").to_pylist()
    assert "瑞士法郎" in found


def test_an_entry_that_is_not_valid_names_its_file(rules: Path) -> None:
    (rules / "units.yml").write_text("- dimension: currency\n", encoding="utf8")
    use_rules(rules)
    with pytest.raises(RulesError, match=r"units\.yml"):
        units()
