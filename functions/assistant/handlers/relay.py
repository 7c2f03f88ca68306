"""Lambda: sends the messages that wait in the assistant's outbox (EventBridge Scheduler, each minute)."""

from assistant.bootstrap import relay
from shared.runtime.lambda_invoke import tick_handler

handler = tick_handler(relay().relay, "messages relayed")
