"""HTML pages: the report without what the site puts around it.

The report is the smallest element that holds nearly all text that is no link. Its blocks become lines, its data tables
lines with headings; lists of links go, and what is left of the page's furniture goes line by line (``furniture``).
Nothing here recurses: a page may nest as deep as it likes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from transforms.decode.boilerplate import is_edge_furniture, is_furniture, squeeze
from transforms.decode.limits import Limits
from transforms.tables.grid import Cell
from transforms.tables.layout import TablesAside
from transforms.types import DecodeError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_DROP = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "select",
        "option",
        "button",
        "input",
        "textarea",
        "nav",
        "head",
        "audio",
        "video",
        "canvas",
        "map",
        "area",
        "link",
        "meta",
        "base",
        "rt",
        "rp",
    )
)
_LINK_BLOCKS = frozenset(("div", "ul", "ol", "dl", "table", "p", "td", "section", "aside", "header", "footer", "center"))
_BLOCK = _LINK_BLOCKS | frozenset(
    (
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "dt",
        "dd",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "th",
        "caption",
        "article",
        "main",
        "form",
        "fieldset",
        "blockquote",
        "pre",
        "figure",
        "figcaption",
        "address",
        "details",
        "summary",
        "body",
        "html",
        "hr",
    )
)
_FILE_LINK = re.compile(r"[^/?#]+\.(?:pdf|docx?|wps|xlsx?|zip|rar|ofd|ceb)\b", re.IGNORECASE)
_DAY = re.compile(r"[\[(（]?\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?(?:\d{2}:\d{2})?(?::\d{2})?[\])）]?")
_DATA_ADDRESS = re.compile(r"data:[a-z]{1,20}/[^\"'\s>)]{200,}")
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{30000,}>?")
"""The parser compares each attribute of a tag with all others: a tag of megabytes would take hours."""
_SPACE_RUN = re.compile(r"[ \t\r\n\f]+")
_TITLE_SPLIT = re.compile(r"\s*[|_]\s*|\s+[-—–]+\s+|-(?=[^\d])")
_REPORTISH = re.compile(r"报告|公报|决算|预算|计划|规划")


class Page:
    """A parsed page: its lines, its title, and what tells a stub from a report."""

    def __init__(self, lines: list[str], title: str | None, links: int, attachments: list[str], tables: TablesAside) -> None:
        self.text = "\n".join(lines)
        self.tables = tables
        self.title = title
        self.frames: tuple[str, ...] = ()
        """Addresses of the pages shown in frames."""
        self.scripts = 0
        self.links = links
        self.attachments = attachments


def _parse(text: str, limits: Limits) -> Element:
    from lxml import etree

    # Without huge_tree the parser silently drops what nests deeper than 256.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    if text.count("<") > 2 * limits.elements:
        raise DecodeError("too_large", f"The page has more than {limits.elements:,} elements. Save the report's own page.")
    text = _LONG_TAG.sub("", _DATA_ADDRESS.sub("data:", text))
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError, etree.ParserError) as error:
        raise DecodeError("broken", f"The page cannot be parsed as HTML ({error}). Save it again from the browser.") from error
    if root is None:
        raise DecodeError("empty", "The page holds no text. Save the page that shows the report.")
    if sum(1 for _ in root.iter()) > limits.elements:
        raise DecodeError("too_large", f"The page has more than {limits.elements:,} elements. Save the report's own page.")
    return root


_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![\w-])font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)|(?<![\w-])opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)",
    re.IGNORECASE,
)
_WHITE = re.compile(r"(?<![\w-])color\s*:\s*(?:white|#fff(?:fff)?|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))\s*(?:;|!|$)", re.IGNORECASE)


def _is_white(element: Element) -> bool:
    """Whether an element's text is white and nothing around it says on what else than white it stands."""
    own = element.get("style") or ""
    if not (_WHITE.search(own) or (element.get("color") or "").lower() in ("white", "#fff", "#ffffff")):
        return False
    around: Element | None = element
    while around is not None:
        if "background" in (around.get("style") or "").lower() or around.get("bgcolor") or around.tag == "th":
            return False
        if around.get("class") and (around is element or around.tag in ("td", "tr", "table", "tbody", "thead")):
            return False  # a style sheet may give it a ground
        around = around.getparent()
    return True


def _prune(root: Element) -> None:
    """Take out what never shows as text; the text behind each element stays."""
    for element in [e for e in root.iter() if not isinstance(e.tag, str) or e.tag in _DROP]:
        _remove(element)
    hidden = [e for e in root.iter() if e.get("hidden") is not None or _HIDDEN.search(e.get("style") or "") or _is_white(e)]
    if hidden:
        whole = _length(root)
        for element in hidden:
            if element.getparent() is not None and _length(element) < 0.3 * whole:
                _remove(element)


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _length(element: Element) -> int:
    return sum(len(piece) for piece in element.itertext())


