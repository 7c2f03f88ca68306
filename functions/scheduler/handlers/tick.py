"""Lambda: the sweeper (EventBridge Scheduler, each minute): what waits, was missed, is over, or differs."""

from scheduler.bootstrap import sweep
from shared.runtime.lambda_invoke import tick_handler

handler = tick_handler(sweep(), "swept")
