"""Documents made to exhaust, fool or kill whoever reads them, and what must become of each.

``python -m tests.robustness.hostile`` makes them at full size, has each read by worker processes as a run does, and prints a table:
outcome, seconds, peak memory. The tests do the same with smaller ones.
"""

from __future__ import annotations

import contextlib
import io
import os
import socket
import stat
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.ingest.inventory import scan
from flows.settings import Settings
from flows.state.planning import make_plan
from flows.state.source_files import Inventory
from flows.workers.batching import JobOptions, make_batches
from flows.workers.pool import WorkerPool
from flows.workers.worker import Job
from tests.decode.makers import PARAGRAPH, W, body, paragraph, raw_docx, zip_of
from warehouse.storage.parquet import read_table

P = f"<p>{PARAGRAPH}</p>\n".encode()
LONG = (PARAGRAPH + "\n").encode() * 20
REFUSED = frozenset(("too_large", "broken", "unsupported"))
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Hostile:
    """A hostile file: its bytes at full size and at a size for tests, and the outcomes that are right (``ok``: a document)."""

    make: Callable[[float], bytes]
    """Takes 1 for full size, less for a smaller one."""
    outcomes: frozenset[str]
    small: float = 1.0
    """The size for tests; 0 where only the full size is hostile."""
    at_full_size: frozenset[str] = frozenset()
    """The outcomes that are right at full size, where they are others: what is read while it is small may be refused."""


def _file(make: Callable[[float], bytes], *outcomes: str, small: float = 1.0, at_full_size: str = "") -> Hostile:
    return Hostile(make, frozenset(outcomes), small, frozenset(at_full_size.split() or outcomes))


# archives ------------------------------------------------------------------------------------------------------------


def _word(number: int) -> bytes:
    return number.to_bytes(4, "little")


def _overlapping(count: int) -> bytes:
    """Many entries of the directory that share the bytes of one member."""
    packed = bytearray(zip_of(("a.txt", b"0" * 1_000_000)))
    at = packed.index(b"PK\x01\x02")
    end = packed.index(b"PK\x05\x06")
    entry = bytes(packed[at:end])
    directory = entry * count
    closing = b"PK\x05\x06\0\0\0\0" + count.to_bytes(2, "little") * 2 + _word(len(directory)) + _word(at) + b"\0\0"
    return bytes(packed[:at]) + directory + closing


def _nested(depth: int, width: int) -> bytes:
    data = zip_of(*((f"{i}.txt", b"\0" * 4_000_000) for i in range(width)))
    for _ in range(depth):
        data = zip_of(*((f"{i}.zip", data) for i in range(width)))
    return data


def _member(name: str, mode: int = 0, data: bytes = b"x") -> bytes:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, data)
    return out.getvalue()


def _zeros(size: float) -> bytes:
    """A DOCX whose main part is so many empty paragraphs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w", force_zip64=True) as part:
        part.write(f"<w:document {W}><w:body>".encode())
        for _ in range(int(600 * size)):
            part.write(b"<w:p/>" * 100_000)
    return out.getvalue()


ARCHIVES = {
    "flat bomb.zip": _file(lambda size: zip_of(("a.txt", b"\0" * int(500_000_000 * size))), "too_large", small=0.02),
    "overlapping entries.zip": _file(lambda _: _overlapping(4000), *REFUSED),
    "nested like 42.zip": _file(lambda size: _nested(5, 2 + int(6 * size)), "too_large", small=0.1),
    "many members.zip": _file(lambda _: zip_of(*((f"{i}.txt", b"") for i in range(6000))), "too_large", small=0),
    "path upwards.zip": _file(lambda _: zip_of(("../../evil.txt", LONG)), "unsupported"),
    "absolute path.zip": _file(lambda _: zip_of(("/tmp/evil.txt", LONG)), "unsupported"),
    "drive.zip": _file(lambda _: zip_of(("C:\\evil.txt", LONG)), "unsupported"),
    "link in it.zip": _file(lambda _: _member("link.txt", stat.S_IFLNK | 0o777, b"/etc/passwd"), "unsupported"),
    "same name twice.zip": _file(lambda _: zip_of(("a/b.txt", LONG), ("a\\b.txt", LONG)), "unsupported"),
    "name of nothing.zip": _file(lambda _: _member(""), "unsupported"),
}

# PDF -----------------------------------------------------------------------------------------------------------------


def _pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects; the first is its catalogue. Its cross-reference table is left to whoever reads it."""
    parts = [b"%PDF-1.7\n", *(b"%d 0 obj\n%s\nendobj\n" % (number, text) for number, text in enumerate(objects, 1))]
    return b"".join(parts) + b"trailer << /Root 1 0 R /Size %d %s >>\n%%%%EOF\n" % (len(objects) + 1, trailer)


