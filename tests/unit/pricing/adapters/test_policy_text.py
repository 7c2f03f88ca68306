"""Policies as YAML and JSON: read exactly or refused by name and place, and written so that they read back the same."""

import json
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.adapters.policy_text import (
    policy_data,
    policy_from,
    policy_hash,
    policy_schema,
    policy_yaml,
    read_policy,
)
from pricing.domain.errors import InvalidPolicy
from pricing.domain.policies.document import PolicyDocument
from pricing.domain.policies.parts import Amount, Bounds, Hours, Line, Schedule, Sleep
from tests.builders.policies import a_clean_policy, a_document, a_rule, where

TEXT = b"""\
name: One percent under
shop: demo-eu
currency: EUR
rules:
  - name: everything
    when: {all: [{field: brand, eq: 0012}, {not: {field: price, lt: 5.00}}]}
    follow:
      - {reference: lowest, relation: below, by: {percent: 1.2345}}
    ending: {endings: [.99]}
    bounds: {max_price: 129.00}
    schedule: {hours: {from: 08:00, to: 20:00}, from: 2026-11-27}
"""
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12
) | st.sampled_from(
    [
        "yes",
        "no",
        "null",
        "~",
        "0012",
        "1e5",
        "12:30",
        "2026-11-27",
        ".99",
        "- a",
        "a: b",
        "#x",
        "*x",
        "&x",
        "1_000",
        "é",
    ]
)
AMOUNTS = st.decimals(min_value=0, max_value=10**12, places=3) | st.integers(0, 10**12).map(Decimal)


@st.composite
def documents(draw: st.DrawFn) -> PolicyDocument:
    document, _ = a_clean_policy(Random(draw(st.integers(0, 999))))
    rule = a_rule(
        name=draw(WORDS),
        when=where("brand", in_=tuple(draw(st.lists(WORDS, min_size=1, max_size=3)))),
        follow=(Line(reference="lowest", relation="above", by=Amount(money=draw(AMOUNTS))),),
        bounds=Bounds(min_price=draw(AMOUNTS), respect_map=draw(st.none() | st.booleans())),
        schedule=Schedule(from_=draw(st.none() | st.dates()), hours=Hours(from_=draw(st.times()), to=time(1))),
        sleep=draw(st.none() | st.just(Sleep(from_=time(22), to=time(6), go_to_max=True))),
    )
    return replace(document, description=draw(WORDS), rules=(*document.rules, rule))


@given(documents())
def test_yaml_json_and_stored_data_all_read_back_the_same(document: PolicyDocument) -> None:
    assert read_policy(policy_yaml(document).encode(), yaml=True) == document
    assert read_policy(json.dumps(policy_data(document)).encode(), yaml=False) == document
    assert policy_from(json.loads(json.dumps(policy_data(document)))) == document
    assert policy_hash(policy_from(policy_data(document))) == policy_hash(document)


def test_nothing_is_guessed_and_nothing_is_lost() -> None:
    document = read_policy(TEXT, yaml=True)
    rule = document.rules[0]
    assert rule.when is not None
    assert (rule.when.all_[0].eq, rule.when.all_[1].not_) == ("0012", where("price", lt=Decimal("5.00")))
    assert rule.follow[0].by == Amount(percent=Decimal("1.2345"))
    assert str(rule.bounds and rule.bounds.max_price) == "129.00"
    assert rule.schedule == Schedule(from_=date(2026, 11, 27), hours=Hours(from_=time(8), to=time(20)))


def test_another_word_is_another_hash() -> None:
    document = a_document()
    assert policy_hash(document) != policy_hash(replace(document, name="Other"))


