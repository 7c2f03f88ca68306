environment = "dev"

log_level            = "DEBUG"
log_retention_days   = 7
nat_gateway_count    = 1
secret_recovery_days = 7
