"""What a document is, from its text first and its name only as a hint. (Stand-in.)"""

from __future__ import annotations

from transforms.model import Decoded, Identity


def identify(decoded: Decoded, source_path: str) -> Identity:
    """Kind, title, region, year, date and speaker of a document."""
    return Identity("work_report", "密云区政府工作报告", "110118", "密云区", "北京市", "county", 2023)
