"""Words in bytes are found where the methods of bytes find them, whatever the bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.adapters.readers.finding import find, holds, rfind

# Few letters, so that words repeat, overlap themselves and stand across the bounds.
TEXTS = st.text("ab<", max_size=300).map(str.encode)
WORDS = st.text("ab<", min_size=1, max_size=40).map(str.encode)
PLACES = st.integers(min_value=-320, max_value=320)


@given(TEXTS, WORDS, PLACES, PLACES)
def test_the_first_and_the_last_place_are_those_of_bytes(text: bytes, word: bytes, start: int, end: int) -> None:
    assert find(text, word, start, end) == text.find(word, start, end)
    assert rfind(text, word, start, end) == text.rfind(word, start, end)


@given(TEXTS, WORDS)
def test_a_text_holds_a_word_where_it_is_found(text: bytes, word: bytes) -> None:
    assert holds(text, word) == (word in text)
    assert find(text, word) == text.find(word)
    assert find(text, word, 3) == text.find(word, 3)


@pytest.mark.parametrize("lead", [0, 1, 31, 63, 64, 65, 4_095])
def test_a_word_is_found_across_the_widths_a_processor_reads_at_once(lead: int) -> None:
    page = b"\xd0" * lead + "Цена</h1>".encode() + b"<" * 200
    assert find(page, b"</h1>") == page.index(b"</h1>")
    assert rfind(page, "Цена".encode()) == lead
    assert not holds(page, b"</h2>")