class _Weights:
    """For each element: characters of the text in it that is no link and no furniture, and of links."""

    def __init__(self, root: Element) -> None:
        self.own: dict[Element, int] = {}
        self.link: dict[Element, int] = {}
        self.anchors: dict[Element, int] = {}
        inside: dict[Element, bool] = {}
        order = list(root.iter())
        for element in order:
            parent = element.getparent()
            inside[element] = element.tag == "a" or (parent is not None and inside.get(parent, False))
            self.own[element] = self.link[element] = 0
            self.anchors[element] = int(element.tag == "a")
        for element in order:
            self._add(element, element.text, inside[element])
            parent = element.getparent()
            if element is not root and parent is not None:
                self._add(parent, element.tail, inside[parent])
        for element in reversed(order):
            parent = element.getparent()
            if element is not root and parent is not None:
                self.own[parent] += self.own[element]
                self.link[parent] += self.link[element]
                self.anchors[parent] += self.anchors[element]

    def _add(self, element: Element, text: str | None, linked: bool) -> None:
        line = squeeze(text) if text else ""
        if not line:
            return
        if linked:
            self.link[element] += len(line)
        elif not (_DAY.fullmatch(line) or is_furniture(line) or is_edge_furniture(line)):
            self.own[element] += len(line)


def _main(root: Element, weights: _Weights) -> Element:
    """The smallest element with 97% of the page's own text."""
    whole = weights.own[root]
    here = root
    while True:
        child = max(here, key=lambda e: weights.own.get(e, 0), default=None)
        if child is None or weights.own.get(child, 0) < 0.97 * whole or child.tag in ("p", "span", "tr", "font", "strong", "b", "tbody"):
            return here
        here = child


def _drop_link_blocks(main: Element, weights: _Weights) -> None:
    """Take out lists of links: mostly linked text, hardly any other."""
    for element in list(main.iter(*_LINK_BLOCKS)):
        if element is main:
            continue
        own, link, anchors = weights.own.get(element, 0), weights.link.get(element, 0), weights.anchors.get(element, 0)
        if anchors >= 2 and link > 2 * own and own < 120:
            _remove(element)


def _events(main: Element) -> Iterator[tuple[str, Element]]:
    from lxml import etree

    yield from etree.iterwalk(main, events=("start", "end"))


def _rows(table: Element) -> list[list[Cell]]:
    rows = []
    for row in table.iter("tr"):
        if _table_of(row) is table:
            cells = [c for c in row if c.tag in ("td", "th")]
            rows.append([Cell(_cell_text(c), _span(c, "rowspan"), _span(c, "colspan")) for c in cells])
    return rows


def table_rows(source: str) -> list[list[Cell]]:
    """The rows of a table that is given alone."""
    from lxml import etree

    root = etree.fromstring(source.encode(), etree.HTMLParser(encoding="utf-8", remove_comments=True, no_network=True))
    table = root.find(".//table") if root is not None else None
    return _rows(table) if table is not None else []


def _table_of(element: Element) -> Element | None:
    parent = element.getparent()
    while parent is not None and parent.tag != "table":
        parent = parent.getparent()
    return parent


