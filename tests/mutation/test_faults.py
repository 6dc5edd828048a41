"""Every planted fault can still be planted: the text that it replaces stands in its file exactly once."""

from __future__ import annotations

import pytest

from tests.mutation.__main__ import REPOSITORY, Fault, faults


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.what)
def test_a_fault_fits(fault: Fault) -> None:
    assert (REPOSITORY / fault.file).read_text(encoding="utf8").count(fault.find) == 1
