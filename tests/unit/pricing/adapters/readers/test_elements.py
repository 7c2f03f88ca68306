"""What is found in bytes is what a parser finds, on pages that try to tell them apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pricing.adapters.readers import elements as elements_of_bytes
from pricing.adapters.readers.elements import Markup
from pricing.adapters.readers.markup import read_microdata
from pricing.adapters.readers.page_bytes import product_regions
from pricing.domain.price_text import PageLocale

LOCALE = PageLocale(country="US", language="en")
SCOPE = 'itemscope itemtype="https://schema.org/Product"'
MOST = 1_000

HOSTILE = [
    '<div itemprop="price" content="39.50">x</div>',
    "<div itemprop='price' content='39.50'>x</div>",
    "<div itemprop=price content=39.50>x</div>",
    "<DIV ITEMPROP=PRICE CONTENT='39.50'>x</DIV>",
    '<div\n  itemprop = "price"\n  content = "39.50"\n>x</div>',
    '<span title="a > b" itemprop="price">$39.50</span>',
    '<span data-html="<b>bold</b>" itemprop="price">$39.50</span>',
    '<span itemprop="name">Fish &amp; chips &euro;</span>',
    '<span itemprop="price" content="&#51;9.50">x</span>',
    '<div itemprop="name"><div>a<div>b</div></div>c</div><p>d</p>',
    '<ul><li itemprop="name">a<li>b</ul>',
    '<p itemprop="name">a<p>b',
    '<p itemprop="name">never closed',
    '<meta itemprop="price" content="39.50"><link itemprop="availability" href="https://schema.org/InStock">',
    '<img itemprop="image" src="x"><br itemprop="price">',
    '<span itemprop="price" content="1" content="2">x</span>',
    '<a itemprop="price">a</a><a itemprop="sku">b</a>',
    "<div>itemprop=price</div>",
    '<b title="itemprop=price">x</b>',
    '<span itemprop="price"\u00e9="1">39</span>',
    '<x-price itemprop="price">39<x-cents>50</x-cents></x-price>',
    '<span itemprop="price"><!-- 12 -->39</span>',
    '<span itemprop="price"><script>1</script>39</span>',
    '<template><b itemprop="price">1</b></template><b itemprop="price">3</b>',
    '<noscript><b itemprop="price">2</b></noscript><b itemprop="price">3</b>',
    "<!-- ' --><b itemprop='price'>3</b><!--><b itemprop='sku'>4</b>",
    '<![CDATA[<b itemprop="price">1</b>]]><b itemprop="price">3</b>',
]


def in_bytes(html: str) -> list[tuple[str, str | None, str]]:
    region = next(product_regions(html.encode()))
    return [
        (tag.name.decode(), tag.attributes.get("content"), region.text_of(tag, MOST).replace(" ", ""))
        for tag in region.tags_with(b"itemprop", MOST)
        if "itemprop" in tag.attributes
    ]


def in_tree(html: str) -> list[tuple[str, str | None, str]]:
    tree = LexborHTMLParser(html)
    for node in tree.css("script,style,noscript,template"):
        node.decompose()
    return [
        (node.tag or "", node.attributes.get("content"), "".join(node.text(deep=True).split()))
        for node in tree.css("[itemprop]")
    ]


@pytest.mark.parametrize("inner", HOSTILE)
def test_elements_found_in_bytes_are_those_of_the_tree(inner: str) -> None:
    html = f"<body><h1>Kettle</h1>{inner}</body>"

    assert in_bytes(html) == in_tree(html)


NAMES = st.sampled_from(["div", "span", "b", "p", "section", "meta"])
QUOTES = st.sampled_from(['"', "'"])
VALUES = st.text(alphabet="ab1 .>&;=", max_size=8)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    name, quote = draw(NAMES), draw(QUOTES)
    attributes = f" itemprop={quote}price{quote} content={quote}{draw(VALUES)}{quote}" if draw(st.booleans()) else ""
    if name == "meta":
        return f"<meta{attributes}>"
    inner = "".join(draw(st.lists(elements(depth - 1), max_size=2))) if depth and name != "p" else ""
    return f"<{name}{attributes}>{draw(st.text(alphabet='xyz 12', max_size=5))}{inner}</{name}>"


@settings(deadline=None, max_examples=150)
@given(parts=st.lists(elements(), max_size=4))
def test_any_nest_of_elements_is_read_the_same(parts: list[str]) -> None:
    html = f"<body><h1>Kettle</h1>{''.join(parts)}</body>"

    assert in_bytes(html) == in_tree(html)


def test_the_elements_around_an_offset_are_its_ancestors() -> None:
    html = '<div id="a"><p>x<p>y<ul><li>1<li id="b"><br><b>2</b><span><i>here</i></span></ul></div>'

    around = [(tag.name, tag.attributes.get("id")) for tag in Markup(html.encode()).around(html.index("here"), 5)]

    assert around[:4] == [(b"i", None), (b"span", None), (b"li", "b"), (b"ul", None)]


@pytest.mark.parametrize(
    "passed",
    [
        "<div><div>x</div></div>",
        "<divide><div></div></divide>",
        "<DIV><I>x</i></dIv >",
        "<ul><li><ul><li>x</ul><li>y</ul>",
    ],
)
def test_what_closed_before_an_offset_is_none_of_its_ancestors(passed: str) -> None:
    html = f'<main id="a">{passed}<section id="b">{passed}<i>here</i></section></main>'

    around = [(tag.name, tag.attributes.get("id")) for tag in Markup(html.encode()).around(html.index("here"), 5)]

    assert around == [(b"i", None), (b"section", "b"), (b"main", "a")]


@given(names=st.lists(st.sampled_from(["b", "div", "/b", "/div", "i", "/i", "br", "/div "]), max_size=30))
def test_passing_closed_elements_at_once_finds_the_same_ancestors(names: list[str]) -> None:
    html = "".join(f"<{name}>x" for name in names).encode()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elements_of_bytes, "_LONGEST_NAME", 0)
        tag_by_tag = [tag.start for tag in Markup(html).around(len(html), 4)]

    assert [tag.start for tag in Markup(html).around(len(html), 4)] == tag_by_tag


def test_a_neighbour_s_scope_is_not_the_article_s() -> None:
    other = f'<div {SCOPE}><b itemprop="price" content="5">5</b></div>'
    own = '<h1 itemprop="name">Kettle</h1><div><b itemprop="price" content="39.50">39.50</b></div>'
    html = f"<div {SCOPE}>{own}</div>{other}"

    claim = read_microdata(next(product_regions(html.encode())), LOCALE)

    assert claim is not None
    assert [str(price) for price in claim.other_prices] == ["39.50"]


def test_a_loose_name_is_not_the_article_s_title() -> None:
    html = '<body><a itemprop="name">Shop</a><h1>Kettle</h1><b itemprop="price" content="39.50">39.50</b></body>'

    claim = read_microdata(next(product_regions(html.encode())), LOCALE)

    assert claim is not None
    assert claim.title is None
