"""Every number in Chinese government reports, from Python.

>>> import baogao
>>> metrics = baogao.extract("seeds/miyun_2023.txt")
>>> metrics[0].indicator, metrics[0].value, metrics[0].unit
('地区生产总值', Decimal('36700000000'), '元')

:func:`extract` reads one file, :func:`run` a folder into a warehouse, :func:`open_warehouse` answers SQL on it. What fails
raises a :class:`BaogaoError`, which says what is wrong and what to do.
"""

from flows.api import (
    BaogaoError,
    DocumentError,
    Metric,
    RunError,
    RunResult,
    WarehouseError,
    __version__,
    extract,
    open_warehouse,
    run,
)

__all__ = [
    "BaogaoError",
    "DocumentError",
    "Metric",
    "RunError",
    "RunResult",
    "WarehouseError",
    "__version__",
    "extract",
    "open_warehouse",
    "run",
]
