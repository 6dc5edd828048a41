"""The reading site: charts, tables, and every document with its numbers marked. Static, and made from the warehouse alone.

Pages are HTML that is complete by itself where it is text (documents, lists, coverage, dictionary); charts and what can be chosen
are drawn by the scripts of ``warehouse/assets`` from the data files beside them. Nothing is loaded from a network.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from warehouse.reading import TEMPLATES, connect, records
from warehouse.site import data, documents, pages

ASSETS = Path(__file__).parents[1] / "assets"

DOCUMENTS = """
select d.* exclude (text), coalesce(m.metrics, 0) as metrics
from documents d left join (select document_id, count(*) as metrics from metrics group by all) m using (document_id)
order by d.report_year desc nulls last, d.delivered_on desc nulls last, d.region_code nulls last, d.file_name, d.document_id
"""


def write_site(warehouse: Path, folder: Path, previous: Path | None = None) -> list[Path]:
    """Write the site into ``folder``; its start is ``index.html``.

    Args:
        previous: the site of the generation before; its document pages that still hold are linked, not made again.

    Returns:
        The pages rendered, those of ``previous`` left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with connect(warehouse) as connection:
        found = records(connection, DOCUMENTS)
        regions = data.region_rows(connection)
        written = documents.write_documents(connection, folder, found, _made_by(), previous if previous and previous.is_dir() else None)
        chunks = data.write_texts(connection, folder, found)
        data.write_index(connection, folder, found, regions, chunks)
        told = data.write_figures(connection, folder, [each["region_code"] for each in regions])
        written += pages.write_pages(connection, folder, found, regions, told)
    _write_assets(folder / "assets")
    return written


def _write_assets(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for source in sorted(ASSETS.iterdir()):
        if source.is_file():
            (folder / source.name).write_bytes(source.read_bytes())
    (folder / "style.css").write_bytes((TEMPLATES / "style.css").read_bytes())


@functools.cache
def _made_by() -> str:
    """A hash of everything that a document's page is made with."""
    digest = hashlib.sha256()
    used = [Path(documents.__file__), Path(data.__file__), TEMPLATES.parent / "reading.py", TEMPLATES.parent / "query.py"]
    for path in [*used, *sorted((TEMPLATES / "site").glob("*.j2"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()
