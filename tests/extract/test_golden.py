"""The report in seeds/ is read as it was agreed on."""

from tests.extract.golden.__main__ import GOLDEN, lines


def test_the_seed_is_read_as_agreed() -> None:
    found, agreed = lines(), GOLDEN.read_text(encoding="utf8").splitlines()
    differing = [(was, now) for was, now in zip(agreed, found, strict=False) if was != now]
    assert differing == [], "after a change that was meant: python -m tests.extract.golden --update, and read the diff"
    assert len(found) == len(agreed)
