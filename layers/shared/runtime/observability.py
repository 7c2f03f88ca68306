"""One logger and one metrics collector for each function: JSON lines and embedded metrics, with no secret in either."""

from aws_lambda_powertools import Logger, Metrics

logger = Logger(use_rfc3339=True, utc=True)
"""Logs events, not prose. The service name and level come from POWERTOOLS_* variables."""

metrics = Metrics()
"""Writes CloudWatch's embedded metric format to the log."""
