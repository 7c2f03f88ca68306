output "secrets" {
  description = "Each house's secret that now holds its connection string."
  value       = { for house, secret in data.aws_secretsmanager_secret.house : house => secret.name }
}
