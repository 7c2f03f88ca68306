"""Lambda: sends the messages that wait in auth's outbox (EventBridge Scheduler, each minute)."""

from auth.bootstrap import relay
from shared.runtime.lambda_invoke import tick_handler

handler = tick_handler(relay().relay, "messages relayed")