@pytest.mark.parametrize(
    ("before", "after", "pointer", "words"),
    [
        ("max_price", "max_prise", "/rules/0/bounds/max_prise", "line 10, column 14: «max_prise» is no field here"),
        ("bounds", "guards", "/rules/0/guards", "line 10, column 5: «guards» is no field here; it can be"),
        ("lowest", "lowst", "/rules/0/follow/0/reference", "line 8, column 10: «lowst» is not known here; did you"),
        ("shop: demo-eu\n", "", "/shop", "«shop» is missing"),
        ("ending:", "rival_cost:", "/rules/0/rival_cost", "neither our own nor public"),
        ("ending:", "buyer_country:", "/rules/0/buyer_country", "where or who the buyer is"),
        ("129.00", "cheap", "/rules/0/bounds/max_price", "a number is expected here"),
        ("129.00", "true", "/rules/0/bounds/max_price", "a number is expected here"),
        ("129.00", ".nan", "/rules/0/bounds/max_price", "a number is expected here"),
        ("[.99]", ".99", "/rules/0/ending/endings", "a list is expected here"),
        ("08:00", "25:00", "/rules/0/schedule/hours/from", "a time of day is expected"),
        ("2026-11-27", "2026-11-31", "/rules/0/schedule/from", "a day is expected"),
        ("0012", "[1]", "/rules/0/when/all/0/eq", "a text is expected here"),
        ("{percent: 1.2345}", "1", "/rules/0/follow/0/by", "fields are expected here"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_place_and_mend(before: str, after: str, pointer: str, words: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        read_policy(TEXT.decode().replace(before, after).encode(), yaml=True)
    assert refused.value.faults[0].pointer == pointer
    assert words in refused.value.faults[0].detail


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "empty"),
        (b"\xff", "UTF-8"),
        (b"a: [1", "no YAML"),
        (b"a: 1\nb: 2\na: 3", "line 3, column 1: «a» is written twice"),
        (b"a: &x [1]\nb: *x", "line 1, column 4: anchors and aliases are not taken"),
        (b"a: !!python/object/apply:os.system [ls]", "the tag"),
        (b"a: 1\n---\nb: 2", "second document"),
        (b"[" * 100_000, "deep"),
        (b"- " * 100_000, "deep"),
        (b"? [a]\n: 1", "a name is expected"),
        (b"a: \x00", "no YAML"),
        (b"5", "fields are expected"),
        (b"x" * 4_000_001, "bytes long"),
    ],
)
def test_a_text_that_is_no_policy_is_refused(text: bytes, words: str) -> None:
    with pytest.raises(InvalidPolicy, match=words):
        read_policy(text, yaml=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "line 1, column 1: this is no JSON"),
        (b'{"a": 1, "a": 2}', "written twice"),
        (b'{"a": NaN}', "no number"),
        (b'{"a": 1e400}', "no plain number"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "no plain number"),
        (b"[" * 100_000, "deep"),
        (b'{"name": "x", "shop": "s", "currency": "EUR", "rules": [{"name": 1, "bonds": {}}]}', "column 69: «bonds»"),
        (b'{"name": "\\ud800", "shop": "s", "currency": "EUR", "rules": []}', "half of a character"),
    ],
)  # fmt: skip
def test_json_is_as_strict(text: bytes, words: str) -> None:
    with pytest.raises(InvalidPolicy, match=words):
        read_policy(text, yaml=False)


def test_faults_are_named_up_to_a_number() -> None:
    rules = [{"name": str(number), "bonds": 1} for number in range(1_000)]
    with pytest.raises(InvalidPolicy) as refused:
        policy_from({"name": "x", "shop": "s", "currency": "EUR", "rules": rules})
    assert len(refused.value.faults) == 50
    assert "and 999 more" in refused.value.detail


def plain(**changes: Any) -> dict[str, Any]:
    rule = {"name": "r", "follow": [{"reference": "lowest"}]}
    return {"name": "n", "shop": "s", "currency": "EUR", "rules": [rule | changes]}


