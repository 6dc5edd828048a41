"""From bytes to text, by what the bytes are. (Stand-in: UTF-8 text only.)"""

from __future__ import annotations

from transforms.model import Decoded, DecodeError, RawFile


def decode(raw: RawFile) -> Decoded:
    """The text of a file.

    Raises:
        DecodeError: the file cannot become a document.
    """
    if not raw.data.strip():
        raise DecodeError("empty", "The file is empty. Remove it, or put the report in its place.")
    try:
        return Decoded(raw.data.decode("utf-8-sig"), "txt", "utf-8")
    except UnicodeDecodeError as error:
        raise DecodeError("binary", f"The file is no text: {error}.") from error
