"""The library: what a program that imports baogao can set of a run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Server, report

pytestmark = pytest.mark.xdist_group("prefect")
RUN = (
    "import json, sys, baogao; done = baogao.run(sys.argv[1], sys.argv[2], max_file_bytes=2000);"
    "print(json.dumps([done.counts['documents_seen'], [[each['source_path'], each['error']] for each in done.failures]]))"
)


def test_a_run_has_the_settings_that_it_is_given(server: Server, seeds: Path, data: Path) -> None:
    (seeds / "long.txt").write_text(report() * 20, encoding="utf8")
    environment = server.environment(BAOGAO_MAX_FILE_BYTES="100")  # an argument takes precedence
    command = [sys.executable, "-c", RUN, str(seeds), str(data)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [3, [["long.txt", "too_large"]]]
