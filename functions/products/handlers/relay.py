"""Lambda: sends the events that wait in the catalogue's outbox (EventBridge Scheduler, each minute)."""

from products.bootstrap import relay
from shared.runtime.lambda_invoke import tick_handler

handler = tick_handler(relay().relay, "messages relayed")
