variable "environment" {
  description = "Which environment this is; part of every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.environment))
    error_message = "environment is 2 to 12 lower-case letters and digits, a letter first: it is part of names that AWS limits."
  }
}

variable "alarm_emails" {
  description = "Who hears of alarms. Each address must confirm AWS's own mail once."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "alert_pause_minutes" {
  description = "How long a change in the market waits before it is an alert, in case it is taken back."
  type        = number
  default     = 15
  nullable    = false

  validation {
    condition     = var.alert_pause_minutes >= (var.environment == "local" ? 1 : 15) && var.alert_pause_minutes <= 240
    error_message = "Outside the local environment a change waits 15 to 240 minutes: a price that returns is no news."
  }
}

variable "api_tags" {
  description = "Tags of the HTTP API alone."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "architecture" {
  description = "The processor the artefacts were built for."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is arm64 or x86_64, as given to scripts/build.py."
  }
}

variable "artifacts_dir" {
  description = "The folder of layer.zip and one zip for each house."
  type        = string
  default     = "../build/artifacts"
  nullable    = false
}

variable "cors_origins" {
  description = "Web pages that may call the API from a browser, as https://host. None by default."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https?://[^/*]+$", origin))])
    error_message = "An origin is scheme and host without a path; '*' would let any page call with the user's token."
  }
}

variable "create_valkey" {
  description = "Create a serverless Valkey cache in the private network."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = var.create_valkey || var.valkey_url != null
    error_message = "Without a cache of its own the platform needs valkey_url."
  }
}

variable "custom_domain" {
  description = "An address of your own for the API: its name, the ARN of its ACM certificate in this region, and optionally the Route 53 zone to write it to. With it the API's own address is switched off."
  type = object({
    name            = string
    certificate_arn = string
    zone_id         = optional(string)
  })
  default = null
}

variable "extra_schedule_groups" {
  description = "Schedule groups that scheduler-api may use beside its own: for an emulator that checks every schedule as one of the default group."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.extra_schedule_groups) == 0 || var.environment == "local"
    error_message = "extra_schedule_groups is for the local environment only."
  }
}

variable "gemini_enabled" {
  description = "Let the assistant use Gemini: creates the secret for its key, whose value an operator puts."
  type        = bool
  default     = false
  nullable    = false
}

variable "gemini_model" {
  description = "The Gemini model the assistant asks."
  type        = string
  default     = "gemini-2.5-flash"
  nullable    = false
}

variable "log_level" {
  description = "The least severe line the functions log."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARN", "ERROR"], var.log_level)
    error_message = "log_level is DEBUG, INFO, WARN or ERROR."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is one of the periods CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 and longer."
  }
}

variable "mail_from" {
  description = "The address that alerts are sent from, which SES must have verified, alone or with its domain. Without one the platform sends no e-mail."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.mail_from == "" || can(regex("^[^@\\s<>]+@[a-z0-9.-]+$", var.mail_from))
    error_message = "mail_from is an address such as alerts@example.com, its host in small letters and without a name before it."
  }
}

variable "mongodb_uris" {
  description = "House = connection string, for a MongoDB that terraform/atlas does not manage. Empty where it does."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true

  validation {
    condition     = length(setsubtract(keys(var.mongodb_uris), ["assistant", "auth", "pricing", "products", "scheduler"])) == 0
    error_message = "mongodb_uris names houses: assistant, auth, pricing, products, scheduler."
  }
}

variable "nat_gateway_count" {
  description = "How many zones have a NAT gateway: 0 for private endpoints only, 1 to save, zone_count to survive the loss of a zone."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.nat_gateway_count >= 0 && var.nat_gateway_count <= var.zone_count
    error_message = "nat_gateway_count is between 0 and zone_count."
  }
}

variable "otlp_endpoint" {
  description = "An OpenTelemetry collector (OTLP over HTTP) that spans are sent to; none are recorded without one."
  type        = string
  default     = null

  validation {
    condition     = var.otlp_endpoint == null || can(regex("^https?://[^/]+(/.*)?$", var.otlp_endpoint))
    error_message = "otlp_endpoint is an address such as http://collector.internal:4318, without /v1/traces."
  }
}

variable "private_endpoints" {
  description = "AWS services the functions reach without leaving the private network, for example secretsmanager and sqs. Each costs by the hour in each zone."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "public_url" {
  description = "Where clients reach the API, if neither its own address nor custom_domain: an emulator, a proxy of yours. Without a slash at the end."
  type        = string
  default     = null

  validation {
    condition     = var.public_url == null || can(regex("^https?://.*[^/]$", var.public_url))
    error_message = "public_url is http(s)://host... without a slash at the end."
  }
}

variable "rate_limits" {
  description = "Requests in a window: of one organisation, of one caller in it, of one address without a caller; by class of route. Without Valkey each copy of a function grants an `instances`-th."
  type = object({
    window_seconds = optional(number, 60)
    organisation   = optional(object({ read = number, write = number, costly = number }), { read = 6000, write = 3000, costly = 300 })
    caller         = optional(object({ read = number, write = number, costly = number }), { read = 1200, write = 600, costly = 60 })
    address        = optional(object({ read = number, write = number, costly = number }), { read = 300, write = 120, costly = 60 })
    instances      = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rate in flatten([values(var.rate_limits.organisation), values(var.rate_limits.caller), values(var.rate_limits.address)]) : rate >= 1])
    error_message = "A limit of 0 would let nobody in."
  }
}

