# Keys that never leave KMS: one seals secrets that people entrust to us, the others sign tokens.
#
# Token signing keys. To rotate: add a name to signing_keys and apply, make it signing_key and apply,
# and remove the old name when its last token has expired (docs/deploy.md).

locals {
  published_keys = { for name in var.signing_keys : aws_kms_key.signing[name].key_id => data.aws_kms_public_key.signing[name].public_key_pem }
}

resource "aws_kms_key" "signing" {
  for_each = var.signing_keys

  description              = "${local.prefix} signs access tokens (${each.key})"
  customer_master_key_spec = "RSA_2048"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 30
}

resource "aws_kms_alias" "signing" {
  name          = "alias/${local.prefix}-signing"
  target_key_id = aws_kms_key.signing[var.signing_key].key_id
}

data "aws_kms_public_key" "signing" {
  for_each = var.signing_keys

  key_id = aws_kms_key.signing[each.key].key_id
}

resource "aws_kms_key" "sealing" {
  description             = "${local.prefix} seals secrets that people entrust to it"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "sealing" {
  name          = "alias/${local.prefix}-sealing"
  target_key_id = aws_kms_key.sealing.key_id
}
