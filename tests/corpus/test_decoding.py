"""Real documents are decoded whole and clean: no page furniture, nothing of a text layer lost, no two taken for one."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter

import pytest

from tests.corpus.reading import REPORTS
from tests.corpus.test_floors import _sample
from transforms.decode import decode
from transforms.decode.characters import clean
from transforms.dedupe.signature import same_text, signature
from transforms.types import Decoded, DecodeError, RawFile

pytestmark = [
    pytest.mark.skipif(not REPORTS.is_dir(), reason="no real reports beside the repository"),
    pytest.mark.xdist_group("corpus"),
]
FURNITURE = re.compile(
    r"\\r\\n|责任编辑|您的位置|^.{0,40}(?:浏览次数|阅读量|点击量)[：:]|【字号|分享到|ICP备|公网安备|版权所有|来自马克数据网|Public domain"
    "|[\u2e80-\u2fdf\uf900-\ufaff]",
    re.MULTILINE,
)
NAMES = [path.name for path in _sample() if path.parent.name == "documents"] if REPORTS.is_dir() else []
PDFS = [name for name in NAMES if name.endswith("pdf")]


@functools.cache
def outcome(name: str) -> Decoded | DecodeError:
    try:
        return decode(RawFile("doc_001", (REPORTS / "documents" / name).read_bytes()))
    except DecodeError as refusal:
        return refusal


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_free_of_page_furniture_or_refused_with_advice(name: str) -> None:
    decoded = outcome(name)
    if isinstance(decoded, DecodeError):
        assert len(decoded.message) > 40
    else:
        assert FURNITURE.findall(decoded.text) == []


def _is_page_number(lost: Counter[str], page: int) -> bool:
    """Whether what a page's text lacks is its printed number, which may count from a later page than the first."""
    plain = Counter(unicodedata.normalize("NFKC", "".join(lost.elements())))
    digits = Counter({char: count for char, count in plain.items() if char.isdigit()})
    marks = set(plain) - set(digits) <= set("—-–－·第页")
    return marks and any(not digits - Counter(str(number)) for number in range(1, page + 1))


@pytest.mark.parametrize("name", PDFS)
def test_nothing_of_a_text_layer_is_lost(name: str) -> None:
    import pypdfium2

    decoded = outcome(name)
    if isinstance(decoded, DecodeError):
        pytest.skip("no text layer")
    document = pypdfium2.PdfDocument(REPORTS / "documents" / name)
    for page in decoded.pages:
        layer = clean(document[page.number - 1].get_textpage().get_text_bounded())
        lost = Counter("".join(layer.split())) - Counter("".join(decoded.text[page.start : page.end].split()))
        assert _is_page_number(lost, page.number), f"page {page.number}: {dict(lost)}"


def test_no_two_documents_are_taken_for_one() -> None:
    signatures = {name: signature(found.text) for name in NAMES if isinstance(found := outcome(name), Decoded)}
    assert [(a, b) for a in signatures for b in signatures if a < b and same_text(signatures[a], signatures[b])] == []
