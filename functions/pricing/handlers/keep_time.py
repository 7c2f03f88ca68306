"""Lambda: does what is due by the clock (EventBridge Scheduler, each minute → KeepTime)."""

from pricing.bootstrap.publishing import keep_time
from shared.runtime.lambda_invoke import tick_handler

handler = tick_handler(keep_time(), "things were due")
