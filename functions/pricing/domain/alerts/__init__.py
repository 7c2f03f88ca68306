"""Alerts: what people want to hear of the market, said once, by cause, and ranked by money."""
