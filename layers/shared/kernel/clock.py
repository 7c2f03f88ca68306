"""Time enters the platform here, always aware and always UTC."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

type Clock = Callable[[], datetime]


def is_zone(name: str) -> bool:
    """Whether the IANA list has a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def system_clock() -> datetime:
    """Now, in UTC, cut to the millisecond that the stores keep."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