def _stream(data: bytes, more: bytes = b"", length: int | None = None) -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data) if length is None else length, more, data)


def _deflated(piece: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join([packer.compress(piece) for _ in range(times)]) + packer.flush()


def _many_pages(count: int) -> bytes:
    return b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b"3 0 R " * count, count)


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
FONT = b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R " + FONT + b" >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
WORDS = b"BT /F1 12 Tf 10 700 Td (" + b"Report 12 " * 20 + b") Tj ET\n"
UNREAD = ("broken", "no_text", "too_large")
PDFS = {
    "pages in a circle.pdf": _file(
        lambda _: _pdf(CATALOGUE, b"<< /Type /Pages /Kids [3 0 R] /Count 9 >>", b"<< /Type /Pages /Kids [2 0 R] /Parent 2 0 R /Count 9 >>"),
        *UNREAD,
    ),
    "huge page.pdf": _file(lambda _: _pdf(CATALOGUE, PAGES, PAGE.replace(b"595 842", b"1e30 1e30"), _stream(WORDS)), "ok", *UNREAD),
    "giant length.pdf": _file(lambda _: _pdf(CATALOGUE, PAGES, PAGE, _stream(WORDS, length=2**62)), "ok", *UNREAD),
    "object stream of itself.pdf": _file(
        lambda _: _pdf(CATALOGUE, PAGES, PAGE, _stream(b"4 0 2 9 << >>", b"/Type /ObjStm /N 2 /First 8 /Extends 4 0 R")), "ok", *UNREAD
    ),
    "cross references in a circle.pdf": _file(
        lambda _: _pdf(CATALOGUE, PAGES, PAGE, _stream(WORDS), trailer=b"/Prev 9") + b"startxref\n9\n%%EOF", "ok", *UNREAD
    ),
    "bomb of spaces.pdf": _file(
        lambda size: _pdf(CATALOGUE, PAGES, PAGE, _stream(_deflated(b" " * 1_000_000, int(1500 * size)), b"/Filter /FlateDecode")),
        "ok",
        "out_of_memory",
        "crashed",
        "timeout",
        *UNREAD,
        small=0.02,
    ),
    "bomb of bombs.pdf": _file(
        lambda size: _pdf(
            CATALOGUE,
            PAGES,
            PAGE,
            _stream(zlib.compress(_deflated(b"\0" * 1_000_000, int(4000 * size))), b"/Filter [/FlateDecode /FlateDecode]"),
        ),
        "ok",
        "out_of_memory",
        "crashed",
        "timeout",
        *UNREAD,
        small=0.02,
    ),
    "million words on a page.pdf": _file(
        lambda size: _pdf(CATALOGUE, PAGES, PAGE, _stream(_deflated(WORDS, int(50_000 * size)), b"/Filter /FlateDecode")),
        "ok",
        "too_large",
        "timeout",
        "out_of_memory",
        small=0.001,
    ),
    "million pages.pdf": _file(
        lambda size: _pdf(CATALOGUE, _many_pages(int(1e6 * size)), PAGE, _stream(WORDS)),
        "too_large",
        small=0.01,
    ),
    "says it has a million pages.pdf": _file(
        lambda _: _pdf(CATALOGUE, b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>", PAGE, _stream(WORDS)), "ok", *UNREAD
    ),
    "deep arrays.pdf": _file(lambda size: _pdf(b"[" * int(1e6 * size), PAGES, PAGE), *UNREAD, small=0.1),
    "drawing of itself.pdf": _file(
        lambda _: _pdf(
            CATALOGUE,
            PAGES,
            PAGE.replace(FONT, b"/Resources << /XObject << /X 5 0 R >> >>"),
            _stream(b"/X Do"),
            _stream(b"/X Do /X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>"),
        ),
        *UNREAD,
    ),
}

# DOCX ----------------------------------------------------------------------------------------------------------------

EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
WIDE_ROW = '<w:tr><w:tc><w:tcPr><w:gridSpan w:val="999"/></w:tcPr>' + paragraph("5") + "</w:tc></w:tr>"
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
DOCX = {
    "billion laughs.docx": _file(
        lambda _: raw_docx(f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "哈">{LAUGHS}]>' + body(paragraph("&l9;"))), "broken"
    ),
    "entity from a file.docx": _file(lambda _: raw_docx('<?xml version="1.0"?>' + EXTERNAL + body(paragraph("&e;"))), "broken"),
    "entity in UTF-16.docx": _file(
        lambda _: raw_docx(('<?xml version="1.0" encoding="UTF-16"?>' + EXTERNAL + body(paragraph("&e;" + PARAGRAPH))).encode("utf-16")),
        "broken",
    ),
    "nested tables.docx": _file(lambda size: raw_docx(body("<w:tbl><w:tr><w:tc>" * int(1e6 * size))), "broken", "too_large", small=0.05),
    "many tables.docx": _file(
        lambda size: raw_docx(body(("<w:tbl><w:tr><w:tc>" + paragraph("5%") + "</w:tc></w:tr></w:tbl>") * int(5e5 * size))),
        "ok",
        "too_large",
        "out_of_memory",
        small=0.002,
    ),
    "60 million elements.docx": _file(_zeros, "too_large", "broken", small=0.05),
    "wide cells.docx": _file(
        lambda size: raw_docx(body("<w:tbl>" + WIDE_ROW * int(30_000 * size) + "</w:tbl>")),
        "ok",
        "too_large",
        "no_text",
        small=0.01,
    ),
}

# text and HTML -------------------------------------------------------------------------------------------------------


def _digits(size: float, digits: str, before: str = "生产总值", after: str = "亿元") -> bytes:
    return (f"{PARAGRAPH}\n{before}" + digits * int(1_000_000 * size / len(digits)) + after).encode()


TEXTS = {
    "100 MB.html": _file(lambda _: b"<html><body>" + P * 700_000, "too_large", small=0),
    "nested tags.html": _file(
        lambda size: b"<html><body>" + b"<div>" * int(1e5 * size) + P * 30 + b"</div>" * int(1e5 * size), "ok", small=0.2
    ),
    "rows of comments.html": _file(
        lambda size: b"<!--x-->" * int(1e6 * size) + b"<html><body>" + P * 9, "ok", small=0.05, at_full_size="too_large"
    ),
    "scripts without end.html": _file(
        lambda size: b"<html><body>" + b"<script" * int(1e6 * size) + b">" + P * 9,
        "ok",
        "stub",
        "too_large",
        "timeout",
        "empty",
        small=0.01,
    ),
    "spans of a table.html": _file(
        lambda size: b"<table>" + b"<tr><td rowspan=9999 colspan=9999>1</td><td>2</td></tr>" * int(3000 * size) + b"</table>" + P * 9,
        "too_large",
        "ok",
        small=0.1,
    ),
    "line of 50 million.txt": _file(lambda _: "增".encode() * 50_000_000, "too_large", small=0),
    "line of 4 million.txt": _file(lambda size: LONG + "增".encode() * int(4e6 * size), "ok", small=0.05),
    "five million numbers.txt": _file(lambda size: LONG + "增1 ".encode() * int(1.6e6 * size), "too_large", small=0.2),
    "a row of cells.txt": _file(lambda size: LONG + "甲｜乙：5".encode() * int(190_000 * size), "ok", "timeout", small=0.01),
    "a million digits.txt": _file(lambda size: _digits(size, "9"), "ok", small=0.03),
    "a million Chinese digits.txt": _file(lambda size: _digits(size, "九"), "ok", small=0.05),
    "a million scales.txt": _file(lambda size: _digits(size, "亿万"), "ok", small=0.02),
    "a million separators.txt": _file(lambda size: _digits(size, "111,"), "ok", small=0.03, at_full_size="too_large"),
    "a million points.txt": _file(lambda size: _digits(size, "1."), "ok", small=0.03, at_full_size="too_large"),
    "a fraction of giants.txt": _file(lambda _: _digits(0.0001, "9", "占", "分之") + _digits(0.0001, "8", "", ""), "ok"),
    "spans without end.txt": _file(lambda size: LONG + "2012年".encode() + "—".encode() * int(1e6 * size), "ok", small=0.02),
    "bidi and zero width.txt": _file(
        lambda _: (f"\u202e{PARAGRAPH}\u202c\n" * 9 + "增长\u200b1\u200c2\u200d.\u20605\ufeff%，\u206612\u2069个\n").encode(), "ok"
    ),
    "escapes.txt": _file(lambda _: LONG * 3 + f"{PARAGRAPH}\x1b]0;owned\x07\x1b[2J\x9b31m\x08\n".encode(), "ok"),
    "NUL bytes.txt": _file(lambda _: LONG + b"\0" * 3 + LONG, "ok"),
    "only NUL.txt": _file(lambda _: b"\0" * 1_000_000, "empty"),
    "UTF-16 without a mark.txt": _file(lambda _: LONG.decode().encode("utf-16-le"), "ok"),
    "lone surrogates.txt": _file(lambda _: LONG + b"\xed\xa0\x80\xed\xbf\xbf" + LONG, "ok"),
    "random bytes.txt": _file(lambda size: bytes((i * i * 31 + i * 7) % 251 for i in range(int(1e6 * size))), "binary", small=0.1),
}
MARKUP = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> </script><svg/onload=alert(1)> {{7*7}} ${7*7} "
    "[red]x[/red] [x](javascript:alert(1)) ]]> '; DROP TABLE metrics; -- =cmd|'/c calc'!A1 \u2028 \u2029"
)
OWNED = f"=SUM(A1)增长5%，<i>粮食</i>产量增长{MARKUP}12.5%。\n"
TITLE = "<title>&lt;script&gt;document.title='owned'&lt;/script&gt;工作报告</title>"
INJECTIONS = {
    "markup.txt": _file(
        lambda _: (f"=1+1{MARKUP}政府工作报告\n\n一、<b>2022</b>年工作\n\n{MARKUP}{PARAGRAPH}\n" + OWNED).encode() * 3,
        "ok",
    ),
    "markup.html": _file(
        lambda _: (
            f"<html><head>{TITLE}</head><body>"
            + f"<p>{PARAGRAPH}</p>" * 9
            + "<p>&lt;img src=x onerror=&quot;document.title='owned'&quot;&gt;产量增长5%。</p></body></html>"
        ).encode(),
        "ok",
    ),
}
FILES = {**ARCHIVES, **PDFS, **DOCX, **TEXTS, **INJECTIONS}

