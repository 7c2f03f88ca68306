"""What a page shows, line by line."""

from pricing.adapters.readers.shown_text import shown_text


def lines(body: str) -> tuple[str, ...]:
    return shown_text(f"<html><body>{body}</body></html>".encode()).lines


def test_words_of_a_block_stand_in_one_line_as_they_are_seen() -> None:
    assert lines("<div>Only <b>&euro;</b><b>5</b><p>in <i>stock</i></p>tomorrow</div>a<br>b") == (
        "Only €5",
        "in stock",
        "tomorrow",
        "a",
        "b",
    )


def test_raised_cents_are_decimals_and_neighbours_are_no_number_together() -> None:
    assert lines('<p>$19<sup>99</sup></p><p>1.299<span class="cents">95</span> €</p><p><b>19</b><b>99</b></p>') == (
        "$19.99",
        "1.299,95 €",
        "19 99",
    )


def test_what_nobody_sees_is_not_shown() -> None:
    hidden = '<p hidden>a</p><p style="DISPLAY:none">b</p><noscript>c</noscript><template>d</template><svg>e</svg>'

    assert lines(f"{hidden}<script>f</script><select><option>g</select><!-- h --><p>i</p>") == ("i",)


def test_struck_prices_are_shown_and_do_not_stand() -> None:
    shown = shown_text(b'<p>5 <del>6</del> <span style="text-decoration: line-through">7</span></p>')

    assert (shown.lines, shown.standing) == (("5 6 7",), ("5",))


def test_a_text_that_is_too_long_begins_before_its_heading_and_is_cut_between_letters() -> None:
    page = f"<body>{'<p>menü menü</p>' * 3000}<h1>Kettle</h1><p>€ 5</p>{'<p>über über</p>' * 3000}</body>"

    cut = shown_text(page.encode()).cut(10_000)

    assert len(cut.encode()) <= 10_000
    assert "Kettle\n€ 5" in cut
    assert cut.startswith(("m", "e", "n", "ü"))


def test_garbage_shows_something_or_nothing_and_fails_never() -> None:
    assert shown_text(b"").lines == ()
    assert shown_text(b"\xff\xfe<p>\x00").cut(100) is not None
