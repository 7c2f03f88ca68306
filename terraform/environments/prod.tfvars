environment = "prod"

log_retention_days = 90
nat_gateway_count  = 2
throttling_burst   = 1000
throttling_rate    = 500
