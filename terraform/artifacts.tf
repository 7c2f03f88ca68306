# scripts/build.py makes the zips; they are the same bytes for the same commit, so an unchanged house is not deployed.

locals {
  artifacts = {
    for name in concat(["layer"], sort(tolist(local.houses))) : name => "${var.artifacts_dir}/${name}.zip"
  }
  artifact_hashes = { for name, path in local.artifacts : name => filebase64sha256(path) }
}

resource "aws_s3_bucket" "artifacts" {
  bucket        = "${local.prefix}-artifacts-${local.account}"
  force_destroy = var.environment != "prod"
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  bucket = aws_s3_bucket_versioning.artifacts.bucket

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  bucket = aws_s3_bucket_public_access_block.artifacts.bucket

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_object" "house" {
  for_each = local.houses

  bucket      = aws_s3_bucket_versioning.artifacts.bucket
  key         = "${each.key}.zip"
  source      = local.artifacts[each.key]
  source_hash = local.artifact_hashes[each.key]
}

resource "aws_s3_object" "layer" {
  bucket      = aws_s3_bucket_versioning.artifacts.bucket
  key         = "layer.zip"
  source      = local.artifacts["layer"]
  source_hash = local.artifact_hashes["layer"]
}

module "shared_layer" {
  source = "./modules/shared_layer"

  name         = "${local.prefix}-shared"
  architecture = var.architecture
  code         = { bucket = aws_s3_bucket.artifacts.id, key = aws_s3_object.layer.key, hash = local.artifact_hashes["layer"] }
}
