"""What a file is, from its first bytes and its inside; its name is never looked at."""

from __future__ import annotations

import io
import re
import zipfile

from transforms.types import DecodeError

_CONVERT = "Open it in WPS or Word (or run: soffice --headless --convert-to {to} FILE), save it as {to} and put that file in its place."
_OCR = (
    "It is a picture, which has no text. Recognise the text first (for example: ocrmypdf -l chi_sim --image-dpi 300 FILE out.pdf, "
    "with Tesseract's chi_sim installed) and put the resulting PDF in its place."
)
_UNPACK = "Unpack it and put the reports themselves in its place (a .zip, .7z or .rar is read as it is)."
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a compound file begins, the container of the old office formats."""

_MAGIC: tuple[tuple[bytes, int, str, str], ...] = (
    (b"\x89PNG", 0, "a PNG picture", _OCR),
    (b"\xff\xd8\xff", 0, "a JPEG picture", _OCR),
    (b"GIF8", 0, "a GIF picture", _OCR),
    (b"II*\x00", 0, "a TIFF picture", _OCR),
    (b"MM\x00*", 0, "a TIFF picture", _OCR),
    (b"RIFF", 0, "a WebP picture or a recording", _OCR),
    (b"BM", 0, "a BMP picture", _OCR),
    (b"\x1f\x8b", 0, "a gzip archive", _UNPACK),
    (b"BZh", 0, "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ", 0, "an xz archive", _UNPACK),
    (b"ustar", 257, "a tar archive", _UNPACK),
    (b"CAJ\x00", 0, "a CAJ document", "Export it as PDF with text from CAJViewer and put that file in its place."),
    (b"SQLite format 3", 0, "an SQLite database", "Put the report itself in its place."),
    (b"\x7fELF", 0, "a program", "Put the report itself in its place."),
    (b"MZ\x90", 0, "a program", "Put the report itself in its place."),
    (b"AT&TFORM", 0, "a DjVu document", _OCR),
    (b"PAR1", 0, "a Parquet file", "Put the report itself in its place."),
)
_OFFICE_PARTS = (
    ("word/", "docx"),
    ("xl/workbook.bin", "xlsb"),
    ("xl/", "xlsx"),
    ("ppt/", "pptx"),
    ("OFD.xml", "ofd"),
    ("META-INF/container.xml", "epub"),
)
"""The part of a zip file that tells its kind."""
_OPEN_DOCUMENT = ((b"opendocument.text", "odt"), (b"opendocument.spreadsheet", "ods"), (b"epub+zip", "epub"))
_UNREAD = {
    "pptx": ("a PowerPoint presentation", _CONVERT.format(to="pdf")),
    "ppt": ("a PowerPoint presentation of the old binary kind (.ppt)", _CONVERT.format(to="pdf")),
    "xlsb": ("an Excel workbook of the binary kind (.xlsb)", _CONVERT.format(to="xlsx")),
    "opendocument": ("an OpenDocument file that is neither text nor a spreadsheet", _CONVERT.format(to="odt")),
    "works": ("a document of Microsoft Works", _CONVERT.format(to="docx")),
    "ole": ("an office document of an old binary kind that is not known", _CONVERT.format(to="docx")),
}
"""Known kinds that are not read: what they are called, and what to do."""
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*+<(?:!doctype\s+html|html|head|body|meta|title|div|table|p|article|section)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_TAG = re.compile(r"</(?:p|div|td|tr|table|span|body|html|li|h[1-6]|strong|article|section)>|<br\s*/?>", re.IGNORECASE)
_TABLE = re.compile(r"<table\b.*?</table\s*>", re.IGNORECASE | re.DOTALL)
_MD_MARK = re.compile(
    r"^ {0,3}#{1,6} +\S|^\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)+\|?[ \t]*$|^ {0,3}(?:```|~~~)|\*\*[^*\s][^*\n]*\*\*",
    re.MULTILINE,
)


def unsupported(what: str, advice: str) -> DecodeError:
    """The refusal of a known format that is not read."""
    return DecodeError("unsupported", f"The file is {what}, which is not read. {advice}")


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin a zip file, office documents included."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def zip_kind(data: bytes) -> str:
    """What a zip file is: ``docx``, ``xlsx``, ``odt``, ``ods``, ``ofd``, ``epub``, a kind that is not read, or ``zip`` for a mere archive.

    Raises:
        DecodeError: ``broken``, its directory cannot be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()[:10_000]
            mimetype = archive.read("mimetype")[:80] if "mimetype" in names and archive.getinfo("mimetype").file_size < 100 else b""
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, RuntimeError, EOFError, KeyError, OverflowError) as error:
        raise DecodeError(
            "broken", f"The file is a zip archive or an office document that is cut off or damaged ({error}). Fetch or save it again."
        ) from error
    for mark, kind in _OPEN_DOCUMENT:
        if mark in mimetype:
            return kind
    if b"opendocument" in mimetype:
        return "opendocument"
    for prefix, kind in _OFFICE_PARTS:
        if any(name == prefix or (prefix.endswith("/") and name.startswith(prefix)) for name in names):
            return kind
    return "zip"


