"""Lambda: starts the policy runs that follow new prices (EventBridge Scheduler, each minute → FollowPrices)."""

from pricing.bootstrap.runs import follow_prices
from shared.runtime.lambda_invoke import tick_handler

handler = tick_handler(follow_prices(), "runs started")
