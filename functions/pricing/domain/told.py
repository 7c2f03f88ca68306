"""An event as each channel is told of it: data for a webhook, words for Slack and e-mail.

Whatever stands in the data is text: nothing in it becomes markup, a mention or a header.
"""

import html
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pricing.domain.receiver import Channel, EventName
from pricing.domain.template import filled

LONGEST_SUBJECT = 120
LONGEST_TEXT = 3_000
NO_SUBJECT = "News of your prices"
FOOT = "You get this because somebody confirmed this address. Your organisation's pricing managers can remove it."


@dataclass(frozen=True, slots=True)
class Words:
    """What people read: a subject of one line, and a text of some. `link` is where there is more, or empty."""

    subject: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a person wants an event told: a template, and the values of its tokens in this event."""

    template: str
    values: Mapping[str, str]


def body_of(
    channel: Channel, event: EventName, data: Mapping[str, Any], at: datetime, wording: Wording | None = None
) -> str:
    """What is sent over a channel, as JSON text. A webhook gets data, whatever the wording."""
    if channel == "webhook":
        return _json({"type": event, "timestamp": at.isoformat(), "data": data})
    words = words_of(event, data) if wording is None else worded(wording)
    if channel == "slack":
        # The template is Slack's notation, as its author wrote it; the values in it are text.
        text = slack_text(words) if wording is None else _filled(wording, slack_escaped)
        return _json({"text": text, "unfurl_links": False, "unfurl_media": False})
    foot = "" if event == "receiver.confirmation" else FOOT
    subject = _line(words.subject, LONGEST_SUBJECT) or NO_SUBJECT
    return _json({"subject": subject, "text": mail_text(words, foot), "html": mail_html(words, foot)})


def worded(wording: Wording) -> Words:
    """An event in a person's words; the first line is the subject."""
    text = _filled(wording, str)
    return Words(text.strip().partition("\n")[0], text)


def _filled(wording: Wording, escape: Callable[[str], str]) -> str:
    return filled(wording.template, wording.values, escape, LONGEST_TEXT)


def words_of(event: EventName, data: Mapping[str, Any]) -> Words:
    """The event in words."""
    match event:
        case "alert.raised":
            text = str(data["text"])
            return Words(text.partition("\n")[0], text, str(data["link"]))
        case "batch.ended":
            subject = f"Publication {data['batch_id']} in {data['shop_id']} ended: {data['state']}"
            counted = ", ".join(f"{count} {state}" for state, count in sorted(data["states"].items()))
            return Words(subject, "\n".join(part for part in (subject, counted, str(data["detail"])) if part))
        case "receiver.confirmation":
            text = (
                f"The code is {data['code']}. It is good for one day.\n"
                "Somebody who manages prices with OmniPriceX wants to have alerts sent to this address. If that was "
                "you, give the code to the form or the person that asks for it. If not, do nothing: no more is sent."
            )
            return Words("Confirm this address for alerts of OmniPriceX", text)
        case _:
            return Words("A test of OmniPriceX", "This is a test. What you asked to be told of comes here.")


def slack_text(words: Words) -> str:
    """The words in Slack's notation; only the link is marked up."""
    text = slack_escaped(words.text[:LONGEST_TEXT])
    return f"{text}\n{slack_link(words.link)}" if words.link else text


def slack_escaped(text: str) -> str:
    """Text of which Slack makes no link, mention or command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slack_link(link: str) -> str:
    """A link as Slack writes it; what is none stays text."""
    whole = slack_escaped(link)
    return f"<{whole}|Open it>" if link.startswith("https://") and "|" not in link else whole


def mail_text(words: Words, foot: str) -> str:
    """The words as a plain e-mail."""
    end = f"-- \n{foot}" if foot else ""
    return "\n\n".join(part for part in (words.text[:LONGEST_TEXT], words.link, end) if part)


def mail_html(words: Words, foot: str) -> str:
    """The words as an e-mail in HTML."""
    lines = "<br>".join(html.escape(line) for line in words.text[:LONGEST_TEXT].splitlines())
    link = html.escape(words.link)
    more = f'<a href="{link}">Open it</a>' if words.link.startswith("https://") else link
    parts = [f"<p>{part}</p>" for part in (lines, more, foot and f"<small>{html.escape(foot)}</small>") if part]
    return f"<!doctype html><html><body>{''.join(parts)}</body></html>"


def _line(text: str, most: int) -> str:
    plain = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