_STREAMS = (
    ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"), ("PowerPoint Document", "ppt"), ("CONTENTS", "works"),
)  # fmt: skip


def ole_kind(data: bytes) -> str:
    """What a compound file is, by the names of its streams: ``doc``, ``xls``, or a kind that is not read.

    Raises:
        DecodeError: ``broken``, its directory cannot be read; ``encrypted``, it is a newer office document with a password.
    """
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            names = {path[0].lower() for path in container.listdir()}
    except (OSError, ValueError, IndexError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise DecodeError(
            "broken", f"The file is an office document of the old binary kind that is cut off or damaged ({error}). Fetch or save it again."
        ) from error
    if "encryptedpackage" in names:
        raise DecodeError("encrypted", "The document is protected by a password. Save it without one and put that file in its place.")
    if not names:
        raise DecodeError(
            "broken", "The file is an office document of the old binary kind of which nothing is left. Fetch or save it again."
        )
    return next((kind for name, kind in _STREAMS if name.lower() in names), "ole")


def binary_format(data: bytes) -> str | None:
    """``pdf``, ``docx``, ``doc``, ``xlsx``, ``xls``, ``odt``, ``ods``, ``ofd``, ``epub``, ``rtf``, ``mht``, ``zip``, ``7z``, ``rar``, where
    the bytes are one, None where they should be read as text.

    Raises:
        DecodeError: a known format that is not read, or a damaged zip.
    """
    if b"%PDF-" in data[:1024]:
        return "pdf"
    kind = zip_kind(data) if is_zip(data) else ole_kind(data) if data.startswith(OLE) else None
    if kind in _UNREAD:
        raise unsupported(*_UNREAD[kind])
    if kind is not None:
        return kind
    for magic, kind in ((b"{\\rtf", "rtf"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07", "rar")):
        if data.startswith(magic):
            return kind
    for magic, offset, what, advice in _MAGIC:
        if data.startswith(magic, offset) and not (len(magic) < 4 and data[2:200].isascii() and b"\x00" not in data[:200]):
            raise unsupported(what, advice)
    return "mht" if _MHT.search(data[:4_000]) else None


_MHT = re.compile(
    rb"\A\s*(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t]+[^\n]*\n)*)*?"
    rb"(?:MIME-Version:|Content-Type:\s*multipart/related|Content-Location:)",
    re.IGNORECASE,
)
"""Header lines as of a mail, of which one says that the file is a page saved with its parts."""


def text_format(text: str) -> str:
    """``html``, ``md``, ``csv`` or ``txt``."""
    from transforms.decode.text_tables import separated

    head = text[:200_000]
    if "<table" in head and not _HTML_START.match(head) and len(_MD_MARK.findall(head)) >= 2:
        head = _TABLE.sub("", head)  # Markdown may hold tables in HTML
    if _HTML_START.match(head) or sum(1 for _ in _HTML_TAG.finditer(head)) >= max(5, len(head) / 2000):
        return "html"
    if separated(text) is not None:
        return "csv"
    marks = sum(1 for _ in _MD_MARK.finditer(head))
    return "md" if marks >= 2 or re.match(r"\s*# +\S", head) else "txt"
