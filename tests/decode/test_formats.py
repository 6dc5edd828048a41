"""One report as txt, md, html, docx, pdf, doc, rtf, odt, mht, epub and ofd is one text with the same metrics."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.decode.makers import docx_of, epub_of, html_of, mht_of, odt_of, ofd_of, pdf_of, rtf_of, set_in_lines, squeeze
from transforms.decode import decode
from transforms.dedupe.signature import same_text, signature
from transforms.identify import identify
from transforms.pipeline import process
from transforms.types import RawFile

SEED = Path(__file__).resolve().parents[2] / "seeds" / "miyun_2023.txt"
LINES = [line.strip() for line in SEED.read_text(encoding="utf8").split("\n") if line.strip()]
FORMATS: dict[str, Callable[[], bytes]] = {
    "txt": lambda: SEED.read_bytes(),
    "html": lambda: html_of(LINES),
    "docx": lambda: docx_of(LINES),
    "pdf": lambda: pdf_of(LINES),
    "doc": (Path(__file__).parent / "files" / "seed.doc").read_bytes,  # saved by LibreOffice
    "rtf": lambda: rtf_of(LINES),
    "odt": lambda: odt_of(LINES),
    "mht": lambda: mht_of(LINES),
    "epub": lambda: epub_of(LINES),
    "ofd": lambda: ofd_of(LINES),
    "md": lambda: ("# " + LINES[0] + "\n\n## " + LINES[1] + "\n\n" + "\n\n".join(LINES[2:])).encode(),
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_seed(name: str) -> None:
    decoded = decode(RawFile("x", FORMATS[name]()))
    assert decoded.format == name
    assert squeeze(decoded.text) == squeeze("".join(LINES))
    assert same_text(signature(decoded.text), signature("\n".join(LINES)))
    identity = identify(decoded, "x")
    assert (identity.doc_type, identity.region_code, identity.report_year) == ("work_report", "110118", 2023)


def figures(data: bytes) -> list[tuple[object, ...]]:
    """What a file says in numbers, without where it stands."""
    made = process(RawFile("x", data), run_id="r", ingested_at=datetime(2026, 1, 1, tzinfo=UTC), pipeline_version="v")
    return [tuple(squeeze(value) if isinstance(value := row[name], str) else value for name in FIELDS) for row in made.metrics]


FIELDS = (
    "indicator",
    "indicator_id",
    "statistic",
    "value",
    "value_high",
    "unit",
    "bound",
    "modality",
    "basis",
    "period_start",
    "period_end",
)


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("txt", "pdf", "ofd")])
def test_the_same_metrics(name: str) -> None:
    assert figures(FORMATS[name]()) == figures(FORMATS["txt"]())


def paragraphs() -> list[str]:
    """The seed's paragraphs; its file breaks them into lines."""
    out = [""]
    for line in LINES:
        out[-1] += line
        if len(line) < 22 or line.endswith("。"):
            out.append("")
    return [paragraph for paragraph in out if paragraph]


@pytest.mark.parametrize("make", [functools.partial(pdf_of, justified=True), ofd_of], ids=["pdf", "ofd"])
def test_the_same_metrics_of_pages(make: Callable[[list[str]], bytes]) -> None:
    """Paragraphs set in lines go on over lines and pages."""
    assert figures(make(set_in_lines(paragraphs()))) == figures("\n".join(paragraphs()).encode())


@pytest.mark.parametrize("codec", ["gb18030", "utf-16", "utf-8-sig"])
def test_the_seed_in_other_encodings(codec: str) -> None:
    text = SEED.read_text(encoding="utf8")
    assert decode(RawFile("x", text.encode(codec))).text == text


def test_the_seed_is_stored_as_it_is() -> None:
    assert decode(RawFile("x", SEED.read_bytes())).text == SEED.read_text(encoding="utf8")
