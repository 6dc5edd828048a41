"""Makes files of every format for tests: the same lines as html, docx, pdf, rtf, odt, mht, epub and ofd, and parts of hostile ones."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Iterable, Sequence

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PARAGRAPH = "2023年，全区地区生产总值367亿元，同比增长5%左右；一般公共预算收入39.7亿元，增长4.7%，居民收入稳步提高。"


def squeeze(text: str) -> str:
    return "".join(text.split())


def page(body: str, charset: str = "utf-8") -> bytes:
    """A web page of a site: navigation, a breadcrumb, buttons, counters and a footer around the body."""
    links = "".join(f'<li><a href="/{i}.html">栏目之{i}</a></li>' for i in range(30))
    return (
        f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>某区政府网</title><style>p{{color:red}}</style></head><body>'
        f'<div id="nav"><ul>{links}</ul></div><div class="path">您的位置：<a href="/">首页</a> &gt; <a href="/x">公报</a></div>'
        f'<div class="article"><div class="tools"><span>浏览次数：1,234</span> <span>【字号：大 中 小】</span> <a>打印</a></div>{body}'
        "<p>责任编辑：张三</p><div>分享到：微信 微博</div></div>"
        "<div class='foot'><p>主办：某区人民政府 京ICP备05000000号-1 京公网安备11011802000001号</p></div>"
        "<script>var n = 12345;</script></body></html>"
    ).encode("gb18030" if charset.startswith("gb") else charset)


def html_of(lines: Iterable[str]) -> bytes:
    return page("".join(f"<p>{html.escape(line)}</p>" for line in lines))


def docx_of(lines: Iterable[str]) -> bytes:
    import docx

    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def set_in_lines(paragraphs: Iterable[str], width: int = 38) -> list[str]:
    """Paragraphs as a word processor sets them: lines of at most so many full widths, the first set in by two."""
    lines: list[str] = []
    for paragraph in paragraphs:
        line, used = "\u3000\u3000", 2.0
        for char in paragraph:
            size = 1.0 if char > "\xff" else 0.5
            if used + size > width and char not in "，。；：、！？）》”％%":
                lines.append(line)
                line, used = "", 0.0
            line, used = line + char, used + size
        lines.append(line)
    return lines


def pdf_of(lines: Sequence[str], head: str = "某区政府工作报告", per_page: int = 30, justified: bool = False) -> bytes:
    """Pages with a running head and a page number, in a font that is not embedded; ``justified`` lines end at the right margin."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=A4)
    for number, start in enumerate(range(0, len(lines), per_page), 1):
        sheet.setFont("STSong-Light", 9)
        sheet.drawString(240, 815, head)
        sheet.drawString(290, 25, f"— {number} —")
        sheet.setFont("STSong-Light", 12)
        for i, line in enumerate(lines[start : start + per_page]):
            full = start + i + 1 < len(lines) and not lines[start + i + 1].startswith("\u3000")
            gap = (456 - pdfmetrics.stringWidth(line, "STSong-Light", 12)) / len(line) if justified and full else 0
            sheet.drawString(60, 780 - 24 * i, line, charSpace=gap)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def raw_docx(document: str | bytes, **parts: str) -> bytes:
    """A DOCX with this XML as its main part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document)
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content)
    return out.getvalue()


def body(xml: str) -> str:
    return f"<w:document {W}><w:body>{xml}</w:body></w:document>"


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def zip_of(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def rtf_of(lines: Iterable[str]) -> bytes:
    """As WPS writes it: Chinese in bytes of GBK in a font of its own, what GBK lacks as Unicode."""
    paragraphs = []
    for line in lines:
        coded = []
        for char in line:
            raw = char.encode("gbk", "replace")
            if char < "\x80":
                coded.append("\\" + char if char in "\\{}" else char)
            elif raw == b"?":
                units = memoryview(char.encode("utf-16-le")).cast("h")
                coded.append("\\uc1" + "".join(f"\\u{unit}?" for unit in units))
            else:
                coded.append("".join(f"\\'{byte:02x}" for byte in raw))
        paragraphs.append("{\\f1 " + "".join(coded) + "}\\par")
    fonts = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fnil\fcharset134 \'cb\'ce\'cc\'e5;}}"
    return ("{\\rtf1\\ansi\\ansicpg1252\\deff0" + fonts + "{\\*\\generator x}\n" + "\n".join(paragraphs) + "}").encode("ascii")


ODF = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in (("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing"))
)


def odf(content: str, kind: str = "text", styles: str = "") -> bytes:
    """An OpenDocument file with this body."""
    xml = (
        f"<office:document-content{ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{content}</office:{kind}></office:body></office:document-content>"
    )
    return zip_of(("mimetype", f"application/vnd.oasis.opendocument.{kind}".encode()), ("content.xml", xml.encode()))


def odt_of(lines: Iterable[str]) -> bytes:
    return odf("".join(f"<text:p>{html.escape(line)}</text:p>" for line in lines))


def mht_of(lines: Iterable[str]) -> bytes:
    """A page as a browser saves it, with a picture and an empty frame beside it."""
    import quopri

    picture = "iVBORw0KGgo="
    parts = [
        (
            "text/html; charset=gb2312",
            "quoted-printable",
            quopri.encodestring(page("".join(f"<p>{html.escape(x)}</p>" for x in lines), "gb2312")),
        ),
        ("text/html; charset=utf-8", "8bit", b"<html><body></body></html>"),
        ("image/png", "base64", picture.encode()),
    ]
    out = [b'From: <Saved by Browser>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary="--x--"\r\n']
    for kind, coding, body_ in parts:
        out.append(
            f"----x--\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {coding}\r\nContent-Location: http://a.example/\r\n".encode()
        )
        out.append(body_)
    return b"\r\n".join([*out, b"----x----\r\n"])


def epub_of(lines: Sequence[str], per_chapter: int = 100) -> bytes:
    """A book of chapters, with a contents page that is no part of the reading order."""
    chapters = [lines[i : i + per_chapter] for i in range(0, len(lines), per_chapter)]
    head = '<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>'
    items = "".join(f'<item id="c{i}" href="c%20{i}.xhtml" media-type="application/xhtml+xml"/>' for i in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
    return zip_of(
        ("mimetype", b"application/epub+zip"),
        (
            "META-INF/container.xml",
            (
                b'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
                b'<rootfile full-path="OEBPS/a.opf"/></rootfiles></container>'
            ),
        ),
        (
            "OEBPS/a.opf",
            f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{spine}</spine></package>'.encode(),
        ),
        *(
            (f"OEBPS/c {i}.xhtml", (head + "".join(f"<p>{html.escape(x)}</p>" for x in chapter) + "</body></html>").encode())
            for i, chapter in enumerate(chapters)
        ),
    )


def ofd(*pages: str) -> bytes:
    """An OFD file whose pages have these objects (XML)."""
    names = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    listed = "".join(f'<ofd:Page ID="{i}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i in range(len(pages)))
    area = "<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
    return zip_of(
        ("OFD.xml", f"<ofd:OFD {names}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>".encode()),
        ("Doc_0/Document.xml", f"<ofd:Document {names}>{area}<ofd:Pages>{listed}</ofd:Pages></ofd:Document>".encode()),
        *(
            (
                f"Doc_0/Pages/Page_{i}/Content.xml",
                f"<ofd:Page {names}><ofd:Content><ofd:Layer>{x}</ofd:Layer></ofd:Content></ofd:Page>".encode(),
            )
            for i, x in enumerate(pages)
        ),
    )


def ofd_text(text: str, x: float, y: float, size: float = 4.0, more: str = "") -> str:
    """A text object at a place of the page (millimetres from the upper left corner)."""
    steps = " ".join(str(size if char > "\xff" else size / 2) for char in text[:-1])
    step = f'DeltaX="{steps}"' if steps else ""
    return (
        f'<ofd:TextObject Boundary="{x} {y} {size * len(text)} {size}" Size="{size}" {more}>'
        f'<ofd:TextCode X="0" Y="{size}" {step}>{html.escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def ofd_of(lines: Sequence[str], head: str = "某区政府工作报告", per_page: int = 30) -> bytes:
    """Pages with a running head and a page number."""
    pages = []
    for number, start in enumerate(range(0, len(lines), per_page), 1):
        objects = [ofd_text(head, 80, 10, 3), ofd_text(f"— {number} —", 100, 285, 3)]
        objects += [ofd_text(line, 20, 25 + 8 * i) for i, line in enumerate(lines[start : start + per_page])]
        pages.append("".join(objects))
    return ofd(*pages)


def _vint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def _rar_block(fields: bytes, data: bytes = b"") -> bytes:
    import zlib

    sized = _vint(len(fields)) + fields
    return zlib.crc32(sized).to_bytes(4, "little") + sized + data


def rar_of(*members: tuple[str, bytes], size: int | None = None) -> bytes:
    """A RAR 5 archive whose members are stored; ``size`` is what it says of each one's unpacked size, the truth if None."""
    import zlib

    out = [b"Rar!\x1a\x07\x01\x00", _rar_block(_vint(1) + _vint(0) + _vint(0))]
    for name, data in members:
        encoded = name.encode()
        fields = b"".join((
            _vint(2), _vint(2), _vint(len(data)), _vint(4), _vint(len(data) if size is None else size), _vint(0o100644),
            zlib.crc32(data).to_bytes(4, "little"), _vint(0), _vint(1), _vint(len(encoded)), encoded,
        ))  # fmt: skip
        out.append(_rar_block(fields, data))
    return b"".join([*out, _rar_block(_vint(5) + _vint(0) + _vint(0))])


def seven_zip_of(*members: tuple[str, bytes], password: str | None = None) -> bytes:
    import py7zr

    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password) as archive:
        for name, data in members:
            archive.writestr(data, name)
    return out.getvalue()
