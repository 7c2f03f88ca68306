"""The central bank of the simulated market: its two files of exchange rates, for the days until today."""

from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b

HOST = "www.ecb.europa.eu"
DAILY = "/stats/eurofxref/eurofxref-daily.xml"
HISTORY = "/stats/eurofxref/eurofxref-hist-90d.xml"
_MIDDLE = {"USD": 1.08, "JPY": 161.0, "CZK": 25.2, "DKK": 7.46, "GBP": 0.83, "PLN": 4.31, "SEK": 11.5, "CHF": 0.94}
_SATURDAY = 5
_DAYS = 90


def rates_file(path: str, today: date | None = None) -> str | None:
    """The file at a path, as the bank writes it; None when it has none there."""
    if path not in {DAILY, HISTORY}:
        return None
    last = today or datetime.now(UTC).date()
    days = [day for back in range(_DAYS) if (day := last - timedelta(days=back)).weekday() < _SATURDAY]
    cubes = "".join(map(_day, days[:1] if path == DAILY else days))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">'
        "<gesmes:subject>Reference rates</gesmes:subject>"
        "<gesmes:Sender><gesmes:name>Simulated bank</gesmes:name></gesmes:Sender>"
        f"<Cube>{cubes}</Cube></gesmes:Envelope>"
    )


def _day(day: date) -> str:
    quotes = "".join(f'<Cube currency="{code}" rate="{_quote(code, day)}"/>' for code in _MIDDLE)
    return f'<Cube time="{day.isoformat()}">{quotes}</Cube>'


def _quote(code: str, day: date) -> str:
    """Within one percent of the middle, and the same each time it is asked for."""
    noise = int.from_bytes(blake2b(f"{code}{day}".encode(), digest_size=2).digest()) / 0xFFFF
    return f"{_MIDDLE[code] * (0.99 + 0.02 * noise):.4f}"