def _span(cell: Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return int(value) if value.isdigit() and len(value) < 5 else 1


_BLANKS_BEFORE = re.compile("[ \t\r\n]*([\xa0\u3000\u2002\u2003]*)")


def _cell_text(cell: Element) -> str:
    """The lines of a cell, with the blanks before its text that set a label in."""
    text = "\n".join(_block_lines(cell)).lstrip("\u3000\u2002\u2003")
    blanks = _BLANKS_BEFORE.match("".join(cell.itertext()))
    return (blanks.group(1) if blanks else "") + text


def _table_lines(table: Element, limits: Limits, aside: TablesAside) -> list[str] | None:
    """The caption and the line that stands for a data table; None where the table only lays out the page."""
    if next(table.iterdescendants("table"), None) is not None or _length(table) > 200_000:
        return None
    if any(sum(1 for p in cell.iter("p") if _length(p) > 60) > 2 for cell in table.iter("td")):
        return None
    stands_for = aside.put(_rows(table), limits.table_cells)
    if stands_for is None:
        return None
    caption = table.find("caption")
    return [*(_block_lines(caption) if caption is not None else []), stands_for]


class _Lines:
    """Collects text into lines: blocks and <br> end a line, other white space is one space."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.now: list[str] = []

    def text(self, text: str | None, verbatim: bool = False) -> None:
        if not text:
            return
        if verbatim:
            *lines, last = text.split("\n")
            for line in lines:
                self.now.append(line)
                self.end()
            self.now.append(last)
        else:
            self.now.append(_SPACE_RUN.sub(" ", text))

    def end(self) -> None:
        line = _SPACE_RUN.sub(" ", "".join(self.now)).replace("\xa0", " ").strip(" ")
        self.now = []
        if line.strip():
            self.done.append(line.rstrip())


def _block_lines(main: Element, limits: Limits | None = None, aside: TablesAside | None = None) -> list[str]:
    """The lines of an element; with ``aside`` its data tables are set aside."""
    out = _Lines()
    skip: Element | None = None
    pre = 0
    for event, element in _events(main):
        tag: Any = element.tag
        if skip is not None:
            if event == "end" and element is skip:
                skip = None
                if element is not main:
                    out.text(element.tail, pre > 0)
            continue
        if tag in _BLOCK or (tag == "br" and event == "start"):
            out.end()
        if event == "start":
            if tag == "table" and limits and aside is not None and (lines := _table_lines(element, limits, aside)) is not None:
                out.done.extend(lines)
                skip = element
                continue
            pre += tag == "pre"
            out.text(element.text, pre > 0)
        else:
            pre -= tag == "pre"
            if element is not main:
                out.text(element.tail, pre > 0)
    out.end()
    return out.done


def _title(root: Element) -> str | None:
    """What the page calls itself: a metadata field, a heading, or the part of <title> that names a report."""
    found: list[str] = []
    for meta in root.iter("meta"):
        if (meta.get("name") or meta.get("property") or "").lower() in ("articletitle", "og:title", "title"):
            found.append(meta.get("content") or "")
    found.extend(_TITLE_SPLIT.split(" ".join((root.findtext(".//title") or "").split())))
    for heading in root.iter("h1", "h2"):
        found.append("".join(heading.itertext()))
    names = [" ".join(name.split()) for name in found if name and 4 <= len(squeeze(name)) <= 80]
    return next((n for n in names if _REPORTISH.search(squeeze(n)) and len(squeeze(n)) >= 6), names[0] if names else None)


def read_page(text: str, limits: Limits) -> Page:
    """The report of a page, furniture lines still in it.

    Raises:
        DecodeError: ``broken``, ``empty`` or ``too_large``.
    """
    root = _parse(text.replace("\x00", ""), limits)
    title = _title(root)
    body = root.find("body")
    attachments = _attachments(root)
    frames = tuple(dict.fromkeys(src for e in root.iter("frame", "iframe") if (src := (e.get("src") or "").strip()[:200])))[:5]
    scripts = sum(1 for _ in root.iter("script"))
    _prune(root)
    start = body if body is not None and body.getparent() is not None else root
    weights = _Weights(start)
    main = _main(start, weights)
    _drop_link_blocks(main, weights)
    aside = TablesAside()
    lines = _block_lines(main, limits, aside)
    if len(text) > 4_000 and weights.own[start] < 400 and len(crude := _crude_lines(text)) > len(lines):
        lines = crude  # the parser gives up on what nests too deep
    if title and _REPORTISH.search(squeeze(title)) and squeeze(title) not in squeeze("".join(lines[:12])[:1500]):
        lines.insert(0, title)
    page = Page(lines, title, weights.anchors[start], attachments, aside)
    page.frames, page.scripts = frames, scripts
    return page


def read_plain(text: str, limits: Limits, aside: TablesAside) -> str:
    """The text of a page that has nothing around it, a chapter of a book: all of its body, data tables set aside.

    Raises:
        DecodeError: ``broken``, ``empty`` or ``too_large``.
    """
    root = _parse(text.replace("\x00", ""), limits)
    body = root.find("body")
    _prune(root)
    return "\n".join(_block_lines(body if body is not None else root, limits, aside))


_UNSHOWN = re.compile(r"<(script|style|head|noscript|textarea|select)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"</?(?:p|div|tr|table|br|h[1-6]|li|ul|ol|td|section|article|body|html)\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_LINKED = re.compile(r"<a\b[^<>]*>[^<]*</a\s*>", re.IGNORECASE)


def _crude_lines(text: str) -> list[str]:
    """The lines of a page without looking at how its tags nest; only those that can be sentences of a report."""
    import html

    shown = _ANY_TAG.sub("", _BREAK.sub("\n", _LINKED.sub("", _UNSHOWN.sub("", text))))
    lines = [" ".join(line.split()) for line in html.unescape(shown).split("\n")]
    sentences = [line for line in lines if len(line) >= 20 and re.search("[，。；]", line)]
    return [line for line in lines if line] if sum(map(len, sentences)) > 400 else []


def _attachments(root: Element) -> list[str]:
    """Names of documents that the page links to."""
    names: list[str] = []
    for link in root.iter("a"):
        label = " ".join("".join(link.itertext()).split())
        target = _FILE_LINK.search(link.get("href") or "")
        if _FILE_LINK.search(label) or target:
            name = label if _FILE_LINK.search(label) or not target else target.group()
            if name and name not in names:
                names.append(name[:120])
    return names[:5]