variable "rates_url" {
  description = "Where the European Central Bank's files of reference rates lie."
  type        = string
  default     = "https://www.ecb.europa.eu/stats/eurofxref"

  validation {
    condition     = startswith(var.rates_url, "https://") && !endswith(var.rates_url, "/")
    error_message = "rates_url is an https address without a slash at its end."
  }
}

variable "region" {
  description = "The AWS region."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Row of the function table = copies kept for it and its upper limit. A row that a queue feeds is limited by its queue instead."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for copies in values(var.reserved_concurrency) : copies >= 1])
    error_message = "Reserving 0 would switch the function off."
  }
}

variable "scanner_connect_to" {
  description = "host:port that answers for every page the scanner reads: the simulated market. It switches the address checks off, so only the local environment may set it."
  type        = string
  default     = null

  validation {
    condition     = var.scanner_connect_to == null || var.environment == "local"
    error_message = "scanner_connect_to is for the local environment only: it lets the scanner reach private addresses."
  }
}

variable "scanner_lanes" {
  description = "How many lanes the hosts are spread over: each is read by one copy of the scanner at a time, up to 128 hosts at once. More lanes are for more hosts: with fewer than some hundred in each a scan costs more and is done no sooner. Change it while no scan runs: a host moves to another lane by it."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.scanner_lanes >= 2 && var.scanner_lanes <= 100 && floor(var.scanner_lanes) == var.scanner_lanes
    error_message = "scanner_lanes is a whole number from 2, the least that Lambda takes as a maximum concurrency, to 100."
  }

  validation {
    condition     = var.worker_concurrency >= var.scanner_lanes
    error_message = "worker_concurrency is less than scanner_lanes: some lanes would wait for others."
  }
}

variable "scanner_min_delay_seconds" {
  description = "The least pause between two pages of one host."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.scanner_min_delay_seconds >= 1 || (var.environment == "local" && var.scanner_min_delay_seconds >= 0)
    error_message = "Outside the local environment a host gets at least 1 second between two pages."
  }
}

variable "scanner_user_agent" {
  description = "How the scanner introduces itself; say where its owner is found."
  type        = string
  default     = "OmniPriceX/0.1 (+https://github.com/omnipricex/omnipricex)"
  nullable    = false
}

variable "schedules_enabled" {
  description = "Run the platform's own schedules. False stops the relays, for example while a store is restored."
  type        = bool
  default     = true
  nullable    = false
}

variable "secret_recovery_days" {
  description = "How long a deleted secret can be brought back: 0, or 7 to 30."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "Secrets Manager takes 0 or 7 to 30 days."
  }
}

variable "sign_in_throttling_burst" {
  description = "Sign-ins and refreshes accepted at once, all callers together."
  type        = number
  default     = 20
  nullable    = false
}

variable "sign_in_throttling_rate" {
  description = "Sign-ins and refreshes a second, all callers together."
  type        = number
  default     = 10
  nullable    = false
}

variable "signing_key" {
  description = "Which of signing_keys signs new tokens."
  type        = string
  default     = "first"
  nullable    = false

  validation {
    condition     = contains(var.signing_keys, var.signing_key)
    error_message = "signing_key is one of signing_keys."
  }
}

variable "signing_keys" {
  description = "The names of the signing keys whose tokens are accepted. At most four: their public halves travel in the functions' environment, which Lambda limits to 4 KB."
  type        = set(string)
  default     = ["first"]
  nullable    = false

  validation {
    condition     = length(var.signing_keys) >= 1 && length(var.signing_keys) <= 4
    error_message = "signing_keys has one to four names."
  }
}

variable "snapshot_retention_days" {
  description = "How long pages that were read are kept, so that a reading can be repeated."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.snapshot_retention_days >= 1 && var.snapshot_retention_days <= 3650
    error_message = "snapshot_retention_days is 1 to 3650."
  }
}

variable "throttling_burst" {
  description = "Requests accepted at once, all callers together, on each route."
  type        = number
  default     = 200
  nullable    = false
}

variable "throttling_rate" {
  description = "Requests a second, all callers together, on each route."
  type        = number
  default     = 100
  nullable    = false
}

variable "valkey_url" {
  description = "The address of a Valkey or Redis that exists already, in place of the one create_valkey makes."
  type        = string
  default     = null

  validation {
    condition     = var.valkey_url == null || can(regex("^rediss://", var.valkey_url)) || (var.environment == "local" && can(regex("^redis://", var.valkey_url)))
    error_message = "valkey_url starts with rediss:// (TLS); only the local environment may use redis://."
  }
}

variable "vpc_cidr" {
  description = "The address range of the private network, a /16 to /22."
  type        = string
  default     = "10.40.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("/(1[6-9]|2[0-2])$", var.vpc_cidr)) && can(cidrhost(var.vpc_cidr, 0))
    error_message = "vpc_cidr is an IPv4 range from /16 to /22."
  }
}

variable "worker_concurrency" {
  description = "The most copies of one queue's worker that run at once, where its row in queues.tf does not say fewer."
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.worker_concurrency >= 2 && var.worker_concurrency <= 1000
    error_message = "worker_concurrency must be between 2 and 1000, which is what SQS event source mappings take."
  }
}

variable "zone_count" {
  description = "How many availability zones the private network spans."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.zone_count >= 2 && var.zone_count <= 4
    error_message = "zone_count is 2 to 4: the cache needs two."
  }
}
