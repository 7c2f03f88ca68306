environment = "staging"

log_retention_days = 30
nat_gateway_count  = 1
