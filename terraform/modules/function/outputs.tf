output "arn" {
  description = "The function's ARN, once its role may do what it needs."
  value       = aws_lambda_function.this.arn
}

output "invoke_arn" {
  description = "The ARN by which API Gateway calls it."
  value       = aws_lambda_function.this.invoke_arn
}

output "name" {
  description = "The function's name."
  value       = aws_lambda_function.this.function_name
}
