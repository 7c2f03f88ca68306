"""Lambda: sends the messages that wait in pricing's outbox (EventBridge Scheduler, each minute)."""

from pricing.bootstrap.work import relay
from shared.runtime.lambda_invoke import tick_handler

handler = tick_handler(relay().relay, "messages relayed")
