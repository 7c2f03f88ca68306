resource "aws_lambda_layer_version" "this" {
  layer_name               = var.name
  description              = "What every house has on its path"
  compatible_runtimes      = ["python3.13"]
  compatible_architectures = [var.architecture]
  s3_bucket                = var.code.bucket
  s3_key                   = var.code.key
  source_code_hash         = var.code.hash
}
