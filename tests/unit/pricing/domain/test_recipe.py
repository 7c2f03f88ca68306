"""A recipe that cannot be followed is refused when it is written."""

import pytest

from pricing.domain.recipe import Field, InvalidRecipe, Recipe, Selector

PRICE = Selector(field=Field.ITEM_PRICE, css=".price")


def test_a_recipe_is_named_with_its_version() -> None:
    assert Recipe(name="corner shop", version=3, selectors=(PRICE,)).label == "corner shop@3"


@pytest.mark.parametrize("css", ["", " ", "//div", "./div", "p{color:red}", "<b>", "a;b", "p" * 201, "a,b,c,d,e,f"])
def test_what_is_no_css_or_too_much_of_it_is_refused(css: str) -> None:
    with pytest.raises(InvalidRecipe, match="item_price"):
        Selector(field=Field.ITEM_PRICE, css=css)


@pytest.mark.parametrize(
    ("css", "unknown"),
    [
        ("div:has(p)", ":has(p)"),
        ("p:not(.a)", ":not(.a)"),
        ("a ~ b", "~ b"),
        ("a + b", "+ b"),
        ("main * p", "* p"),
        ("p:nth-child(2n+1)", ":nth-child(2n+1)"),
        ('b:lexbor-contains("x")', ":lexbor-contains"),
        ("b::before", "::before"),
        ("p[", "["),
        ("p >", "its end"),
        ("#" + "\\aaaaaa" * 28 + "(", "("),
        ("[" + "\\aaaaaa" * 27 + "(", "["),
    ],
)
def test_what_could_take_for_ever_or_is_not_known_is_refused_by_name(css: str, unknown: str) -> None:
    with pytest.raises(InvalidRecipe) as refused:
        Selector(field=Field.ITEM_PRICE, css=css)

    said = refused.value.detail
    assert said.startswith(f"The selector for item_price cannot be followed: «{css}» is not understood from «{unknown}")
    assert "tell elements by tag, #id, .class" in said


@pytest.mark.parametrize(
    "css",
    [
        "#main > div.price:nth-child(2) > span",
        "[itemprop=price], [itemprop='price' i], main .now",
        r".md\:w-1\/2 #\31 23",
        "DIV[data-a] td:first-child b:last-child",
        "a , b,c ,d>e",
        "p " * 99,
    ],
)
def test_what_tells_elements_by_themselves_and_where_they_stand_is_understood(css: str) -> None:
    assert Selector(field=Field.ITEM_PRICE, css=css).css == css


@pytest.mark.parametrize("attribute", ["", "a b", "on=", "x" * 61])
def test_what_names_no_attribute_is_refused(attribute: str) -> None:
    with pytest.raises(InvalidRecipe):
        Selector(field=Field.SKU, css="p", attribute=attribute)


@pytest.mark.parametrize("strip", [("",), ("w" * 41,), ("w",) * 11])
def test_too_many_or_too_long_words_are_refused(strip: tuple[str, ...]) -> None:
    with pytest.raises(InvalidRecipe):
        Selector(field=Field.SKU, css="p", strip=strip)


@pytest.mark.parametrize(
    ("name", "version", "selectors"),
    [
        ("", 1, (PRICE,)),
        ("n" * 81, 1, (PRICE,)),
        ("shop", 0, (PRICE,)),
        ("shop", 1, ()),
        ("shop", 1, (PRICE, PRICE)),
        ("shop", 1, (Selector(field=Field.SKU, css="p"),)),
    ],
)
def test_a_recipe_without_name_version_or_one_price_is_refused(
    name: str, version: int, selectors: tuple[Selector, ...]
) -> None:
    with pytest.raises(InvalidRecipe):
        Recipe(name=name, version=version, selectors=selectors)
