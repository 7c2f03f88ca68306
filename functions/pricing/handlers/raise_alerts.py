"""Lambda: raises alerts of changes in the market (EventBridge Scheduler, each minute → RaiseAlerts)."""

from pricing.bootstrap.telling import raise_alerts
from shared.runtime.lambda_invoke import tick_handler

handler = tick_handler(raise_alerts(), "alerts raised")
