"""One report as txt, md, html, docx and pdf is one text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.decode.makers import docx_of, html_of, pdf_of, squeeze
from transforms.decode import decode
from transforms.dedupe.signature import same_text, signature
from transforms.identify import identify
from transforms.types import RawFile

SEED = Path(__file__).resolve().parents[2] / "seeds" / "miyun_2023.txt"
LINES = [line.strip() for line in SEED.read_text(encoding="utf8").split("\n") if line.strip()]
FORMATS: dict[str, Callable[[], bytes]] = {
    "txt": lambda: SEED.read_bytes(),
    "html": lambda: html_of(LINES),
    "docx": lambda: docx_of(LINES),
    "pdf": lambda: pdf_of(LINES),
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


@pytest.mark.parametrize("codec", ["gb18030", "utf-16", "utf-8-sig"])
def test_the_seed_in_other_encodings(codec: str) -> None:
    text = SEED.read_text(encoding="utf8")
    assert decode(RawFile("x", text.encode(codec))).text == text


def test_the_seed_is_stored_as_it_is() -> None:
    assert decode(RawFile("x", SEED.read_bytes())).text == SEED.read_text(encoding="utf8")
