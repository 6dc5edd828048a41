"""Whatever changes, in whatever order, a run costs what changed and ends with the warehouse that a run from nothing makes.

Hypothesis walks random sequences of changes: documents added, changed, removed, renamed, copied, put back; rules changed; code
changed; a run killed while it reads. The runs are the flow's own functions in its order, without Prefect and the pages.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from flows.ingest import inventory
from flows.run import PublishedRun, begin_run, managed_run
from flows.settings import Settings
from flows.stages import build
from flows.stages.build import build_generation
from flows.stages.publish import publish_generation
from flows.stages.validate import validate
from flows.state import fingerprints, planning
from flows.state.data_folder import DataFolder
from flows.workers import worker
from flows.workers.batching import JobOptions, make_batches
from tests.conftest import query, report
from transforms.schema import tables
from warehouse.build.view_files import views

PLACES = ("密云区", "房山区", "怀柔区", "昌平区", "顺义区")
FIGURES = ("地区生产总值增长 5.2%", "固定资产投资增长 3.1%", "社会消费品零售总额增长 9.9%", "粮食产量 1.3 万吨", "城镇新增就业 4100 人")
NAMES = tuple(f"{folder}{number}.txt" for folder in ("", "市/") for number in range(4))
EXAMPLES = int(os.environ.get("BAOGAO_TEST_EXAMPLES", "2"))
"""Sequences that are walked; more of them take half a minute of the processor each four."""


class Killed(BaseException):
    """The run dies."""


def one_run(seeds: Path, data: Path, *, dies_after: int | None = None, workers: int = 1) -> tuple[PublishedRun, list[str]]:
    """A run as the flow makes it; the source paths that were read. ``dies_after``: it is killed after so many shards."""
    chosen = Settings(seeds=seeds, data=data, workers=workers)
    read: list[str] = []
    with managed_run(DataFolder(data), chosen) as context:
        found = inventory.scan(seeds, chosen.max_file_bytes)
        folder = context.folder
        plan = planning.make_plan(found, folder.manifest(), folder.shard_store, engine=fingerprints.engine())
        run = begin_run(context, plan, found)
        options = JobOptions(str(folder.shard_store), run.run_id, context.ingested_at, "test")
        batches = make_batches(plan.todo, options, batch_bytes=chosen.batch_bytes, workers=1)
        for number, job in enumerate(job for batch in batches for job in batch.jobs):
            if number == dies_after:
                raise Killed
            read.extend(source_path for source_path, _, _ in job.files)
            worker.work(job)
        validation = validate(run)
        published = publish_generation(run, build_generation(run, validation))
    return published, read


def everything(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that follow from the documents, without what a run is called and when it was."""
    left_out = {"run_id", "ingested_at", "pipeline_version"}
    names = ["documents", "metrics", "numbers", "quarantine", "failures", "flags"]
    names += [view.name for view in views() if view.name != "quality_summary"]  # that one tells of runs
    columns = {name: [column for column in table.column_names if column not in left_out] for name, table in tables().items()}
    shown = {name: ", ".join(f'"{column}"' for column in columns[name]) if name in columns else "*" for name in names}
    return {name: query(data, f"SELECT {wanted} FROM {name} ORDER BY ALL") for name, wanted in shown.items()}


