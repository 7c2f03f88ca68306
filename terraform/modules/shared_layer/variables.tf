variable "architecture" {
  description = "arm64 or x86_64."
  type        = string
}

variable "code" {
  description = "The zip: its bucket, its key, and its SHA-256 in base64."
  type = object({
    bucket = string
    key    = string
    hash   = string
  })
}

variable "name" {
  description = "The layer's full name."
  type        = string
}
