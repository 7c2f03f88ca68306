locals {
  statements = concat(
    [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
    }],
    [for statement in var.statements : merge(
      {
        Effect   = "Allow"
        Action   = statement.actions
        Resource = statement.resources
      },
      [for condition in statement.condition[*] : { Condition = condition }]...
    )],
    # Lambda itself needs these to join the network and they take no resource; the function's own code is refused them.
    flatten([for network in var.network[*] : [
      {
        Effect   = "Allow"
        Action   = local.network_actions
        Resource = ["*"]
      },
      {
        Effect    = "Deny"
        Action    = local.network_actions
        Resource  = ["*"]
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = [local.arn] } }
      },
    ]]),
  )

  network_actions = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ]

  arn = replace(aws_cloudwatch_log_group.this.arn, "/^(arn:[^:]+):logs:([^:]+):([^:]+):.*$/", "$1:lambda:$2:$3:function:${var.name}")
}

resource "aws_iam_role" "this" {
  name        = var.name
  description = "What ${var.name} may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "this"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}
