"""What the fuzzer runs: for each target, how bytes become its input, and what must hold whatever they are."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.decode import test_properties as decoding
from tests.decode.makers import PARAGRAPH, body, docx_of, html_of, paragraph, pdf_of, raw_docx, zip_of
from tests.extract import test_properties as extracting
from tests.extract.support import document
from transforms.decode import decode
from transforms.decode.archive import members
from transforms.decode.sniff import binary_format
from transforms.numbers.numerals import numerals, parse
from transforms.pipeline import rows_of
from transforms.schema import table
from transforms.text.normalized_view import view
from transforms.text.sentences import sentences
from transforms.types import DecodeError, RawFile

YEARS = (None, 1964, 1998, 2023)
KINDS = ("work_report", "statistical_communique", "budget_report", "other")
SMALLEST = 200
"""Characters from which a text is worth measuring."""


def text_of(data: bytes) -> str:
    """Text from bytes: pieces of reports where the first byte is even, so that it is soon about something, else plain UTF-8."""
    if data[:1] and data[0] % 2 == 0:
        return "".join(extracting.PIECES[byte % len(extracting.PIECES)] for byte in data[1:])
    return data[1:].decode("utf-8", "replace")


class Linear:
    """Looks for texts that take more than linear time: what is much slower than most is measured again, longer.

    Times are compared within one process, never with a clock of another machine.
    """

    def __init__(self, run: Callable[[str], object]) -> None:
        self._run = run
        self._usual = 0.0
        """Seconds a character takes, a running mean."""

    def __call__(self, text: str) -> None:
        """Run it.

        Raises:
            AssertionError: four times the text takes more than ten times as long.
        """
        began = time.process_time()
        self._run(text)
        each = (time.process_time() - began) / max(len(text), 1)
        slow = len(text) >= SMALLEST and self._usual and each > 6 * self._usual
        self._usual = each if not self._usual else 0.98 * self._usual + 0.02 * min(each, 3 * self._usual)
        if slow:
            repeats = max(1, 4000 // len(text))
            once, four_times = self._least(text * repeats), self._least(text * repeats * 4)
            assert four_times < 10 * once + 0.05, f"{once:.3f} s for {len(text) * repeats} characters, {four_times:.3f} s for four times"

    def _least(self, text: str) -> float:
        least = math.inf
        for _ in range(3):
            began = time.process_time()
            self._run(text)
            least = min(least, time.process_time() - began)
        return least


def check_numerals(data: bytes) -> None:
    """Numerals are in order, do not overlap, have finite values, and are found in time linear in the text."""
    _numerals_linear(text_of(data))


def _numerals(text: str) -> None:
    reached = 0
    for numeral in numerals(text):
        assert reached <= numeral.start < numeral.end <= len(text)
        assert numeral.value.is_finite()
        assert numeral.value >= 0
        reached = numeral.end
    assert parse(text).is_finite()


_numerals_linear = Linear(_numerals)


def check_sentences(data: bytes) -> None:
    """Sentences stand in the text one behind the other, and nothing but white space is between them."""
    year, kind = (YEARS[data[0] % 4], KINDS[data[0] // 4 % 4]) if data else (None, "other")
    _sentences_linear(text_of(data[1:]), year, kind)


def _sentences(text: str, year: int | None = 2023, kind: str = "work_report") -> None:
    reached = -1
    seen: list[int] = []
    for sentence in sentences(text, year, kind):
        origin = list(sentence.view.origin)
        assert len(sentence.text) == len(origin)
        assert not origin or (origin[0] > reached and origin == sorted(set(origin)))
        reached = origin[-1] if origin else reached
        seen += origin
    whole = view(text, 0, len(text), keep_gaps=True)
    left_out = set(whole.origin) - set(seen)
    assert all(text[at].isspace() for at in left_out), [text[at] for at in sorted(left_out)][:5]


class _OfYear(Linear):
    def __call__(self, text: str, year: int | None = 2023, kind: str = "work_report") -> None:  # type: ignore[override]
        _sentences(text, year, kind)
        super().__call__(text)


_sentences_linear = _OfYear(_sentences)


def check_extraction(data: bytes) -> None:
    """Every span quotes back, the ledger is complete, values are finite, time is linear."""
    year, kind = (YEARS[data[0] % 4], KINDS[data[0] // 4 % 4]) if data else (None, "other")
    text = text_of(data[1:])
    made = document(text, year, kind)
    found = extracting.extract(made)
    extracting.check(text, found)
    _rows(made)
    _extraction_linear(text)


_extraction_linear = Linear(lambda text: extracting.extract(document(text)))


def _rows(made: object) -> None:
    """The rows of a document fit their tables and say what stands in its text."""
    rows = rows_of(made, run_id="run", ingested_at=datetime.fromtimestamp(0, UTC), pipeline_version="v")  # type: ignore[arg-type]
    text = rows.document["text"] if rows.document else ""
    for row in rows.metrics:
        said = text[row["char_start"] : row["char_end"]]
        assert row["number_text"] == "".join(said.split())
        assert _squeezed(said) in _squeezed(row["sentence"]), (said, row["sentence"])
        assert all(value is None or math.isfinite(value) for value in (row["value"], row["value_high"], row["value_std"]))
    for row in rows.numbers:
        assert row["text"] == text[row["char_start"] : row["char_end"]]
    for name, made_rows in (("metrics", rows.metrics), ("numbers", rows.numbers)):
        assert all(set(row) == set(table(name).column_names) for row in made_rows)
    ids = [row["metric_id"] for row in rows.metrics]
    assert len(ids) == len(set(ids))


def _squeezed(text: str) -> str:
    seen = view(text, 0, len(text))
    return seen.text.replace("\x1f", "")


def check_decoding(data: bytes) -> None:
    """Whatever the bytes are: a document or a refusal with a reason; and what was decoded goes through extraction."""
    decoded = decoding.outcome(data)
    if decoded is not None and len(decoded.text) < 20_000:
        extracting.check(decoded.text, extracting.extract(document(decoded.text)))
    if binary(data):
        return
    _decoding_linear(data.decode("utf-8", "replace"))


def binary(data: bytes) -> bool:
    """Whether the bytes are of a format that is told by its first bytes, so that twice the bytes are not twice the document."""
    try:
        return binary_format(data) is not None
    except DecodeError:
        return True


def _decode(text: str) -> None:
    with contextlib.suppress(DecodeError):
        decode(RawFile("x", text.encode()))


_decoding_linear = Linear(_decode)


def check_archive(data: bytes) -> None:
    """Members come with paths inside the archive, or a refusal."""
    seen: set[str] = set()
    refusals: list[DecodeError] = []
    try:
        for member in members(RawFile("x.zip", data), decoding.SMALL):
            assert member.source_path.startswith("x.zip!/")
            assert ".." not in member.source_path.split("/")
            assert member.source_path not in seen
            seen.add(member.source_path)
    except DecodeError as refusal:
        refusals.append(refusal)
    assert all(refusal.error in decoding.CLASSES and len(refusal.message) > 20 for refusal in refusals)


def _sentences_seeds() -> list[bytes]:
    lines = [PARAGRAPH, "城乡居民人均可支配收入分别增长8.9%和9.5%。", "到2025年，森林覆盖率达到百分之四十三点五。\n二、今年工作\n"]
    pieces = [bytes([0, *range(start, start + 40)]) for start in range(0, 160, 40)]
    return [b"\x01" + line.encode() for line in lines] + pieces


def _files() -> list[bytes]:
    lines = [PARAGRAPH] * 6
    rows = "<w:tbl>" + ("<w:tr>" + f"<w:tc>{paragraph('粮食')}</w:tc><w:tc>{paragraph('5.1%')}</w:tc>" + "</w:tr>") * 3 + "</w:tbl>"
    markdown = "# 报告\n\n| 指标 | 增长 |\n|--|--|\n| 粮食 | 5% |\n\n**增长** [x](y)\n"
    texts = ["\n".join(lines), markdown, "<table><tr><td>粮食<td>5%<tr><td>棉花<td>6%</table>" + f"<p>{PARAGRAPH}</p>" * 6]
    encoded = [text.encode(codec) for text in texts for codec in ("utf-8", "gb18030", "utf-16")]
    return [*encoded, html_of(lines), docx_of(lines), raw_docx(body(paragraph(PARAGRAPH) + rows)), pdf_of([line[:30] for line in lines])]


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz."""

    check: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    longest: int
    """Bytes of the longest input that is tried."""
    words: tuple[str, ...] = field(default=())


_FILE_WORDS = ("%PDF-1.4", " obj", "endobj", "stream", "endstream", "xref", "trailer", "/Type", "/Page", "/Kids", "<table",
               "<td rowspan=9", "</td>", "&#x", "<w:tbl>", "<w:p>", "<w:t>", "# ", "|--|",
               "PK\x03\x04", "PK\x01\x02", "PK\x05\x06")  # fmt: skip

TARGETS = {
    "numerals": Target(check_numerals, _sentences_seeds, 400, tuple("亿万千百十点两零半成翻番多余上")),
    "segment": Target(check_sentences, lambda: [b"\x03" + seed for seed in _sentences_seeds()], 800, ("一、", "（二）", "。", "\n", "｜")),
    "extract": Target(check_extraction, lambda: [b"\x03" + seed for seed in _sentences_seeds()], 600),
    "decode": Target(check_decoding, _files, 6000, _FILE_WORDS),
    "archive": Target(check_archive, lambda: [zip_of(("a.txt", b"x"), ("b/c.zip", zip_of(("d.txt", b"y"))))], 2000, _FILE_WORDS[-3:]),
}
