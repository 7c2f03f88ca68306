# How the functions reach the cluster: by the addresses of their NAT gateways, or by a private endpoint in their VPC.

locals {
  private_addresses = flatten([
    for cluster in data.mongodbatlas_advanced_cluster.linked : [
      for endpoint in cluster.connection_strings.private_endpoint : endpoint.srv_connection_string
      if contains(endpoint.endpoints[*].endpoint_id, aws_vpc_endpoint.this[0].id)
    ]
  ])
  address = var.private_network == null ? mongodbatlas_advanced_cluster.this.connection_strings.standard_srv : one(local.private_addresses)
}

resource "mongodbatlas_project_ip_access_list" "nat" {
  for_each = var.nat_public_ips

  project_id = mongodbatlas_project.this.id
  ip_address = each.key
  comment    = "NAT gateway of ${local.name}"
}

resource "mongodbatlas_privatelink_endpoint" "this" {
  count = var.private_network == null ? 0 : 1

  project_id    = mongodbatlas_project.this.id
  provider_name = "AWS"
  region        = var.region
}

resource "aws_security_group" "endpoint" {
  count = var.private_network == null ? 0 : 1

  name        = "${local.name}-mongodb"
  description = "MongoDB Atlas's private endpoint"
  vpc_id      = var.private_network.vpc_id
}

# Atlas gives each member of the cluster a port of its own, from 1024.
resource "aws_vpc_security_group_ingress_rule" "endpoint" {
  count = var.private_network == null ? 0 : 1

  security_group_id            = aws_security_group.endpoint[0].id
  description                  = "Functions to MongoDB"
  ip_protocol                  = "tcp"
  from_port                    = 1024
  to_port                      = 65535
  referenced_security_group_id = var.private_network.function_security_group
}

resource "aws_vpc_endpoint" "this" {
  count = var.private_network == null ? 0 : 1

  vpc_id             = var.private_network.vpc_id
  service_name       = mongodbatlas_privatelink_endpoint.this[0].endpoint_service_name
  vpc_endpoint_type  = "Interface"
  subnet_ids         = var.private_network.private_subnet_ids
  security_group_ids = aws_security_group.endpoint[*].id

  tags = { Name = "${local.name}-mongodb" }
}

resource "mongodbatlas_privatelink_endpoint_service" "this" {
  count = var.private_network == null ? 0 : 1

  project_id          = mongodbatlas_project.this.id
  private_link_id     = mongodbatlas_privatelink_endpoint.this[0].private_link_id
  endpoint_service_id = aws_vpc_endpoint.this[0].id
  provider_name       = "AWS"
}

# The cluster learns its private address only when the endpoint is linked.
data "mongodbatlas_advanced_cluster" "linked" {
  count = var.private_network == null ? 0 : 1

  project_id = mongodbatlas_project.this.id
  name       = mongodbatlas_advanced_cluster.this.name

  depends_on = [mongodbatlas_privatelink_endpoint_service.this]
}
