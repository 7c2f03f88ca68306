# The way out, where nat_gateway_count asks for one: MongoDB Atlas by public addresses, the language model.

resource "aws_internet_gateway" "this" {
  count = var.nat_gateway_count > 0 ? 1 : 0

  vpc_id = aws_vpc.this.id

  tags = { Name = local.prefix }
}

resource "aws_subnet" "public" {
  for_each = local.nat_zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.vpc_cidr, 4, 8 + local.zone_numbers[each.key])

  tags = { Name = "${local.prefix}-public-${each.key}" }
}

resource "aws_route_table" "public" {
  count = var.nat_gateway_count > 0 ? 1 : 0

  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.prefix}-public" }
}

resource "aws_route" "public" {
  count = var.nat_gateway_count > 0 ? 1 : 0

  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route_table_association" "public" {
  for_each = local.nat_zones

  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public[0].id
}

resource "aws_eip" "nat" {
  for_each = local.nat_zones

  domain = "vpc"

  tags = { Name = "${local.prefix}-nat-${each.key}" }
}

resource "aws_nat_gateway" "this" {
  for_each = local.nat_zones

  subnet_id     = aws_subnet.public[each.key].id
  allocation_id = aws_eip.nat[each.key].id

  tags = { Name = "${local.prefix}-${each.key}" }
}

# A zone without a gateway of its own borrows the first one's.
resource "aws_route" "out" {
  for_each = var.nat_gateway_count > 0 ? local.zones : toset([])

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = try(aws_nat_gateway.this[each.key].id, values(aws_nat_gateway.this)[0].id)
}
