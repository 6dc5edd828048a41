"""What is found in the seeds folder, and what of it needs work."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from flows.ingest import inventory
from flows.ingest.inventory import scan
from flows.state import fingerprints, planning
from flows.state.manifest import manifest_of
from flows.state.source_files import Inventory, NoDocuments

LIMIT = 1000


def names(folder: Path) -> list[str]:
    return [file.source_path for file in scan(folder, LIMIT).files]


def refused(folder: Path) -> dict[str, str]:
    return {item.source_path: item.error for item in scan(folder, LIMIT).failures}


def test_documents_are_found_in_subfolders_and_control_files_passed_over(tmp_path: Path) -> None:
    for name in ("b.txt", "sub/a.txt", ".hidden", ".git/x.txt", "sources.yml", "README.md", "~$lock.docx", "Thumbs.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert names(tmp_path) == ["b.txt", "sub/a.txt"]


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.txt").write_text("secret")
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "real.txt").write_text("x")
    (seeds / "alias.txt").symlink_to("real.txt")
    (seeds / "out.txt").symlink_to("../outside/secret.txt")
    (seeds / "folder").symlink_to("../outside")
    (seeds / "nowhere.txt").symlink_to("gone")
    assert names(seeds) == ["alias.txt", "real.txt"]
    assert refused(seeds) == {"folder": "unreadable", "nowhere.txt": "unreadable", "out.txt": "unreadable"}


def test_what_is_no_regular_file_or_too_large_is_refused_without_being_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "large.txt").write_bytes(b"x" * (LIMIT + 1))
    assert refused(tmp_path) == {"large.txt": "too_large", "pipe.txt": "unreadable"}


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "locked.txt").write_text("x")
    real = os.stat

    def stat(path: object, *more: object, **named: object) -> os.stat_result:
        if str(path).endswith("locked.txt"):
            raise PermissionError(13, "Permission denied")
        return real(path, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(inventory.os, "stat", stat)
    found = scan(tmp_path, LIMIT)
    assert not found.files
    assert "Permission denied" in found.failures[0].message


def test_a_file_name_that_is_no_text_is_kept_readable(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff\xfe.txt", "w") as file:
        file.write("x")
    assert names(tmp_path) == ["\\xff\\xfe.txt"]


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_text("x")])
def test_nothing_to_read_is_said_with_the_place(tmp_path: Path, make: object) -> None:
    folder = tmp_path / "seeds"
    make(folder)  # type: ignore[operator]
    with pytest.raises(NoDocuments, match="seeds"):
        scan(folder, LIMIT)


def plan_of(found: Inventory, manifest: dict[str, Any] | None, store: Path, **more: Any) -> planning.Plan:
    return planning.make_plan(found, manifest, store, engine=fingerprints.engine(), **more)


def stored(folder: Path, work: planning.Plan) -> None:
    for item in work.shards:
        (folder / item.key).mkdir(parents=True, exist_ok=True)


def test_only_what_changed_is_worked_on(tmp_path: Path) -> None:
    seeds, kept = tmp_path / "seeds", tmp_path / "store"
    seeds.mkdir()
    for number in range(20):
        (seeds / f"{number}.txt").write_text(str(number))
    found = scan(seeds, LIMIT)
    first = plan_of(found, None, kept)
    assert len(first.new) == 20
    assert first.todo == first.shards
    stored(kept, first)
    manifest = manifest_of("run-000001-00000000", first, found)
    assert plan_of(found, manifest, kept).is_unchanged

    (seeds / "3.txt").write_text("changed")
    (seeds / "4.txt").unlink()
    (seeds / "new.txt").write_text("new")
    second = plan_of(scan(seeds, LIMIT), manifest, kept)
    assert (second.new, second.changed, second.removed) == (("new.txt",), ("3.txt",), ("4.txt",))
    worked_on = {file.source_path for item in second.todo for file in item.files if file.source_path not in item.unchanged}
    assert worked_on == {"3.txt", "new.txt"}


def test_other_rules_or_code_mean_everything_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("a")
    found = scan(tmp_path, LIMIT)
    first = plan_of(found, None, tmp_path / "store")
    stored(tmp_path / "store", first)
    manifest = manifest_of("run-000001-00000000", first, found)
    assert not plan_of(found, manifest, tmp_path / "store").todo
    assert plan_of(found, manifest, tmp_path / "store", full_refresh=True).todo
    monkeypatch.setattr(fingerprints, "engine_hash", lambda: "other")
    again = plan_of(found, manifest, tmp_path / "store")
    assert [item.unchanged for item in again.todo] == [frozenset()]
    assert not again.changed


def test_going_back_to_an_engine_whose_work_is_still_stored_is_a_change(tmp_path: Path) -> None:
    """The shards of the run before the last are still there: nothing is to be read, and yet other rows are to be published."""
    (tmp_path / "a.txt").write_text("a")
    found, store = scan(tmp_path, LIMIT), tmp_path / "store"
    one, other = (planning.make_plan(found, None, store, engine=engine) for engine in ("one", "other"))
    stored(store, one)
    stored(store, other)
    back = planning.make_plan(found, manifest_of("run-000002-00000000", other, found), store, engine="one")
    assert not back.todo
    assert not back.is_unchanged


def test_the_engine_depends_on_recognition_and_on_the_files_of_own_rules(tmp_path: Path) -> None:
    (tmp_path / "units.yml").write_text("[]")
    engines = {fingerprints.engine(), fingerprints.engine(ocr="Tesseract 5"), fingerprints.engine(rules=tmp_path)}
    (tmp_path / "units.yml").write_text("[ ]")
    assert len(engines | {fingerprints.engine(rules=tmp_path)}) == 4


def test_the_hash_of_a_tree_sees_names_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x")
    before = fingerprints.tree_hash(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    renamed = fingerprints.tree_hash(tmp_path)
    (tmp_path / "b.py").write_text("y")
    assert len({before, renamed, fingerprints.tree_hash(tmp_path)}) == 3
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/b.pyc").write_text("z")
    assert fingerprints.tree_hash(tmp_path) == fingerprints.tree_hash(tmp_path)
