"""Lambda: asks for attempts to tell webhooks that are due (EventBridge Scheduler → SQS `pricing-deliver`)."""

from pricing.bootstrap.telling import ask_deliveries
from shared.runtime.lambda_invoke import tick_handler

handler = tick_handler(ask_deliveries(), "deliveries asked for")
