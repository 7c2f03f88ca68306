resource "aws_secretsmanager_secret" "mongodb" {
  for_each = local.houses

  name                    = "${local.prefix}-mongodb-${each.key}"
  description             = "How ${each.key} reaches its own database: {\"uri\": \"mongodb+srv://...\"}"
  recovery_window_in_days = var.secret_recovery_days
}

# Where terraform/atlas hands the addresses over, this map is empty and the values are never in this state.
resource "aws_secretsmanager_secret_version" "mongodb" {
  for_each = nonsensitive(toset(keys(var.mongodb_uris)))

  secret_id     = aws_secretsmanager_secret.mongodb[each.key].id
  secret_string = jsonencode({ uri = var.mongodb_uris[each.key] })
}

# The value is put by an operator, so that it never is in a state: docs/deploy.md.
resource "aws_secretsmanager_secret" "gemini" {
  count = var.gemini_enabled ? 1 : 0

  name                    = "${local.prefix}-gemini"
  description             = "The key to the language model: {\"api_key\": \"...\"}"
  recovery_window_in_days = var.secret_recovery_days
}