def with_test(
    product: dict[str, Any] | None = None, offer: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    offers = [{"competitor": "c1", "price": 9} | (offer or {})]
    return plain() | {"tests": [{"name": "t", "product": product or {}, "offers": offers, "expect": {}} | more]}


@pytest.mark.parametrize(
    ("data", "pointer", "words"),
    [
        (plain(bounds={"min_price": "1e999999"}), "/rules/0/bounds/min_price", "10^15"),
        (plain(bounds={"min_price": "-1e16"}), "/rules/0/bounds/min_price", "10^15"),
        (plain(bounds={"min_price": 10**15 + 1}), "/rules/0/bounds/min_price", "10^15"),
        (plain(bounds={"min_price": "1e-999999"}), "/rules/0/bounds/min_price", "12 digits"),
        (plain(bounds={"min_price": "Infinity"}), "/rules/0/bounds/min_price", "no number"),
        (plain(evidence={"min_confidence": "1.01"}), "/rules/0/evidence/min_confidence", "0 to 1"),
        (plain(evidence={"min_agreement": 101}), "/rules/0/evidence/min_agreement", "0 to 100"),
        (plain(follow=[{"reference": "rank", "rank": 10**19}]), "/rules/0/follow/0/rank", "10^15"),
        (plain(when={"field": "sku", "eq": 10**41}), "/rules/0/when/eq", "write it as a text"),
        (plain(name="x" * 201), "/rules/0/name", "200 are taken"),
        (plain(when={"field": "sku", "eq": "x\x00"}), "/rules/0/when/eq", "NUL"),
        (plain(when={"field": "sku", "eq": "\ud800"}), "/rules/0/when/eq", "half of a character"),
        (plain(ending={"endings": ["9"] * 101}), "/rules/0/ending/endings", "keep it to 100"),
        (plain(follow=[{}] * 1_001), "/rules/0/follow", "keep it to 1,000"),
        (plain(**{f"a{number}": 1 for number in range(50)}), "/rules/0", "keep it to 40"),
        (plain() | {"name": "x" * 201}, "/name", "200 are taken"),
        (plain() | {"description": "x" * 2_001}, "/description", "2,000 are taken"),
        (plain() | {"x" * 3_000: 1}, "/" + "x" * 40, "3,000 characters"),
        (plain() | {"rules": [{}] * 10_001}, "/rules", "keep it to 10,000"),
        (plain() | {"tests": [{}] * 1_001}, "/tests", "keep it to 1,000"),
        (with_test({"stock": 2**63}), "/tests/0/product/stock", "10^15"),
        (with_test({"stock": 10**9 + 1}), "/tests/0/product/stock", "1,000,000,000"),
        (with_test({"channels": {"us": "1e99"}}), "/tests/0/product/channels/us", "10^15"),
        (with_test(offer={"confidence": "-0.1"}), "/tests/0/offers/0/confidence", "0 to 1"),
        (with_test(offer={"agreement": 10**10}), "/tests/0/offers/0/agreement", "0 to 100"),
        (with_test(at="1969-12-31T23:59:59Z"), "/tests/0/at", "1970 to 9000"),
        (with_test(at="9999-12-31T23:59:59Z"), "/tests/0/at", "1970 to 9000"),
        (with_test(name="x" * 201), "/tests/0/name", "200 are taken"),
    ],
)
def test_what_is_too_large_or_too_odd_is_named(data: dict[str, Any], pointer: str, words: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        policy_from(data)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert words in refused.value.faults[0].detail


def test_conditions_too_deep_are_refused_before_they_are_read() -> None:
    when: dict[str, Any] = {"field": "sku", "eq": "x"}
    for _ in range(5_000):
        when = {"not": when}
    with pytest.raises(InvalidPolicy, match="more than 50 deep"):
        policy_from(plain(when=when))


def test_what_is_just_not_too_large_is_read() -> None:
    data = with_test({"price": 10**15, "stock": 10**9, "sku": 12345678901234567890}, at="1970-01-01T00:00:00Z")
    document = policy_from(data | {"description": "x" * 2_000})
    assert document.tests[0].product.sku == "12345678901234567890"
    assert policy_from(policy_data(document)) == document


def test_a_policy_whose_json_is_longer_than_its_text_is_refused() -> None:
    wide = plain(when={"field": "sku", "in": ["é" * 1_000] * 1_000})
    assert policy_from(wide).rules[0].when is not None
    with pytest.raises(InvalidPolicy, match="bytes of JSON; 4,000,000 are taken"):
        policy_from(plain(when={"field": "sku", "in": [1_234_567] * 480_000}))
    with pytest.raises(InvalidPolicy, match="bytes of JSON"):
        policy_from(wide | {"rules": wide["rules"] * 2})


@pytest.mark.parametrize("yaml", [True, False])
def test_a_text_of_very_many_parts_is_not_read_to_its_end(*, yaml: bool) -> None:
    text = b'{"name":"n","shop":"s","currency":"EUR","rules":[' + b"{}," * 200_001 + b"{} nothing"
    with pytest.raises(InvalidPolicy, match="more than 200,000 parts"):
        read_policy(text, yaml=yaml)


def test_of_a_part_with_very_many_errors_their_number_is_said() -> None:
    conditions: list[Any] = [{"all": [{"field": []}] * 999}] * 8
    with pytest.raises(InvalidPolicy) as refused:
        policy_from(plain(when={"any": conditions}))
    assert [fault.pointer for fault in refused.value.faults] == ["/rules/0"]
    assert "7,992 things" in refused.value.detail


def test_a_key_given_twice_is_found_at_once_in_a_long_part() -> None:
    text = ("{" + ",".join(f'"{number}":0' for number in range(50_000)) + ',"49999":0}').encode()
    with pytest.raises(InvalidPolicy, match="«49999» is written twice"):
        read_policy(text, yaml=False)


def test_the_schema_for_editors_is_the_one_that_is_checked_in() -> None:
    stored = json.loads(Path("docs/policy.schema.json").read_text(encoding="utf-8"))
    assert stored == policy_schema()


def test_the_schema_knows_the_words() -> None:
    schema: dict[str, Any] = policy_schema()
    assert schema["additionalProperties"] is False
    assert "not" in schema["$defs"]["Condition"]["properties"]
    assert "brand" in schema["$defs"]["Condition"]["properties"]["field"]["anyOf"][0]["enum"]
