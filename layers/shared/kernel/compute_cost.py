"""What a function's time costs: the price list of Lambda on arm64, us-east-1, without the free tier."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

# Millionths of a US dollar for a gigabyte and second (docs: AWS Lambda pricing, November 2026).
MICROUSD_OF_GIGABYTE_SECOND = Decimal("13.3334")
MEGABYTES_IN_GIGABYTE = 1024


def compute_microusd(memory_mb: int, time: timedelta) -> int:
    """Millionths of a US dollar for so much memory over so much time, rounded to a whole one."""
    gigabyte_seconds = Decimal(memory_mb) / MEGABYTES_IN_GIGABYTE * Decimal(str(max(time.total_seconds(), 0.0)))
    return int((gigabyte_seconds * MICROUSD_OF_GIGABYTE_SECOND).to_integral_value(ROUND_HALF_UP))
