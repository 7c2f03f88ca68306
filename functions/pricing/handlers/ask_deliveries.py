"""Lambda: asks for attempts to tell receivers that are due (EventBridge Scheduler → SQS, a queue for each sender)."""

from pricing.bootstrap.telling import ask_deliveries
from shared.runtime.lambda_invoke import tick_handler

handler = tick_handler(ask_deliveries(), "deliveries asked for")
