"""What cannot be meant in a file of rules is told before any document is read, with the file and the reason."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import transforms

CHECK = "from transforms.rules import check_rules; check_rules()"
SPOILT = {
    "corrections.yml": (
        "- {document: a.txt, quote: '粮食[21]万吨', field: worth, expect: 1, value: 2, reason: r}",
        "entry 1: field is 'worth'",
    ),
    "lexicon/units.yml": ("- {dimension: [", "units.yml is not valid YAML"),
    "lexicon/numbers.yml": ("- {id: odd, class: date, after: '(('}", "numbers.yml: rule odd: after"),
    "lexicon/wording.yml": ("- {id: share, en: x, pattern: '(('}", "wording.yml: share"),
    "lexicon/implied_units.yml": ("- {unit: 人, nouns: '农民'}", "an entry has not the shape of the others (KeyError: 'reach')"),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder whose ``transforms`` are a copy that a test may spoil."""
    shutil.copytree(Path(transforms.__file__).parent, tmp_path / "transforms", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def _check(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", CHECK], cwd=checkout, capture_output=True, encoding="utf8", check=False, timeout=120)


def test_the_rules_as_they_are_can_be_meant(checkout: Path) -> None:
    done = _check(checkout)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", SPOILT)
def test_a_broken_file_is_told_with_its_reason(name: str, checkout: Path) -> None:
    text, reason = SPOILT[name]
    (checkout / "transforms" / name).write_text(text, encoding="utf8")
    done = _check(checkout)
    assert done.returncode == 1
    said = done.stderr[done.stderr.rindex("\ntransforms.") :]
    assert Path(name).name in said
    assert reason in said
