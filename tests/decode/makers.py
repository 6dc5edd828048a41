"""Makes files of every format for tests: the same lines as txt, html, docx and pdf, and parts of hostile ones."""

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


def pdf_of(lines: Sequence[str], head: str = "某区政府工作报告", per_page: int = 30) -> bytes:
    """Pages with a running head and a page number, in a font that is not embedded."""
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
            sheet.drawString(60, 780 - 24 * i, line)
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
