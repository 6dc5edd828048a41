"""The names of documents from other sources in the tables: safe as file names, and stable from run to run."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|#%]')
_LONGEST = 80


def web_path(url: str) -> str:
    """The source path of an address: ``web/HOST/PATH``, readable, safe as a file name, and different for each address.

    Characters that a file name cannot have are replaced; where that, or a query, could give two addresses the same name, eight
    digits of the address's hash are added.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna" if not (parts.hostname or "").isascii() else "ascii").decode("ascii").lower()
    port = f"_{parts.port}" if parts.port and parts.port != {"http": 80, "https": 443}[parts.scheme] else ""
    parts_given = [unquote(part) for part in parts.path.split("/") if part]
    kept = [name_part(part) for part in parts_given][-12:]
    place = PurePosixPath("web", name_part(host) + port, *(kept or ["index"]))
    if kept == parts_given and not parts.query and not parts.path.endswith("/") and "//" not in parts.path:
        return str(place)
    digest = hashlib.sha256(url.partition("#")[0].encode("utf8", "surrogatepass")).hexdigest()[:8]
    return str(place.with_name(f"{place.stem}~{digest}{place.suffix}"))


def name_part(text: str) -> str:
    """One part of a path, safe anywhere: no separators, control or direction characters, no leading dot, not too long."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(char if char.isprintable() else "_" for char in _UNSAFE.sub("_", text)).strip().lstrip(".~").rstrip(". ") or "_"
    if len(text.encode()) <= _LONGEST * 2 and len(text) <= _LONGEST:
        return text
    stem, dot, ending = text.rpartition(".")
    ending = f"{dot}{ending}" if dot and len(ending) <= 5 else ""
    while len((stem or text).encode()) > _LONGEST or len(stem) > _LONGEST:
        stem = (stem or text)[:-1]
    return stem + ending
