"""The same report in two files is one report; another year, place or draft is not."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterable

import pytest

from tests.decode.makers import docx_of, html_of, pdf_of
from tests.decode.test_formats import LINES, SEED
from transforms.decode import decode
from transforms.dedupe.copies import Outline, Sketch, common_figures, find_copies, is_copy, sketch
from transforms.types import RawFile

TEXT = SEED.read_text(encoding="utf8")


def outline(name: str, text: str | Sketch, *, form: str = "txt", region: str | None = "110118", year: int | None = 2023, metrics: int = 100,
            recognised: bool = False) -> Outline:  # fmt: skip
    kept = text if isinstance(text, Sketch) else sketch(text)
    return Outline(name, f"{name}.{form}", form, recognised, region, year, metrics, kept)


def changed(text: str, share: float) -> str:
    """The text with that share of its numbers changed."""
    chance = random.Random(7)
    return re.sub(r"\d+", lambda found: str(int(found.group()) + 11) if chance.random() < share else found.group(), text)


@pytest.mark.parametrize(
    "data", [html_of(LINES), docx_of(LINES), pdf_of(LINES), TEXT.encode("gb18030")], ids=["html", "docx", "pdf", "gb18030"]
)
def test_the_same_report_in_another_format_is_a_copy(data: bytes) -> None:
    other = sketch(decode(RawFile("x", data)).text)
    assert common_figures(sketch(TEXT), other) >= 0.95
    assert is_copy(outline("a", TEXT), outline("b", other, year=None))


def test_a_few_corrected_numbers_leave_a_copy_many_do_not() -> None:
    seed = outline("a", TEXT)
    assert is_copy(seed, outline("b", changed(TEXT, 0.02)))
    for share in (0.25, 0.5, 1):
        assert not is_copy(seed, outline("b", changed(TEXT, share))), share


def test_the_same_words_of_another_place_or_year_are_no_copy() -> None:
    other = TEXT.replace("密云", "怀柔")
    assert is_copy(outline("a", TEXT), outline("b", other)), "the figures alone do not tell these apart"
    assert not is_copy(outline("a", TEXT), outline("b", other, region="110116"))
    assert not is_copy(outline("a", TEXT), outline("b", other, year=2024))
    assert is_copy(outline("a", TEXT), outline("b", other, region=None, year=None))
    assert is_copy(outline("a", TEXT), outline("b", "\n" + TEXT, region="110116")), (
        "an equal text is the same report whatever its name says"
    )


def test_short_texts_are_copies_only_when_they_are_equal() -> None:
    short = "过去一年，地区生产总值增长 5.2%，一般公共预算收入 39.7 亿元。"
    assert is_copy(outline("a", short), outline("b", short.replace(" ", "\n")))
    assert not is_copy(outline("a", short), outline("b", short.replace("5.2", "5.3")))
    assert sketch(short).figures == ()


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"recognised": False, "metrics": 1}, {"recognised": True, "metrics": 200}),
        ({"metrics": 1}, {"region": None, "metrics": 200}),
        ({"metrics": 101, "form": "pdf"}, {"form": "docx"}),
        ({"form": "docx"}, {"form": "html"}),
        ({"form": "txt"}, {"form": "pdf"}),
    ],
)
def test_which_document_counts(better: dict[str, object], worse: dict[str, object]) -> None:
    pair = [outline("z", TEXT, **better), outline("a", TEXT, **worse)]  # type: ignore[arg-type]
    assert find_copies(pair) == find_copies(reversed(pair)) == {"a": "z"}


def test_the_answer_does_not_depend_on_the_order_and_copies_lead_to_what_counts() -> None:
    texts = {f"{i:02d}": changed(TEXT, share) for i, share in enumerate([0, 0, 0.02, 0.04, 0.06, 0.1, 0.12, 0.3, 0.3, 1])}
    outlines = [outline(name, text, year=None if name > "05" else 2023) for name, text in texts.items()]
    found = find_copies(outlines)
    assert {"01", "02"} <= found.keys()
    assert "09" not in found
    assert not found.keys() & set(found.values())
    by_id = {item.document_id: item for item in outlines}
    assert all(is_copy(by_id[copy], by_id[original]) for copy, original in found.items())
    for turn in range(5):
        random.Random(turn).shuffle(outlines)
        assert find_copies(outlines) == found


def many(kind: str, count: int) -> Iterable[Outline]:
    chance = random.Random(3)
    base = sketch(TEXT)
    for i in range(count):
        figures = list(base.figures)
        for place in chance.sample(range(128), 128 if kind == "distinct" else chance.randrange(64)):
            figures[place] = chance.randrange(2**31)
        phrases = tuple(sorted(chance.sample(range(2**32), 64))) if kind == "distinct" else base.phrases
        known = chance.random() > 0.05
        yield outline(
            f"{i:016x}", Sketch(str(i), phrases, tuple(figures)), region=str(110000 + i % 3000) if known else None, year=2000 + i % 20
        )


@pytest.mark.parametrize(("kind", "seconds"), [("distinct", 15), ("alike", 60)])
def test_thirteen_thousand_documents(kind: str, seconds: float) -> None:
    began = time.process_time()
    found = find_copies(many(kind, 13_000))
    assert time.process_time() - began < seconds
    assert bool(found) == (kind == "alike")
