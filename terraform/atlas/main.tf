# MongoDB for one environment: a project, a cluster, and for each house a user that sees its own database only.

locals {
  name   = "omnipricex-${var.environment}"
  houses = toset(["assistant", "auth", "pricing", "products", "scheduler"])
  region = upper(replace(var.region, "-", "_"))
}

resource "mongodbatlas_project" "this" {
  name   = local.name
  org_id = var.organisation_id
}

resource "mongodbatlas_advanced_cluster" "this" {
  project_id                     = mongodbatlas_project.this.id
  name                           = local.name
  cluster_type                   = "REPLICASET"
  mongo_db_major_version         = var.mongodb_version
  backup_enabled                 = true
  pit_enabled                    = var.point_in_time_recovery
  termination_protection_enabled = var.termination_protection

  # Transactions and majority writes need three members.
  replication_specs = [{
    region_configs = [{
      provider_name = "AWS"
      region_name   = local.region
      priority      = 7
      electable_specs = {
        instance_size = var.instance_size
        node_count    = 3
      }
      auto_scaling = {
        compute_enabled           = var.max_instance_size != null
        compute_max_instance_size = var.max_instance_size
        disk_gb_enabled           = true
      }
    }]
  }]

  advanced_configuration = {
    minimum_enabled_tls_protocol = "TLS1_2"
  }
}

resource "random_password" "house" {
  for_each = local.houses

  length  = 40
  special = false
}

resource "mongodbatlas_database_user" "house" {
  for_each = local.houses

  project_id         = mongodbatlas_project.this.id
  username           = each.key
  password           = random_password.house[each.key].result
  auth_database_name = "admin"

  roles {
    role_name     = "readWrite"
    database_name = "omnipricex_${each.key}"
  }

  # Makes the collections and indexes: <house>-migrate.
  roles {
    role_name     = "dbAdmin"
    database_name = "omnipricex_${each.key}"
  }

  scopes {
    name = mongodbatlas_advanced_cluster.this.name
    type = "CLUSTER"
  }
}

data "aws_secretsmanager_secret" "house" {
  for_each = local.houses

  name = "${local.name}-mongodb-${each.key}"
}

resource "aws_secretsmanager_secret_version" "house" {
  for_each = local.houses

  secret_id = data.aws_secretsmanager_secret.house[each.key].id
  secret_string = jsonencode({
    uri = replace(
      local.address,
      "mongodb+srv://",
      "mongodb+srv://${mongodbatlas_database_user.house[each.key].username}:${random_password.house[each.key].result}@",
    )
  })
}
