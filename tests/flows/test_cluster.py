"""The flow on a Dask cluster: the same bytes as without one, whatever dies; and what it says where something is missing."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("prefect_dask", reason="the dependency group `dask` is not installed")
moto_server = pytest.importorskip("moto.server", reason="moto is not installed, which stands for S3 here")

from flows.ingest.inventory import scan  # noqa: E402
from flows.run import managed_run  # noqa: E402
from flows.settings import Settings  # noqa: E402
from flows.state import fingerprints  # noqa: E402
from flows.state.data_folder import DataFolder  # noqa: E402
from flows.state.manifest import manifest_of  # noqa: E402
from flows.state.planning import make_plan  # noqa: E402
from flows.state.shard_store import UNFINISHED, ShardBucket, ShardFolder, fetch_shards, mirror  # noqa: E402
from flows.state.source_files import NoDocuments  # noqa: E402
from flows.util import object_storage  # noqa: E402
from flows.util.object_storage import Remote, StorageError  # noqa: E402
from flows.workers import dask_cluster  # noqa: E402
from flows.workers.batching import Batch, JobOptions, make_batches  # noqa: E402
from tests.cluster import Cluster  # noqa: E402
from tests.cluster import cluster as start_cluster  # noqa: E402
from tests.conftest import Server, report  # noqa: E402
from tests.flows.test_batches import MOMENT, planned, write  # noqa: E402
from transforms.rows import document_id  # noqa: E402
from warehouse.storage.parquet import read_table  # noqa: E402

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    """Storage that speaks S3, empty; the environment in which it is found."""
    import urllib.request

    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    found = {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": address,
        "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, value in found.items():
            patch.setenv(name, value)
        urllib.request.urlopen(urllib.request.Request(f"{address}/bucket", method="PUT"))
        yield found
    server.stop()


@pytest.fixture(scope="module")
def workers(server: Server, s3: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers, each a process."""
    with start_cluster(tmp_path_factory.mktemp("dask"), server.environment(**s3)) as made:
        yield made


def parquet(data: Path) -> dict[str, bytes]:
    """The published Parquet files, without the table of runs, which says when each began and ended."""
    root = data / "parquet"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file() and path.parent.name != "runs"}


def kill_at_work(workers: Cluster, store: Path) -> tuple[str, bool]:
    """Kill a worker that has finished one shard of a batch and not yet the batch; its name, and whether it was in time."""
    names = {process.pid: name for name, process in workers.workers.items()}
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        for workshop in store.glob(f"{UNFINISHED}{socket.gethostname()}-*"):
            pid = int(workshop.name.removeprefix(f"{UNFINISHED}{socket.gethostname()}-").split("-")[0])
            if pid in names and any(path.name in os.listdir(store) for path in workshop.iterdir()):
                os.kill(pid, signal.SIGKILL)
                workers.workers[names[pid]].wait()
                return names[pid], workshop.is_dir()
        time.sleep(0.002)
    raise AssertionError("no worker was at work")


