"""What every chart must stand: hostile texts, and figures that are none."""

from xml.etree import ElementTree as ET

import pytest

HOSTILE = '"><script>alert(1)</script>&\x00\u202e\ud800' + "x" * 10_000


@pytest.fixture
def hostile() -> str:
    return HOSTILE


@pytest.fixture
def assert_safe():
    def check(chart: str) -> None:
        """Well-formed XML without a script or a coordinate that is not finite, and small."""
        ET.fromstring(chart)
        assert "<script" not in chart
        assert "nan" not in chart.lower().replace("nan</text>", "")
        assert len(chart) < 10_000

    return check
