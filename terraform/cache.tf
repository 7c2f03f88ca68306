locals {
  valkey_url = var.valkey_url != null ? var.valkey_url : format("rediss://%s:%d", aws_elasticache_serverless_cache.this[0].endpoint[0].address, aws_elasticache_serverless_cache.this[0].endpoint[0].port)
}

resource "aws_elasticache_serverless_cache" "this" {
  count = var.create_valkey ? 1 : 0

  name                 = local.prefix
  description          = "Counters and short-lived answers; nothing that is not elsewhere"
  engine               = "valkey"
  major_engine_version = "8"
  subnet_ids           = values(aws_subnet.private)[*].id
  security_group_ids   = [aws_security_group.valkey.id]

  cache_usage_limits {
    data_storage {
      maximum = 1
      unit    = "GB"
    }
    ecpu_per_second {
      maximum = 5000
    }
  }
}
