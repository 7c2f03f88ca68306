"""Events as each channel is told of them: data is never markup, mention or header."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.receiver import Channel, EventName
from pricing.domain.told import FOOT, LONGEST_SUBJECT, body_of
from tests.builders.pricing import MONDAY

ALERT: dict[str, Any] = {"text": "C2 cut 14 % on 37 of our SKUs", "link": "https://api.example/pricing/alerts/alr"}
EVENTS: dict[EventName, dict[str, Any]] = {
    "alert.raised": ALERT,
    "batch.ended": {
        "batch_id": "bat",
        "shop_id": "demo",
        "state": "STOPPED",
        "states": {"APPLIED": 2, "FAILED": 1},
        "detail": "too many failed",
    },
    "receiver.tested": {},
    "receiver.confirmation": {"code": "JBSWY3DP"},
}


def told(channel: Channel, event: EventName, data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body_of(channel, event, data, MONDAY))
    return found


class Shown(HTMLParser):
    """What a reader of an HTML mail sees, and which tags made it so."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_webhook_gets_the_data() -> None:
    assert told("webhook", "alert.raised", ALERT) == {
        "type": "alert.raised",
        "timestamp": MONDAY.isoformat(),
        "data": ALERT,
    }


def test_slack_gets_text_with_a_link() -> None:
    assert told("slack", "alert.raised", ALERT) == {
        "text": "C2 cut 14 % on 37 of our SKUs\n<https://api.example/pricing/alerts/alr|Open it>",
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_a_mailbox_gets_a_subject_and_both_kinds_of_text() -> None:
    mail = told("email", "alert.raised", ALERT)
    assert mail["subject"] == ALERT["text"]
    assert mail["text"] == f"{ALERT['text']}\n\n{ALERT['link']}\n\n-- \n{FOOT}"
    assert ("a", [("href", ALERT["link"])]) in Shown(mail["html"]).tags


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_words(event: EventName) -> None:
    text = told("slack", event, EVENTS[event])["text"]
    mail = told("email", event, EVENTS[event])
    assert mail["subject"]
    assert mail["text"].startswith(text.split("\n<")[0].replace("&gt;", ">"))


def test_a_publication_is_summed_up() -> None:
    assert told("slack", "batch.ended", EVENTS["batch.ended"])["text"] == (
        "Publication bat in demo ended: STOPPED\n2 APPLIED, 1 FAILED\ntoo many failed"
    )


def test_a_code_says_to_strangers_that_nothing_follows() -> None:
    mail = told("email", "receiver.confirmation", {"code": "JBSWY3DP"})
    assert "JBSWY3DP" in mail["text"]
    assert FOOT not in mail["text"]


@given(text=st.text(max_size=400), link=st.text(max_size=60))
def test_whatever_is_told_stays_text(text: str, link: str) -> None:
    data = {"text": text, "link": link}
    slack = told("slack", "alert.raised", data)["text"]
    marked = f"<{link}|Open it>" if link.startswith("https://") and not set(link) & set("<>&|") else None
    assert slack.count("<") == (1 if link.startswith("https://") and "|" not in link else 0)
    assert marked is None or slack.endswith(marked)
    mail = told("email", "alert.raised", data)
    assert len(mail["subject"]) <= LONGEST_SUBJECT
    assert mail["subject"].isprintable()
    shown = Shown(mail["html"])
    assert {tag for tag, _ in shown.tags} <= {"html", "body", "p", "br", "a", "small"}
    assert shown.text.replace("\n", "").startswith("".join(text.splitlines()).replace("\r", ""))
