"""Templates: tokens that are known, words that stay, values that never become markup or tokens again."""

import html
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pricing.domain.alerts.alert import Alert, grouped, message
from pricing.domain.alerts.lines import AlertLine, heard
from pricing.domain.alerts.rule import AlertTrigger
from pricing.domain.alerts.tokens import EXAMPLE, LONGEST_VALUE, MOST_LINES_SAID, TOKENS, tokens_of
from pricing.domain.alerts.triggers import Position
from pricing.domain.errors import InvalidTemplate
from pricing.domain.receiver import Channel
from pricing.domain.template import LONGEST_TEMPLATE, Token, checked_template, filled, parts_of
from pricing.domain.told import FOOT, LONGEST_TEXT, Wording, body_of, slack_escaped
from tests.builders.alerts import an_alert_rule, an_event
from tests.builders.pricing import MONDAY, some_facts

WORDS = st.text(st.characters(exclude_characters="{}", codec="utf-8"), max_size=30)
TEMPLATES = st.lists(st.one_of(WORDS, st.sampled_from([f"{{{name}}}" for name in TOKENS] + ["{{", "}}"])), max_size=12)


def told(channel: Channel, template: str, values: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = json.loads(body_of(channel, "alert.raised", {}, MONDAY, Wording(template, values)))
    return found


def test_tokens_are_replaced_and_doubled_braces_are_braces() -> None:
    template = "{{{competitor}}}: {product} {old} → { new } ({percent}) {more}"
    assert filled(template, EXAMPLE, str, 500) == "{Nile}: Cordless drill HP-200 94.90 EUR → 84.90 EUR (-10.5 %) 0"
    assert list(parts_of("{{a}}{sku}")) == ["{", "a", "}", Token("sku")]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{prodct} fell", "there is no token {prodct}; did you mean {product}? There are {text}, {rule}"),
        ("{SKU}", "did you mean {sku}?"),
        ("{zzzz}", "there is no token {zzzz}; There are"),
        ("{}", "there is no token {}; There are"),
        ("{old.__class__}", "there is no token {old.__class__}"),
        ("{old!r:>9}", "there is no token {old!r:>9}"),
        ("a { b", "the { at character 3 has no partner"),
        ("a b }", "the } at character 5 has no partner"),
        ("x" * (LONGEST_TEMPLATE + 1), "it has 1,001 characters, the most is 1,000"),
    ],
)
def test_what_cannot_be_filled_in_is_refused_with_what_is_meant(template: str, said: str) -> None:
    with pytest.raises(InvalidTemplate) as refused:
        checked_template(template, TOKENS)
    assert said in refused.value.detail


def test_every_token_has_an_example() -> None:
    assert set(EXAMPLE) == set(TOKENS)


@given(TEMPLATES.map("".join))
@example("{{sku}}")
def test_a_template_is_filled_in_or_refused_and_never_half(template: str) -> None:
    try:
        checked_template(template, TOKENS)
    except InvalidTemplate:
        return
    said = filled(template, dict.fromkeys(TOKENS, "§"), str, 10_000)
    tokens = [part for part in parts_of(template) if isinstance(part, Token)]
    assert said.count("§") == len(tokens) + template.count("§")


@given(template=TEMPLATES.map("".join), value=st.text(max_size=2_000))
@example(template="{sku}{new}", value="{old} <!channel> <b>&amp;")
@example(template="{text}" * 100, value="<" * 2_000)
def test_values_are_text_in_every_channel(template: str, value: str) -> None:
    try:
        checked_template(template, TOKENS)
    except InvalidTemplate:
        return
    values = dict.fromkeys(TOKENS, value)
    plain = filled(template, values, str, LONGEST_TEXT)
    assert len(plain) <= LONGEST_TEXT
    slack = told("slack", template, values)["text"]
    assert html.unescape(slack) == html.unescape(plain) or "&" in template + value
    words = "".join(part for part in parts_of(template) if isinstance(part, str))
    assert slack.count("<") <= words.count("<")
    mail = told("email", template, values)
    inside = mail["html"].removeprefix("<!doctype html><html><body>").removesuffix("</body></html>")
    for tag in ("<p>", "</p>", "<br>", "<small>", "</small>"):
        inside = inside.replace(tag, "")
    assert not set(inside) & set("<>\"'")
    assert mail["subject"]
    assert mail["subject"].isprintable()
    assert FOOT in mail["text"]


def test_slacks_notation_is_the_authors() -> None:
    text = told("slack", "*{competitor}* <!here> {text}", EXAMPLE | {"competitor": "A&B <x>"})["text"]
    assert text == f"*A&amp;B &lt;x&gt;* <!here> {slack_escaped(EXAMPLE['text'])}"


def a_line() -> AlertLine:
    """A cut."""
    facts = some_facts("50.00", sold_28d=40)
    return heard(an_alert_rule(), AlertTrigger.DROP, an_event("54.00", "45.00"), Position(facts=facts), None)


def an_alert(**changes: object) -> Alert:
    """An alert of a dozen cuts."""
    rule = an_alert_rule()
    lines = [
        replace(a_line(), offer_id=f"off{place}", sku=f"S{place}", money=Decimal(100 - place)) for place in range(12)
    ]
    made = message("alr", rule, grouped(lines, {}, rule), {"c1": "Nile\nBcc: x"}, MONDAY, "cause")
    return replace(made, **changes)  # type: ignore[arg-type] # any field


def test_an_alerts_values_are_those_of_its_largest_line() -> None:
    values = tokens_of(an_alert(), "https://api.example/a")
    assert set(values) == set(TOKENS)
    assert (values["rule"], values["competitor"], values["sku"]) == ("Cuts", "Nile Bcc: x", "S0")
    assert (values["offers"], values["more"], values["link"]) == ("12", "11", "https://api.example/a")
    assert len(values["lines"].splitlines()) == MOST_LINES_SAID
    assert values["percent"].startswith("-")
    assert all(len(value) <= LONGEST_VALUE for name, value in values.items() if name not in {"text", "lines"})


def test_an_alert_without_lines_leaves_what_it_does_not_know_empty() -> None:
    values = tokens_of(an_alert(lines=(), money=None, offers=0), "")
    assert [values[name] for name in ("sku", "old", "money", "lines", "more")] == ["", "", "", "", "0"]