# places and names ------------------------------------------------------------------------------------------------------

NAMES = (
    b"new\nline.txt",
    b"quote'\".txt",
    b"<script>alert(1)<script>.txt",
    b"<img src=x onerror=alert(1)>.txt",
    b"a..b.txt",
    b"-rf.txt",
    b"=1+1.txt",
    b"[red]x[-red].txt",
    b"\x1b]0;owned\x07.txt",
    b"\xe2\x80\xaetxt.exe",
    b"\xff\xfe.txt",
    b"{{7*7}}.txt",
    b"%s%n.txt",
    b"$(touch owned).txt",
    b"`touch owned`.txt",
    b";touch owned.txt",
    "长".encode() * 83 + b".txt",
    b"x' OR 1=1; DROP TABLE metrics;--.txt",
    b"a|b.txt",
    "ａ\u2028b.txt".encode(),
)


def put_places(folder: Path) -> dict[str, str]:
    """Put what is no document into a folder; what must become of each, by its source path."""
    outside = folder.parent / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "secret.txt").write_text("SECRET 5%")
    (folder / "link out.txt").symlink_to(outside / "secret.txt")
    (folder / "link to zero.txt").symlink_to("/dev/zero")
    (folder / "folder out").symlink_to(outside)
    (folder / "link to itself.txt").symlink_to("link to itself.txt")
    (folder / "loop").mkdir()
    (folder / "loop/again").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket.txt"))
    with contextlib.suppress(OSError):
        os.mknod(folder / "device.txt", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    (folder / "twin.zip!").mkdir()
    (folder / "twin.zip!/a.txt").write_bytes(LONG)
    (folder / "twin.zip").write_bytes(zip_of(("a.txt", LONG)))
    for name in (b"same\xff.txt", rb"same\xff.txt"):
        (folder / os.fsdecode(name)).write_bytes(LONG)
    refused = ["link out.txt", "link to zero.txt", "folder out", "link to itself.txt", "pipe.txt", "twin.zip!/a.txt", r"same\xff.txt"]
    refused += [name for name in ("socket.txt", "device.txt") if (folder / name).exists()]
    return dict.fromkeys(refused, "unreadable")


def put_names(folder: Path) -> None:
    """Put documents with hostile names into a folder."""
    for number, name in enumerate(NAMES):
        with contextlib.suppress(OSError):  # a file system may not take all of them
            (folder / os.fsdecode(name)).write_bytes(LONG + f"第{number}号：建成公园{number}个。\n".encode())


# reading -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a folder of files: the error of each source path that failed, rows of the tables, and what it took."""

    failures: dict[str, str]
    tables: dict[str, list[dict[str, Any]]]
    seconds: float
    megabytes: int
    """The most that one worker had."""


def found_in(folder: Path) -> Inventory:
    """What a run finds in the folder."""
    return scan(folder, Settings().max_file_bytes)


def read(folder: Path, store: Path, *, workers: int = 2, seconds: float = 120, memory: int | None = None) -> Outcome:
    """Read a folder as a run does, up to the finished shards."""
    found = found_in(folder)
    todo = make_plan(found, None, store, engine="engine").todo
    batches = make_batches(todo, JobOptions(str(store), "run", MOMENT, "v"), batch_bytes=10**9, workers=workers)
    processes = WorkerPool(workers, seconds, document_memory=Settings().document_memory if memory is None else memory)
    processes.start()
    began = time.monotonic()
    try:
        with _peak(processes) as peak:
            jobs = [job for batch in batches for job in batch.jobs]

            def work(part: list[Job]) -> None:
                for job in part:
                    processes.work(job)

            with ThreadPoolExecutor(workers) as threads:
                list(threads.map(work, [jobs[i::workers] for i in range(workers)]))
        taken = time.monotonic() - began
    finally:
        processes.stop()
    tables = {
        name: read_table(name, sorted(store.glob(f"*/{name}.parquet"))).to_pylist()
        for name in ("documents", "metrics", "numbers", "failures")
    }
    failures = {row["source_path"]: row["error"] for row in tables["failures"]} | {item.source_path: item.error for item in found.failures}
    return Outcome(failures, tables, taken, peak[0] // 1024)


@contextlib.contextmanager
def _peak(processes: WorkerPool) -> Iterator[list[int]]:
    """The most memory that a worker has had, in KB, looked at twenty times a second."""
    most, ended = [0], threading.Event()

    def look() -> None:
        while not ended.wait(0.05):
            for worker in list(processes._all):
                with contextlib.suppress(OSError, StopIteration, ValueError):
                    status = Path(f"/proc/{worker._process.pid}/status").read_text()
                    most[0] = max(most[0], int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def outcome_of(name: str, outcome: Outcome) -> str:
    """What became of one file: the error of the file itself, else that of its members, else ``ok``."""
    return outcome.failures.get(name) or next((error for path, error in outcome.failures.items() if path.startswith(f"{name}!/")), "ok")


def main() -> int:
    """Print the table; 1 where an outcome is none of those that are right."""
    wanted = sys.argv[1:] or list(FILES)
    wrong = 0
    print(f"{'file':36} {'bytes':>13} {'outcome':14} {'seconds':>8} {'peak MB':>8}")
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="baogao-hostile-") as kept:
            folder = Path(kept) / "seeds"
            folder.mkdir()
            (folder / name).write_bytes(FILES[name].make(1.0))
            size = (folder / name).stat().st_size
            made = read(folder, Path(kept) / "store", workers=1)
        said = outcome_of(name, made)
        right = said in FILES[name].at_full_size
        wrong += not right
        print(f"{name:36} {size:13,} {said:14} {made.seconds:8.1f} {made.megabytes:8,}{'' if right else '  WRONG'}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
