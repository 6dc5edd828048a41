"""Great Expectations' Data Docs of a run, made to work without a network.

The pages are Great Expectations' own. As they come they load sixteen style sheets and scripts from the network and list
nothing without them; here scripts and outside links are taken out, a small style sheet is put in, and the index is ours.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

STYLE = """
body{font:15px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;margin:0 auto;max-width:1100px;
padding:1rem 1.5rem;color:#1d2430;background:#fff}
a{color:#1557a6}h1,h2,h3,h4{line-height:1.25}table{border-collapse:collapse;width:100%;margin:.6rem 0}
th,td{border:1px solid #d9dee7;padding:.35rem .55rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f3f5f8}
.ok{color:#12713a}.bad{color:#b3261e;font-weight:600}.fa-check-circle:before{content:"✔";color:#12713a}
.fa-times:before,.fa-times-circle:before{content:"✘";color:#b3261e}.fa-exclamation-triangle:before{content:"⚠";color:#9a6700}
.badge{background:#eef1f6;border-radius:4px;padding:0 .3rem;font-family:ui-monospace,monospace;font-size:.9em}
nav,.navbar,.sticky-top,.collapse .btn{position:static}ul{padding-left:1.2rem}
@media(prefers-color-scheme:dark){body{color:#e6e9ee;background:#14181f}th{background:#1f2630}th,td{border-color:#333c49}a{color:#7db7ff}
.badge{background:#252d39}.ok{color:#5fce8b}.bad{color:#ff8a80}}
"""


def write_data_docs(results: list[dict[str, Any]], folder: Path) -> list[Path]:
    """Write one page for each suite and table, and an index, into ``folder``.

    Args:
        results: :attr:`expectations.gate.ValidationResult.results`.
        folder: made where it is missing.

    Returns:
        The files written, the index first.
    """
    from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
    from great_expectations.render import renderer, view

    pages, html = _untyped(renderer).ValidationResultsPageRenderer(run_info_at_end=True), _untyped(view).DefaultJinjaPageView()
    folder.mkdir(parents=True, exist_ok=True)
    entries: list[tuple[str, dict[str, Any]]] = []
    for each in results:
        name = re.sub(r"[^a-z_.]", "", f"{each['suite']}.{each['table']}")
        page = f"{name}.html"
        loaded = expectationSuiteValidationResultSchema.load(each["result"])
        shown = html.render(pages.render(loaded))
        (folder / page).write_text(offline(shown, f"{each['suite']} · {each['table']}"), encoding="utf8")
        entries.append((page, each))
    index = folder / "index.html"
    index.write_text(_index(entries), encoding="utf8")
    return [index, *(folder / page for page, _ in entries)]


def _untyped(module: Any) -> Any:
    """The module, whose pages Great Expectations neither types nor exports."""
    return module


def offline(page: str, title: str) -> str:
    """The page without scripts, forms, pictures and links to the network, in a plain style of its own.

    What a document says stands in these pages as an unexpected value, so that nothing in them may run.
    """
    import lxml.html
    from lxml_html_clean import Cleaner

    tree = lxml.html.document_fromstring(page)
    cleaner = Cleaner(
        scripts=True, javascript=True, style=False, inline_style=False, links=True, meta=True, embedded=True, frames=True, forms=True,
        comments=True, page_structure=False, safe_attrs_only=True, kill_tags=["img", "svg", "style", "title"],
    )  # fmt: skip
    cleaned = cleaner.clean_html(tree)
    for link in cleaned.xpath("//a[@href]"):
        if not link.get("href").startswith("#"):
            link.drop_tag()
    # The way home and the filter are ours or need the scripts that are gone.
    for useless in cleaned.xpath("//*[contains(@class, 'breadcrumbs ')] | //div[@class='card mb-3'][.//strong[text()='Actions']]"):
        useless.drop_tree()
    body = cleaned.find("body")
    inner = "".join(lxml.html.tostring(child, encoding="unicode") for child in (body if body is not None else cleaned))
    return _page(title, f'<p><a href="index.html">← Data Docs</a></p>{inner}')


def _index(entries: list[tuple[str, dict[str, Any]]]) -> str:
    rows = []
    for page, each in entries:
        numbers = each["result"].get("statistics", {})
        evaluated, passed = numbers.get("evaluated_expectations", 0), numbers.get("successful_expectations", 0)
        state = '<span class="ok">✔ passed 通过</span>' if each["result"].get("success") else '<span class="bad">✘ failed 未通过</span>'
        rows.append(
            f'<tr><td><a href="{escape(page)}">{escape(each["suite"])}</a></td><td>{escape(each["table"])}</td><td>{state}</td>'
            f"<td>{passed} / {evaluated}</td></tr>"
        )
    table = (
        "<table><tr><th>Suite 检查套件</th><th>Table 表</th><th>Result 结果</th><th>Passed 通过数</th></tr>" + "".join(rows) + "</table>"
    )
    note = "<p>Great Expectations · results of the last run, as it renders them. A failed warning does not stop the publication.</p>"
    back = '<p><a href="../index.html">← Data quality 数据质量</a></p>'
    return _page("Data Docs", f"{back}<h1>Data Docs</h1>{note}{table}")


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )
