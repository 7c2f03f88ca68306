"""The bank's file of rates is read strictly, and nothing in it is followed or believed without a check."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.adapters.ecb_file import MOST_BYTES, UnreadableRatesError, tables_of

NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
    'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>'
    "<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender><Cube>"
)
TAIL = "</Cube></gesmes:Envelope>"


def day(text: str, *quotes: tuple[str, str]) -> str:
    inner = "".join(f'<Cube currency="{code}" rate="{rate}"/>' for code, rate in quotes)
    return f'<Cube time="{text}">{inner}</Cube>'


def file(*days: str) -> bytes:
    return f"{HEAD}{''.join(days)}{TAIL}".encode()


def test_every_day_and_quote_is_read_newest_first() -> None:
    body = file(day("2026-11-19", ("USD", "1.0850")), day("2026-11-20", ("USD", "1.0864"), ("JPY", "161.43")))

    newest, before = tables_of(body, "https://ecb.example", NOW)

    assert (newest.day, before.day) == (date(2026, 11, 20), date(2026, 11, 19))
    assert newest.quotes == {"USD": Decimal("1.0864"), "JPY": Decimal("161.43")}
    assert (newest.source, newest.published_at) == ("https://ecb.example", NOW)


def test_a_currency_out_of_use_is_left_out() -> None:
    (table,) = tables_of(file(day("2026-11-20", ("USD", "1.1"), ("HRK", "7.5"))), "x", NOW)

    assert set(table.quotes) == {"USD"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no XML"),
        (b"<html><body>Sorry</body></html>", "no day"),
        (file(), "no day"),
        (file(day("2026-11-20")), "quotes"),
        (file(day("20.11.2026", ("USD", "1.1"))), "day"),
        (file(day("2026-11-21", ("USD", "1.1"))), "not come yet"),
        (file(day("2026-11-20", ("USD", "1.1")), day("2026-11-20", ("USD", "1.2"))), "twice"),
        (file(day("2026-11-20", ("USD", "0"))), "rate"),
        (file(day("2026-11-20", ("USD", "-1.1"))), "rate"),
        (file(day("2026-11-20", ("USD", "NaN"))), "rate"),
        (file(day("2026-11-20", ("USD", "Infinity"))), "rate"),
        (file(day("2026-11-20", ("USD", "1e300"))), "rate"),
        (file(day("2026-11-20", ("USD", ""))), "rate"),
        (file(day("2026-11-20", ("usd", "1.1"))), "currency"),
        (file(day("2026-11-20", *(("USD", "1.1"),) * 101)), "more days or currencies"),
        (file(*(day("2026-11-20", ("USD", "1.1")),) * 121), "more days or currencies"),
        (file(day("2026-11-20", ("USD", "1.1")))[:-20], "no XML"),
        (b"<a><b><c><d><e><f/></e></d></c></b></a>", "nested"),
        (b" " * (MOST_BYTES + 1), "more than"),
    ],
)
def test_what_is_no_file_of_rates_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(UnreadableRatesError, match=words):
        tables_of(body, "x", NOW)


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://169.254.169.254/latest/meta-data/">',
        "<!DOCTYPE a>",
    ],
)
def test_a_document_type_is_refused_whatever_it_declares(declared: str) -> None:
    body = file(day("2026-11-20", ("USD", "1.1"))).replace(b"?>", f"?>{declared}".encode(), 1)

    with pytest.raises(UnreadableRatesError, match="document type"):
        tables_of(body, "x", NOW)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(noise: bytes) -> None:
    whole = file(day("2026-11-20", ("USD", "1.1")))
    for body in (noise, whole[:300] + noise + whole[300:]):
        try:
            found = tables_of(body, "x", NOW)
        except UnreadableRatesError:
            continue
        assert all(quote > 0 for table in found for quote in table.quotes.values())