class Changes(RuleBasedStateMachine):
    """The seeds folder, what was published last, and what must therefore be read next."""

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="baogao-incremental-"))
        self.seeds, self.data = self.root / "seeds", self.root / "data"
        self.rules, self.code = "rules", "code"
        self.published: dict[str, bytes] = {}
        self.published_rules = ""
        self._write("first.txt", report())

    def teardown(self) -> None:
        if hasattr(self, "root"):
            shutil.rmtree(self.root)

    def _write(self, name: str, text: str) -> None:
        path = self.seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8")

    def _files(self) -> dict[str, bytes]:
        return {path.relative_to(self.seeds).as_posix(): path.read_bytes() for path in self.seeds.rglob("*.txt")}

    @rule(name=st.sampled_from(NAMES), place=st.sampled_from(PLACES), figure=st.sampled_from(FIGURES))
    def add_or_change(self, name: str, place: str, figure: str) -> None:
        self._write(name, report(figure, place))

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        (self.seeds / name).unlink(missing_ok=True)

    @rule(name=st.sampled_from(NAMES), other=st.sampled_from(NAMES))
    def rename(self, name: str, other: str) -> None:
        if (self.seeds / name).exists():
            (self.seeds / other).parent.mkdir(exist_ok=True)
            (self.seeds / name).rename(self.seeds / other)

    @rule(name=st.sampled_from(NAMES))
    def copy_the_first(self, name: str) -> None:
        self._write(name, (self.seeds / "first.txt").read_text(encoding="utf8") + "\n")

    @rule(text=st.sampled_from(("", "\0\0\0", "没有数字。")))
    def one_that_fails(self, text: str) -> None:
        self._write("bad.txt", text)

    @rule(rules=st.sampled_from(("rules", "other rules")))
    def change_rules(self, rules: str) -> None:
        self.rules = rules

    @rule(code=st.sampled_from(("code", "other code")))
    def change_code(self, code: str) -> None:
        self.code = code

    @rule(after=st.integers(0, 2))
    def die_while_reading(self, after: int) -> None:
        with self._versions(), contextlib.suppress(Killed):
            one_run(self.seeds, self.data, dies_after=after)
            self._note()

    @rule()
    def run(self) -> None:
        files = self._files()
        with self._versions():
            run, read = one_run(self.seeds, self.data)
            again, nothing = one_run(self.seeds, self.data)
        changed = {name for name, data in files.items() if self.published.get(name) != data}
        if self.published_rules == self.rules:
            assert set(read) <= changed
        assert not nothing
        assert again.built.checks.reused_from == run.run_id
        self._note()
        with self._versions():
            one_run(self.seeds, self.root / "from-nothing")
        assert everything(self.data) == everything(self.root / "from-nothing")
        shutil.rmtree(self.root / "from-nothing")

    def _note(self) -> None:
        self.published, self.published_rules = self._files(), self.rules

    @contextlib.contextmanager
    def _versions(self) -> Any:
        with (
            mock.patch.object(fingerprints, "engine_hash", return_value=self.rules),
            mock.patch.object(fingerprints, "code_hash", return_value=self.rules + self.code),
        ):
            yield


@pytest.mark.slow
def test_any_changes_in_any_order() -> None:
    run_state_machine_as_test(
        Changes,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
        ),
    )


def test_one_more_document_renews_the_warehouse_and_now_and_then_it_is_built_anew(tmp_path: Path) -> None:
    seeds, data = tmp_path / "seeds", tmp_path / "data"
    seeds.mkdir()
    for number, place in enumerate(PLACES[:4]):
        (seeds / f"{number}.txt").write_text(report(FIGURES[number], place), encoding="utf8")
    with mock.patch.object(build, "MAX_INCREMENTAL_BUILDS", 2):
        for number, renewals in enumerate((0, 1, 2, 0, 1)):
            (seeds / f"more-{number}.txt").write_text(report(f"粮食产量 {number + 2}.5 万吨", PLACES[4]), encoding="utf8")
            run, _ = one_run(seeds, data)
            assert (run.built.incremental_builds, run.problems) == (renewals, [])
    one_run(seeds, tmp_path / "from-nothing")
    assert everything(data) == everything(tmp_path / "from-nothing")


def test_a_published_warehouse_that_cannot_be_read_is_built_anew(tmp_path: Path) -> None:
    seeds, data = tmp_path / "seeds", tmp_path / "data"
    seeds.mkdir()
    for number, place in enumerate(PLACES[:4]):
        (seeds / f"{number}.txt").write_text(report(FIGURES[number], place), encoding="utf8")
    one_run(seeds, data)
    (data / "published/warehouse.duckdb").write_bytes(b"no warehouse")
    (seeds / "4.txt").write_text(report(FIGURES[4], PLACES[4]), encoding="utf8")
    run, _ = one_run(seeds, data)
    assert "could not be made from" in run.problems[0]
    assert query(data, "SELECT count(*) FROM documents") == [(5,)]


def test_a_killed_run_is_gone_on_with(tmp_path: Path) -> None:
    seeds, data = tmp_path / "seeds", tmp_path / "data"
    seeds.mkdir()
    for number, place in enumerate(PLACES):
        (seeds / f"{number}.txt").write_text(report(FIGURES[number], place), encoding="utf8")
    with pytest.raises(Killed):
        one_run(seeds, data, dies_after=3)
    _, read = one_run(seeds, data)
    assert len(read) == 2
