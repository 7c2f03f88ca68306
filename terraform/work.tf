# What houses lay down for each other for a while: bodies too large for a message, marks of jobs that are to stop,
# reports, files that were pulled in, pages that were read. Each kind has a prefix, a lifetime, and words in the function table.

locals {
  work_days = {
    # A dead-letter queue keeps a message for 14 days.
    claims  = 15
    stopped = 30
    reports = 90
    pulled  = 7
    # The longest that a host is left alone is a day.
    lanes     = 2
    snapshots = var.snapshot_retention_days
  }
}

resource "aws_s3_bucket" "work" {
  bucket        = local.work_bucket
  force_destroy = var.environment != "prod"
}

resource "aws_s3_bucket_public_access_block" "work" {
  bucket = aws_s3_bucket.work.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "work" {
  bucket = aws_s3_bucket.work.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "work" {
  bucket = aws_s3_bucket.work.bucket

  dynamic "rule" {
    for_each = local.work_days

    content {
      id     = rule.key
      status = "Enabled"

      filter {
        prefix = "${rule.key}/"
      }

      expiration {
        days = rule.value
      }

      abort_incomplete_multipart_upload {
        days_after_initiation = 1
      }
    }
  }
}

# The emulator of the local environment has no TLS to insist on.
resource "aws_s3_bucket_policy" "work" {
  count = var.environment == "local" ? 0 : 1

  bucket = aws_s3_bucket_public_access_block.work.bucket

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.work.arn, "${aws_s3_bucket.work.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
