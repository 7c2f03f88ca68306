"""What a host asks of us, read from its header."""

from datetime import UTC, datetime

import pytest

from pricing.adapters.host_manners import retry_after_seconds

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Mon, 23 Nov 2026 06:00:30 GMT", 30.0),
        ("9" * 400, 86_400.0),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 23 Nov 2026 06:00:30 +99999999999999999999", None),
        ("soon", None),
        (None, None),
    ],
)
def test_whatever_a_host_asks_is_read_or_left(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds
