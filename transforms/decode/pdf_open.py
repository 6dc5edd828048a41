"""Opens a PDF: checks it, repairs it where its end is lost, and takes out the layers that are switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.decode.pdf_fonts import use_box_font
from transforms.decode.pdf_forms import check_forms
from transforms.types import DecodeError

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument


def open_pdf(data: bytes) -> PdfDocument:
    """The PDF as PDFium reads it.

    Raises:
        DecodeError: ``encrypted``, ``broken``, ``no_text`` or ``too_large``.
    """
    return open_or_repair(data)[0]


def open_or_repair(data: bytes) -> tuple[PdfDocument, tuple[str, ...]]:
    """The PDF as PDFium reads it, and what had to be done so that it could.

    Raises:
        DecodeError: ``encrypted``, ``broken``, ``no_text`` or ``too_large``.
    """
    import pypdfium2 as pdfium

    from transforms.decode.pdf_layers import without_hidden_layers

    check_forms(data)
    use_box_font()
    try:
        return pdfium.PdfDocument(without_hidden_layers(data)), ()
    except pdfium.PdfiumError as error:
        if "assword" in str(error) or "ecurity" in str(error):
            raise DecodeError(
                "encrypted",
                "The PDF is protected by a password. Save it without one (print it to PDF, say) and put that file in its place.",
            ) from error
        repaired = _repaired(data)
        if repaired is None:
            raise DecodeError(
                "broken", "The PDF is cut off or damaged and cannot be opened. Fetch it again, or open it and print it to PDF."
            ) from error
        return repaired


def _repaired(data: bytes) -> tuple[PdfDocument, tuple[str, ...]] | None:
    import pypdfium2 as pdfium

    from transforms.decode.pdf_repair import repair

    found = repair(data)
    if found is None:
        return None
    if len(found.without_fonts) == found.pages:
        raise DecodeError(
            "no_text",
            "The PDF is cut off: pages are there, but the fonts that tell their characters are lost, so that "
            "no text can be had of them. Fetch it again. If it stays so: print it to PDF from a program that shows it.",
        )
    check_forms(found.data)
    try:
        document = pdfium.PdfDocument(found.data)
    except pdfium.PdfiumError:
        return None
    notes = [f"The PDF is cut off or damaged: {found.pages} pages could be read, later ones may be missing. Fetch it again."]
    if found.without_fonts:
        notes.append(f"Pages whose fonts are lost in part, with wrong or missing characters: {ranges(found.without_fonts)}.")
    return document, tuple(notes)


def ranges(numbers: tuple[int, ...] | list[int]) -> str:
    """Numbers of pages for people: ``1-3, 7``."""
    out: list[list[int]] = []
    for n in numbers:
        if out and n == out[-1][1] + 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)
