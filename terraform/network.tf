# The private network of the functions that meet a store. Nothing in it can be reached from outside.

data "aws_availability_zones" "available" {
  state = "available"
}

locals {
  zones         = toset(slice(sort(data.aws_availability_zones.available.names), 0, var.zone_count))
  zone_numbers  = { for number, zone in sort(tolist(local.zones)) : zone => number }
  nat_zones     = toset(slice(sort(tolist(local.zones)), 0, var.nat_gateway_count))
  needed_by_row = ["events", "kms", "lambda", "scheduler", "secretsmanager", "sqs"]
}

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = { Name = local.prefix }

  lifecycle {
    precondition {
      condition     = var.nat_gateway_count > 0 || length(setsubtract(local.needed_by_row, var.private_endpoints)) == 0
      error_message = "Without a NAT gateway the functions reach AWS through private endpoints only: private_endpoints must name ${join(", ", local.needed_by_row)}."
    }
  }
}

# Adopted without a rule, so that whatever lands in it by mistake can reach nothing.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.vpc_cidr, 4, local.zone_numbers[each.key])

  tags = { Name = "${local.prefix}-private-${each.key}" }
}

resource "aws_route_table" "private" {
  for_each = local.zones

  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.prefix}-private-${each.key}" }
}

resource "aws_route_table_association" "private" {
  for_each = local.zones

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

resource "aws_security_group" "functions" {
  name        = "${local.prefix}-functions"
  description = "Functions that meet a store"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.functions.id
  description       = "AWS and the language model"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "mongodb" {
  security_group_id = aws_security_group.functions.id
  description       = "MongoDB Atlas by its public addresses"
  ip_protocol       = "tcp"
  from_port         = 27015
  to_port           = 27017
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "inside" {
  security_group_id = aws_security_group.functions.id
  description       = "Valkey, and MongoDB Atlas by its private endpoint (ports from 1024)"
  ip_protocol       = "tcp"
  from_port         = 1024
  to_port           = 65535
  cidr_ipv4         = var.vpc_cidr
}

resource "aws_security_group" "valkey" {
  name        = "${local.prefix}-valkey"
  description = "The cache"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "valkey" {
  security_group_id            = aws_security_group.valkey.id
  description                  = "Functions to the cache and its reader endpoint"
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6380
  referenced_security_group_id = aws_security_group.functions.id
}

resource "aws_security_group" "endpoints" {
  count = length(var.private_endpoints) > 0 ? 1 : 0

  name        = "${local.prefix}-endpoints"
  description = "Private endpoints of AWS services"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  count = length(var.private_endpoints) > 0 ? 1 : 0

  security_group_id            = aws_security_group.endpoints[0].id
  description                  = "Functions to AWS services"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.functions.id
}

# The work bucket is reached by a gateway, which costs nothing and needs no address.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = values(aws_route_table.private)[*].id

  tags = { Name = "${local.prefix}-s3" }
}

resource "aws_vpc_endpoint" "this" {
  for_each = var.private_endpoints

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = values(aws_subnet.private)[*].id
  security_group_ids  = aws_security_group.endpoints[*].id

  tags = { Name = "${local.prefix}-${each.key}" }
}
