# The emulator on this machine. The runner adds what only it knows: artifacts_dir, mongodb_uris, valkey_url,
# public_url, scanner_connect_to.
environment  = "local"
architecture = "x86_64"

# The emulator takes the API's id from this tag, so that its address is known before the first apply.
api_tags = { ms-custom-id = "a6a6a6a6" }

# The emulator's IAM takes every schedule for one of the default group.
extra_schedule_groups = ["default"]

# Journeys wait for it.
alert_pause_minutes = 1
mail_from           = "alerts@omnipricex.example"

log_retention_days        = 1
nat_gateway_count         = 1
scanner_lanes             = 2
scanner_min_delay_seconds = 0
secret_recovery_days      = 0

# Every copy starts cold at once on a laptop's few cores.
worker_concurrency = 2
