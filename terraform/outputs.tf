output "api_id" {
  description = "The HTTP API's id, for tools that address it by path on an emulator."
  value       = aws_apigatewayv2_api.this.id
}

output "api_url" {
  description = "Where clients reach the API, without a slash at the end."
  value       = local.api_url
}

output "artifacts_bucket" {
  description = "The bucket that holds the layer's and the houses' zips."
  value       = aws_s3_bucket.artifacts.id
}

output "dead_letter_queues" {
  description = "Each queue's dead letter queue by its address, for the redrive tool."
  value       = { for name, queue in module.queue : name => queue.dead_letter_url }
}

output "event_bus" {
  description = "The name of the event bus."
  value       = aws_cloudwatch_event_bus.this.name
}

output "functions" {
  description = "Each row of the function table by its name in AWS."
  value       = { for name, function in module.function : name => function.name }
}

output "mongodb_secrets" {
  description = "Each house's secret by its name, where terraform/atlas puts the connection strings."
  value       = { for house, secret in aws_secretsmanager_secret.mongodb : house => secret.name }
}

output "network" {
  description = "The VPC, its private subnets, the functions' security group and the addresses they leave from, for terraform/atlas."
  value = {
    vpc_id                  = aws_vpc.this.id
    private_subnet_ids      = values(aws_subnet.private)[*].id
    function_security_group = aws_security_group.functions.id
    nat_public_ips          = values(aws_eip.nat)[*].public_ip
  }
}

output "queues" {
  description = "Each queue by its address."
  value       = { for name, queue in module.queue : name => queue.url }
}
