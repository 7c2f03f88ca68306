output "arn" {
  description = "The ARN of this version of the layer."
  value       = aws_lambda_layer_version.this.arn
}
