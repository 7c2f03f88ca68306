"""No bytes break the readers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.adapters.readers import read_page
from pricing.domain.reading import NothingRead, Reading

PIECES = st.sampled_from(
    [
        b"<h1>", b"</h1>", b"<script type='application/ld+json'>", b"</script>",
        b'{"@type":"Product","offers":', b"[[{", b"}]]", b'"price":', b'"9.99"',
        b'<span itemprop="price" content="', b'">', b"<del>", b"$1.00",
        b"<meta property='product:price:amount' content='1'>", b"\xff\xfe", b"\x80", b"<!--", b"-->",
        b"__NEXT_DATA__", b"itemscope itemtype='http://schema.org/Product'>", b"<body", b"<title>",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(pieces=st.lists(PIECES, max_size=40), tail=st.binary(max_size=60))
def test_any_soup_of_markup_gives_a_reading_or_a_named_reason(pieces: list[bytes], tail: bytes) -> None:
    read = read_page(b"".join(pieces) + tail, url="https://shop.example/p/1", content_type=None)

    assert isinstance(read, Reading | NothingRead)
    assert isinstance(read, NothingRead) or (read.item_price.is_finite() and read.item_price >= 0)
