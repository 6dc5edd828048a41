"""The Great Expectations project in ``expectations/gx``, which its own notebooks open: made from our files, never edited.

``python -m expectations.gx_runner.project`` writes it, ``--check`` says whether it is up to date. In Python:

    import great_expectations as gx
    context = gx.get_context(mode="file", project_root_dir="expectations")
    context.checkpoints.get("units.metrics").run(batch_parameters={"dataframe": frame})

where ``frame`` is what :func:`expectations.gx_runner.checkpoint.frame` makes of a data folder.
"""

from __future__ import annotations

import itertools
import re
import shutil
import sys
import tempfile
import uuid
from pathlib import Path

from expectations.gx_runner.runner import RESULT_FORMAT, build_suite, grouped, quiet
from expectations.suites import expectations

EXPECTATIONS = Path(__file__).parents[1]
FOLDER = "gx"
GENERATED = ("expectations", "validation_definitions", "checkpoints", "great_expectations.yml")
SOURCE = "candidate"
_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_NAMES = uuid.UUID("6f1c1f0e-5d0b-5c4e-9c39-0d4a4e1f7d11")


def write(root: Path) -> Path:
    """Write the project to ``root/gx``, the same bytes for the same expectations.

    Returns:
        The folder. What is there besides (``uncommitted``: results, Data Docs) stays.
    """
    with tempfile.TemporaryDirectory() as aside:
        _make(Path(aside))
        _with_lasting_ids(Path(aside) / FOLDER)
        target = root / FOLDER
        target.mkdir(parents=True, exist_ok=True)
        for name in GENERATED:
            made, place = Path(aside) / FOLDER / name, target / name
            if made.is_dir():
                shutil.rmtree(place, ignore_errors=True)
                shutil.copytree(made, place, ignore=shutil.ignore_patterns(".ge_*"))
            else:
                shutil.copyfile(made, place)
        (target / ".gitignore").write_text("uncommitted/\nplugins/\n", encoding="utf8")
    return target


def _make(root: Path) -> None:
    with quiet():
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="file", project_root_dir=str(root))
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        context.variables.save()
        source = context.data_sources.add_pandas(SOURCE)
        for (table, suite), group in grouped(expectations()):
            name = f"{suite}.{table}"
            batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("whole")
            made = context.suites.add(build_suite(suite, table, group))
            definition = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=made))
            context.checkpoints.add(gx.Checkpoint(name=name, validation_definitions=[definition], result_format=RESULT_FORMAT))


def _with_lasting_ids(folder: Path) -> None:
    """Replace the random ids of Great Expectations by ids derived from file and position: unchanged content gives unchanged files."""
    ids: dict[str, str] = {}
    files = [
        path for name in GENERATED for path in [folder / name, *sorted((folder / name).rglob("*"))] if path.suffix in (".yml", ".json")
    ]
    files.sort(key=lambda path: path.suffix == ".yml")
    for path in files:
        text, named = path.read_text(encoding="utf8"), itertools.count(1)
        for found in _ID.findall(text):
            if found not in ids:
                ids[found] = str(uuid.uuid5(_NAMES, f"{path.relative_to(folder).as_posix()}#{next(named)}"))
        path.write_text(_ID.sub(lambda match: ids[match.group()], text), encoding="utf8")


def contents(folder: Path) -> dict[str, bytes]:
    """The files that are kept of a project, by their path in it."""
    found = (path for name in GENERATED for path in [folder / name, *(folder / name).rglob("*")] if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def main(arguments: list[str]) -> int:
    """Write the project, or with ``--check`` say whether it is up to date: 1 where it is not."""
    if arguments == ["--check"]:
        with tempfile.TemporaryDirectory() as aside:
            same = contents(write(Path(aside))) == contents(EXPECTATIONS / FOLDER)
        print("up to date" if same else "expectations/gx is out of date: python -m expectations.gx_runner.project")  # noqa: T201
        return 0 if same else 1
    if arguments:
        print("usage: python -m expectations.gx_runner.project [--check]", file=sys.stderr)  # noqa: T201
        return 2
    print(write(EXPECTATIONS))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
