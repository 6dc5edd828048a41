"""How often a text names its places, as evidence."""

from __future__ import annotations

from transforms.identify.region_evidence import counted_evidence
from transforms.identify.zones import Zones


def test_places_named_equally_often_come_in_the_order_of_their_codes() -> None:
    text = "鼓楼区经济平稳运行。" * 4
    codes = [found.candidate for found in counted_evidence(Zones(text, "", "d"), 2023) if found.clue == "region.named"]
    assert len(codes) == 4
    assert codes == sorted(codes)
