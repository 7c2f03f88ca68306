"""Lambda: sends the events that wait in the catalogue's outbox (EventBridge Scheduler, each minute)."""

from products.bootstrap import stores
from shared.runtime.lambda_invoke import tick_handler

_, outbox = stores()

handler = tick_handler(outbox.relay, "events relayed")
