"""The wheel: one import name, beside other packages, with all that it needs inside."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Server, clean_environment

SEED = REPOSITORY / "seeds" / "miyun_2023.txt"
pytestmark = [pytest.mark.xdist_group("wheel"), pytest.mark.slow]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder), "."]
    subprocess.run(command, cwd=REPOSITORY, check=True, env=clean_environment(), capture_output=True)
    return next(folder.glob("baogao-*.whl"))


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel, and this one's packages without the checkout."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    site = next((folder / "lib").glob("python*")) / "site-packages"
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"], encoding="utf8")
    python = folder / "bin" / "python"
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--ignore-installed",
        str(wheel),
    ]
    subprocess.run(command, check=True, env=clean_environment(), capture_output=True)
    return folder


def test_a_wheel_holds_one_import_name(wheel: Path) -> None:
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"baogao"}
    assert "baogao/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_the_library_reads_a_file_as_the_checkout_does(elsewhere: Path, tmp_path: Path) -> None:
    import baogao

    code = (
        "import sys, baogao; found = baogao.extract(sys.argv[1]); print(len(found), found[0].indicator, found[-1].value);"
        "print(*[name for name in sys.modules if name.split('.')[0] in ('flows', 'transforms', 'warehouse', 'expectations')])"
    )
    command = [str(elsewhere / "bin" / "python"), "-c", code, str(SEED)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, env=clean_environment())
    here = baogao.extract(SEED)
    assert done.stdout.splitlines() == [f"{len(here)} {here[0].indicator} {here[-1].value}", ""]


def test_a_run_of_the_installed_program_publishes(elsewhere: Path, server: Server, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "report.txt").write_bytes(SEED.read_bytes())
    code = (
        "import baogao; print(baogao.run('seeds', 'data').counts['metrics']);"
        "print(baogao.open_warehouse('data').sql('SELECT count(*) FROM metrics').fetchall()[0][0])"
    )
    done = subprocess.run(
        [str(elsewhere / "bin" / "python"), "-c", code], cwd=tmp_path, capture_output=True, text=True, env=server.environment(), timeout=240
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split()
    assert first == second
    assert int(first) > 100


def test_errors_say_what_is_wrong(tmp_path: Path) -> None:
    import baogao

    (tmp_path / "empty.txt").write_bytes(b"")
    with pytest.raises(baogao.DocumentError, match="empty") as refused:
        baogao.extract(tmp_path / "empty.txt")
    assert refused.value.error == "empty"
    with pytest.raises(baogao.WarehouseError, match="no warehouse"):
        baogao.open_warehouse(tmp_path)
    with pytest.raises(baogao.RunError, match="sedes"):
        baogao.run(tmp_path / "sedes", tmp_path / "data")