@pytest.fixture(scope="module")
def here(server: Server, s3: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    """Documents, and what a run without a cluster makes of them."""
    root = tmp_path_factory.mktemp("here")
    seeds = root / "seeds"
    (seeds / "北京 市").mkdir(parents=True)
    (seeds / "北京 市" / "报告+1.txt").write_text(report(place="顺义区"), encoding="utf8")
    (seeds / "empty.txt").touch()
    for number in range(60):
        (seeds / f"{number}.txt").write_text(report(f"固定资产投资增长 {number}.1%", f"第{number}区"), encoding="utf8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1750000000")
        summary = run_flow(server, seeds, root / "data")
        yield Reference(seeds, summary.run_id, parquet(root / "data"))


@dataclass
class Reference:
    """A run that the runs on the cluster are compared with."""

    seeds: Path
    run_id: str
    parquet: dict[str, bytes]


def run_flow(server: Server, seeds: object, data: Path, **parameters: Any) -> Any:
    from prefect.settings import temporary_settings

    from flows.pipeline import pipeline

    with temporary_settings({"api.url": server.api_url, "home": server.home}):
        return pipeline(str(seeds), str(data), **parameters)


@pytest.fixture
def on_cluster(workers: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAOGAO_RUNNER", "dask")
    monkeypatch.setenv("BAOGAO_DASK_ADDRESS", workers.address)


def test_one_of_two_workers_killed_at_work_gives_the_bytes_of_a_run_without_cluster(
    here: Reference, server: Server, workers: Cluster, on_cluster: None, data: Path
) -> None:
    killed: list[tuple[str, bool]] = []
    killer = threading.Thread(target=lambda: killed.append(kill_at_work(workers, data / "store")), daemon=True)
    killer.start()
    summary = run_flow(server, here.seeds, data)
    ((name, in_time),) = killed
    assert workers.workers[name].returncode == -signal.SIGKILL
    assert in_time, "it was killed before it could tidy up"
    assert summary.run_id == here.run_id
    assert summary.context.journal.worker_seconds
    assert parquet(data) == here.parquet
    assert len(here.parquet) > 100
    workers.start_worker(name)


def test_seeds_and_shards_on_shared_storage(
    here: Reference, server: Server, on_cluster: None, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote, kept = Remote("s3://bucket/reports"), ShardBucket(Remote("s3://bucket/shards"))
    for path in here.seeds.rglob("*.txt"):
        remote.write(str(path.relative_to(here.seeds)), path.read_bytes())
    remote.write(".hidden/no.txt", report().encode())
    stale = make_plan(scan(remote, 10**9), None, tmp_path, engine=fingerprints.engine()).todo[0].key
    (tmp_path / stale).mkdir()
    kept.put(stale, tmp_path)
    monkeypatch.setenv("BAOGAO_STORE", "s3://bucket/shards")
    there = run_flow(server, remote, data, fresh=True)
    assert there.run_id == here.run_id
    assert parquet(data) == here.parquet
    assert kept.keys() == {item.key for item in there.plan.shards} == ShardFolder(data / "store").keys()

    from flows import pipeline

    with managed_run(DataFolder(tmp_path / "another"), Settings.load()) as run:
        again = pipeline.make_plan(run, scan(here.seeds, 10**9), "")
    assert again.todo == (), "what is kept on the storage is not read again"
    assert len(again.shards) == len(there.plan.shards)


# shared storage ------------------------------------------------------------------------------------------------------


def test_a_shard_is_the_same_wherever_it_was_kept(s3: dict[str, str], tmp_path: Path) -> None:
    key, made = "0" * 32, tmp_path / "made"
    (made / key).mkdir(parents=True)
    (made / key / "metrics.parquet").write_bytes(b"rows")
    bucket = ShardBucket(Remote("s3://bucket/kept"))
    for kept in (bucket, ShardFolder(tmp_path / "kept")):
        assert not kept.has(key)
        kept.put(key, made)
        assert kept.has(key)
        assert fetch_shards(kept, [key, "1" * 32], tmp_path / type(kept).__name__) == {key}
        assert (tmp_path / type(kept).__name__ / key / "metrics.parquet").read_bytes() == b"rows"
        (made / key / "metrics.parquet").write_bytes(b"rows")
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == [key]

    bucket.remote.write(f"{key}.zip", b"no archive")
    assert fetch_shards(bucket, [key], tmp_path / "damaged") == set()
    assert not bucket.has(key)
    bucket.remote.write("notes.txt", b"not ours")
    shutil.move(made / key, made / ("2" * 32))
    mirror(bucket, made)
    assert bucket.keys() == {"2" * 32}
    assert bucket.remote.has("notes.txt")


def test_storage_that_cannot_be_had_stops_and_says_why(s3: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StorageError, match=r"s3://none/x cannot be used: there is no bucket none.*AWS_ACCESS_KEY_ID"):
        scan(Remote("s3://none/x"), 10**9)
    with pytest.raises(NoDocuments, match="no document in s3://bucket/nothing"):
        scan(Remote("s3://bucket/nothing"), 10**9)
    Remote("s3://bucket/listed").write("sources.yml", b"sources:")
    with pytest.raises(NoDocuments, match=r"holds a sources\.yml"):
        scan(Remote("s3://bucket/listed"), 10**9)
    Remote("s3://bucket/large").write("a.txt", b"x" * 100)
    assert [item.error for item in scan(Remote("s3://bucket/large"), 99).failures] == ["too_large"]
    with pytest.raises(FileNotFoundError):
        object_storage.read("s3://bucket/none.txt")


# what a task does ----------------------------------------------------------------------------------------------------


def order(folder: Path, **more: Any) -> dask_cluster.TaskConfig:
    return dask_cluster.task_config(Settings(**more), str(folder / "store"))


def batched(folder: Path, manifest: dict[str, object] | None = None) -> list[Batch]:
    options = JobOptions(str(folder / "store"), "run-000001-00000000", MOMENT, "v")
    return make_batches(planned(folder, manifest).todo, options, batch_bytes=10**9, workers=1)


def test_a_task_given_twice_goes_on_from_what_is_kept(tmp_path: Path) -> None:
    write(tmp_path, a=report(), b=report("财政收入增长 7%"))
    jobs = [job for batch in batched(tmp_path) for job in batch.jobs]
    assert len(jobs) == 2
    assert [done.documents for done in dask_cluster.read_shards(jobs[:1], order(tmp_path))] == [1]
    assert [done.key for done in dask_cluster.read_shards(jobs, order(tmp_path))] == [jobs[1].key]
    assert ShardFolder(tmp_path / "store").keys() == {job.key for job in jobs}
    assert not list((tmp_path / "store").glob(f"{UNFINISHED}*"))


def test_a_shard_of_which_a_part_changed_takes_the_rest_from_where_it_is_kept(s3: dict[str, str], tmp_path: Path) -> None:
    same = [name for name in map(str, range(3000)) if document_id(f"{name}.txt")[:2] == "00"][:2]
    write(tmp_path, **dict.fromkeys(same, report()))
    given = dask_cluster.TaskConfig(dask_cluster.loaded_code(), "s3://bucket/parts", 120, 0)
    dask_cluster.read_shards(batched(tmp_path)[0].jobs, given)
    found = scan(tmp_path / "seeds", 10**9)
    kept = ShardBucket(Remote("s3://bucket/parts"))
    fetch_shards(kept, kept.keys(), tmp_path / "store")
    manifest = manifest_of("run-000001-00000000", planned(tmp_path), found)
    write(tmp_path, **{same[1]: report("财政收入增长 7%")})
    (job,) = batched(tmp_path, manifest)[0].jobs
    assert [name for name, _, _ in job.files] == [f"{same[1]}.txt"]
    assert kept.has(str(job.earlier))
    dask_cluster.read_shards([job], given)
    fetch_shards(kept, [job.key], tmp_path / "store")
    assert sorted(read_table("documents", tmp_path / "store" / job.key / "documents.parquet", ["file_name"]).to_pylist(), key=str) == [
        {"file_name": f"{name}.txt"} for name in sorted(same)
    ]


def test_a_machine_with_other_code_or_without_the_documents_does_no_work(tmp_path: Path) -> None:
    write(tmp_path, a=report())
    ((job,),) = (batch.jobs for batch in batched(tmp_path))
    other = dask_cluster.TaskConfig("other", str(tmp_path / "store"), 120, 0)
    with pytest.raises(dask_cluster.ClusterError, match="its code, rules or libraries"):
        dask_cluster.read_shards([job], other)
    shutil.move(tmp_path / "seeds", tmp_path / "elsewhere")
    with pytest.raises(dask_cluster.ClusterError, match=r"does not see .*seeds\. Documents must lie"):
        dask_cluster.read_shards([job], order(tmp_path))
    assert not ShardFolder(tmp_path / "store").keys()


# what is looked at first ---------------------------------------------------------------------------------------------


def test_without_scheduler_or_workers_the_run_says_what_to_start(
    seeds: Path, data: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cluster, "CONNECT_SECONDS", 1)
    monkeypatch.setattr(dask_cluster, "WORKER_SECONDS", 1)
    monkeypatch.setenv("BAOGAO_RUNNER", "dask")
    monkeypatch.setenv("BAOGAO_DASK_ADDRESS", "tcp://127.0.0.1:1")
    with pytest.raises(dask_cluster.ClusterError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:1"):
        run_flow(server, seeds, data)
    with start_cluster(tmp_path / "dask", server.environment(), workers=0) as alone:
        monkeypatch.setenv("BAOGAO_DASK_ADDRESS", alone.address)
        with pytest.raises(dask_cluster.ClusterError, match="has no worker"):
            run_flow(server, seeds, data)
    assert [row["status"] for row in DataFolder(data).run_log.table_rows(9)] == ["failed", "failed"]
    assert not DataFolder(data).shard_store.exists() or not list(DataFolder(data).shard_store.iterdir())


def test_what_a_machine_lacks_is_told_machine_by_machine(workers: Cluster, tmp_path: Path) -> None:
    settings = Settings(runner="dask", dask_address=workers.address)
    with pytest.raises(dask_cluster.ClusterError) as said:
        dask_cluster.require(settings, str(tmp_path / "store"), api_url="http://127.0.0.1:1/api")
    lines = str(said.value).splitlines()
    assert len(lines) >= 2, "a worker just started may not be there yet"
    assert all("cannot reach Prefect's server at http://127.0.0.1:1/api" in line and "tcp://" in line for line in lines[1:])
    assert dask_cluster.require(settings, str(tmp_path / "store"), api_url=None) in (1, 2)


def test_a_machine_that_sees_another_store_is_told(tmp_path: Path) -> None:
    mine = dask_cluster.Requirements(dask_cluster.loaded_code(), "", str(tmp_path / "store"), "0" * 32)
    assert "does not see what is stored in" in dask_cluster.unmet_requirements(mine)[0]
    with dask_cluster._probe(ShardFolder(tmp_path / "store")) as probe:
        seen = dask_cluster.Requirements(dask_cluster.loaded_code(), "", str(tmp_path / "store"), probe)
        assert dask_cluster.unmet_requirements(seen) == []
        unseen = dask_cluster.Requirements("other", "", str(tmp_path / "store"), probe, ("/nowhere/a.txt",))
        assert [problem.split(" ")[1] for problem in dask_cluster.unmet_requirements(unseen)] == ["code,", "does"]
    assert not list((tmp_path / "store").iterdir())
