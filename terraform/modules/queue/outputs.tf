output "arn" {
  description = "The queue's ARN, once it exists."
  value       = aws_sqs_queue.this.arn
}

output "dead_letter_name" {
  description = "The dead letter queue's name."
  value       = aws_sqs_queue.dead_letter.name
}

output "dead_letter_url" {
  description = "The dead letter queue's address."
  value       = aws_sqs_queue.dead_letter.url
}

output "url" {
  description = "The queue's address."
  value       = aws_sqs_queue.this.url
}
