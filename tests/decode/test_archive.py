"""Archives: members within limits, nothing that leads out of them."""

from __future__ import annotations

import importlib.util
import io
import sys
import zipfile
from collections.abc import Callable

import pytest

from tests.decode.makers import PARAGRAPH, docx_of, rar_of, seven_zip_of, zip_of
from transforms.decode import decode
from transforms.decode.archive import is_archive, members
from transforms.decode.limits import Limits
from transforms.types import DecodeError, RawFile


def names(data: bytes, limits: Limits | None = None) -> list[str]:
    return [member.source_path for member in members(RawFile("a/b.zip", data), limits or Limits())]


def refused(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(DecodeError) as caught:
        names(data, limits)
    assert len(caught.value.message) > 20
    return caught.value.error


def test_members_with_their_places_and_archives_inside_opened() -> None:
    inner = zip_of(("c.txt", PARAGRAPH.encode()))
    data = zip_of(("二/y.txt", b"y"), ("a.docx", docx_of([PARAGRAPH])), ("in.zip", inner), ("__MACOSX/._x", b"z"), (".DS_Store", b"z"))
    assert names(data) == ["a/b.zip!/a.docx", "a/b.zip!/in.zip!/c.txt", "a/b.zip!/二/y.txt"]
    assert [decode(m).format for m in members(RawFile("a/b.zip", data)) if "y.txt" not in m.source_path] == ["docx", "txt"]


def test_names_in_gbk() -> None:
    data = zip_of(("aaaa.txt", b"x")).replace(b"aaaa.txt", "报告".encode("gbk") + b".txt")
    assert names(data) == ["a/b.zip!/报告.txt"]


def test_what_is_an_archive() -> None:
    assert is_archive(RawFile("x", zip_of(("a.txt", b"x"))))
    assert not is_archive(RawFile("x.zip", docx_of(["x"])))
    assert not is_archive(RawFile("x.zip", b"PK\x03\x04 and no more"))
    assert not is_archive(RawFile("x.zip", b"text"))
    with pytest.raises(DecodeError, match="archive"):
        decode(RawFile("x", zip_of(("a.txt", b"x"))))


@pytest.mark.parametrize("name", ["../x.txt", "a/../../x.txt", "/etc/x", "C:/x.txt", "..\\x.txt"])
def test_paths_that_lead_out(name: str) -> None:
    assert refused(zip_of((name, b"x"))) == "unsupported"


def test_links_are_not_followed() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refused(out.getvalue()) == "unsupported"


def test_bombs() -> None:
    assert refused(zip_of(("a.txt", b"0" * 30_000_000))) == "too_large"
    assert refused(zip_of(*((f"{i}.txt", bytes(100_000)) for i in range(20))), Limits(unpacked_bytes=1_000_000)) == "too_large"
    assert refused(zip_of(*((f"{i}.txt", b"x") for i in range(30))), Limits(members=20)) == "too_large"
    data = zip_of(("a.txt", b"x"))
    for _ in range(4):
        data = zip_of(("in.zip", data))
    assert refused(data) == "too_large"


def test_two_members_of_one_name() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zip_of(("a.txt", b"x"), ("a.txt", b"y"))
    assert refused(data) == "unsupported"


def test_damaged_and_protected() -> None:
    data = zip_of(("a.txt", PARAGRAPH.encode() * 50))
    assert refused(data[:-20]) == "broken"
    spoiled = bytearray(data)
    spoiled[60:70] = b"\xff" * 10
    assert refused(bytes(spoiled)) == "broken"
    locked = bytearray(data)
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(locked)) == "encrypted"


PACKERS = {"7z": seven_zip_of, "rar": rar_of}
needs_unrar = pytest.mark.skipif(importlib.util.find_spec("unrar") is None, reason="there is no wheel of unrar2-cffi for this machine")


@pytest.fixture(params=["7z", pytest.param("rar", marks=needs_unrar)])
def pack(request: pytest.FixtureRequest) -> Callable[..., bytes]:
    return PACKERS[request.param]


def test_other_archives_hold_members_too(pack: Callable[..., bytes]) -> None:
    data = pack(("二/报告.txt", PARAGRAPH.encode()), ("a.docx", docx_of([PARAGRAPH])), ("in.zip", zip_of(("c.txt", PARAGRAPH.encode()))))
    found = {member.source_path: member for member in members(RawFile("a/b", data))}
    assert list(found) == ["a/b!/a.docx", "a/b!/in.zip!/c.txt", "a/b!/二/报告.txt"]
    assert {decode(member).text for member in found.values()} == {PARAGRAPH}
    assert is_archive(RawFile("x.txt", data))


def test_other_archives_keep_the_limits(pack: Callable[..., bytes]) -> None:
    assert refused(pack(*((f"{i}.txt", b"x") for i in range(30))), Limits(members=20)) == "too_large"
    assert refused(pack(("a.txt", bytes(i % 251 for i in range(200_000)))), Limits(unpacked_bytes=100_000)) == "too_large"
    data = pack(("a.txt", PARAGRAPH.encode() * 50))
    assert refused(data[: len(data) // 2]) in ("broken", "unsupported")
    for _ in range(4):
        data = pack(("in", data))
    assert refused(data) == "too_large"


def test_a_bomb_of_7_zip() -> None:
    assert refused(seven_zip_of(("a.txt", bytes(100_000_000)))) == "too_large"


def test_7_zip_with_a_password() -> None:
    assert refused(seven_zip_of(("a.txt", b"x"), password="p")) == "encrypted"


@needs_unrar
def test_rar_that_lies_about_a_size() -> None:
    assert refused(rar_of(("a.txt", b"x" * 1000), size=10)) == "broken"
    assert refused(rar_of(("a.txt", b"x"), size=2**40)) == "too_large"
    assert refused(rar_of(("../x.txt", b"x"))) == "unsupported"


def test_without_an_unpacker_rar_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "unrar.cffi.unrarlib", None)
    assert refused(rar_of(("a.txt", b"x"))) == "unsupported"
