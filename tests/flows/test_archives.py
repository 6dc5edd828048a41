"""An archive of reports: each member is a document of its own."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, query
from transforms.rows import document_id

SEED = REPOSITORY / "seeds" / "miyun_2023.txt"


def archive(path: Path, **files: bytes) -> None:
    """Write a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    path.write_bytes(packed.getvalue())


def documents(data: Path) -> list[tuple[str, int]]:
    """Source path and metrics of each document of the warehouse."""
    counted = "(SELECT count(*) FROM metrics m WHERE m.document_id = d.document_id)"
    return query(data, f"SELECT source_path, {counted} FROM documents d ORDER BY 1")


@pytest.mark.xdist_group("prefect")
def test_members_are_documents_and_stay_when_another_file_changes(run: Callable[..., object], data: Path, tmp_path: Path) -> None:
    seeds = tmp_path / "archives"
    seeds.mkdir()
    archive(seeds / "reports.zip", **{"one/report.txt": SEED.read_bytes(), "empty.txt": b""})
    run(seeds=str(seeds))
    (first,) = documents(data)
    assert first[0] == "reports.zip!/one/report.txt"
    assert first[1] > 100
    assert query(data, "SELECT source_path, error FROM failures") == [("reports.zip!/empty.txt", "empty")]

    shard = document_id("reports.zip")[:2]
    beside = next(name for number in range(9999) if document_id(name := f"note_{number}.txt")[:2] == shard)
    (seeds / beside).write_text("全县建成公园12个。", encoding="utf8")  # in the archive's shard, which is worked on anew
    run(seeds=str(seeds))
    assert first in documents(data)
    shutil.move(seeds / "reports.zip", tmp_path / "away.zip")
    run(seeds=str(seeds))
    assert not [path for path, _ in documents(data) if path.startswith("reports.zip")]
