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
_UNPACK = "Unpack it and put the reports themselves in its place (a .zip is read as it is)."

_MAGIC: tuple[tuple[bytes, int, str, str], ...] = (
    (b"{\\rtf", 0, "an RTF document", _CONVERT.format(to="docx")),
    (b"\x89PNG", 0, "a PNG picture", _OCR),
    (b"\xff\xd8\xff", 0, "a JPEG picture", _OCR),
    (b"GIF8", 0, "a GIF picture", _OCR),
    (b"II*\x00", 0, "a TIFF picture", _OCR),
    (b"MM\x00*", 0, "a TIFF picture", _OCR),
    (b"RIFF", 0, "a WebP picture or a recording", _OCR),
    (b"BM", 0, "a BMP picture", _OCR),
    (b"Rar!", 0, "a RAR archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", 0, "a 7-Zip archive", _UNPACK),
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
    ("word/", "docx", ""),
    ("xl/", "an Excel workbook", "Save the report that it belongs to as docx, pdf or text; figures without their report cannot be placed."),
    ("ppt/", "a PowerPoint presentation", _CONVERT.format(to="pdf")),
    ("Doc_0/", "an OFD document", "Open it in an OFD reader, print it to PDF and put that file in its place."),
    ("OFD.xml", "an OFD document", "Open it in an OFD reader, print it to PDF and put that file in its place."),
    ("META-INF/container.xml", "an EPUB book", _CONVERT.format(to="docx")),
)
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


def zip_kind(data: bytes) -> tuple[str, str]:
    """What a zip file is: ``docx``, ``zip``, or another format's name, and what to do about that.

    Raises:
        DecodeError: ``broken``, its directory cannot be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()[:10_000]
            mimetype = archive.read("mimetype")[:60] if "mimetype" in names and archive.getinfo("mimetype").file_size < 100 else b""
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, RuntimeError, EOFError, KeyError, OverflowError) as error:
        raise DecodeError(
            "broken", f"The file is a zip archive or an office document that is cut off or damaged ({error}). Fetch or save it again."
        ) from error
    if b"opendocument" in mimetype:
        return "an OpenDocument file", _CONVERT.format(to="docx")
    for prefix, kind, advice in _OFFICE_PARTS:
        if any(name == prefix or (prefix.endswith("/") and name.startswith(prefix)) for name in names):
            return kind, advice
    return "zip", ""


def _ole_kind(data: bytes) -> DecodeError:
    """A compound file: old office formats, or an encrypted new one. Stream names are UTF-16 in its directory."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return DecodeError("encrypted", "The document is protected by a password. Save it without one and put that file in its place.")
    if holds("WordDocument"):
        return unsupported("a Word document of the old binary kind (.doc, or .wps of WPS Office)", _CONVERT.format(to="docx"))
    if holds("Workbook") or holds("Book"):
        return unsupported("an Excel workbook of the old binary kind (.xls)", _CONVERT.format(to="xlsx") + " A table needs its report.")
    if holds("PowerPoint Document"):
        return unsupported("a PowerPoint presentation of the old binary kind (.ppt)", _CONVERT.format(to="pdf"))
    return unsupported("an office document of an old binary kind (.doc, .wps, .xls or their like)", _CONVERT.format(to="docx"))


def binary_format(data: bytes) -> str | None:
    """``pdf``, ``docx`` or ``zip`` where the bytes are one, None where they should be read as text.

    Raises:
        DecodeError: a known format that is not read, or a damaged zip.
    """
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if is_zip(data):
        kind, advice = zip_kind(data)
        if kind in ("docx", "zip"):
            return kind
        raise unsupported(kind, advice)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _ole_kind(data)
    for magic, offset, what, advice in _MAGIC:
        if data.startswith(magic, offset) and not (len(magic) < 4 and data[2:200].isascii() and b"\x00" not in data[:200]):
            raise unsupported(what, advice)
    if data[:2000].lstrip()[:13].upper() == b"MIME-VERSION:" or (b"multipart/related" in data[:2000] and b"boundary=" in data[:2000]):
        raise unsupported("a web archive (.mht)", "Open it in a browser, save it as a plain HTML page and put that file in its place.")
    return None


def text_format(text: str) -> str:
    """``html``, ``md`` or ``txt``."""
    head = text[:200_000]
    if "<table" in head and not _HTML_START.match(head) and len(_MD_MARK.findall(head)) >= 2:
        head = _TABLE.sub("", head)  # Markdown may hold tables in HTML
    if _HTML_START.match(head) or sum(1 for _ in _HTML_TAG.finditer(head)) >= max(5, len(head) / 2000):
        return "html"
    marks = sum(1 for _ in _MD_MARK.finditer(head))
    return "md" if marks >= 2 or re.match(r"\s*# +\S", head) else "txt"
