variable "environment" {
  description = "Which environment this is; as in the main root."
  type        = string
}

variable "organisation_id" {
  description = "The Atlas organisation that pays."
  type        = string
}

variable "instance_size" {
  description = "The size of each of the three members; M10 is the smallest with backups and private endpoints."
  type        = string
  default     = "M10"
  nullable    = false
}

variable "max_instance_size" {
  description = "The size up to which Atlas may grow the members; null keeps them as they are."
  type        = string
  default     = null
}

variable "mongodb_version" {
  description = "MongoDB's major version."
  type        = string
  default     = "8.0"
  nullable    = false
}

variable "nat_public_ips" {
  description = "The addresses the functions leave from: the main root's network output. Empty with private_network."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = (length(var.nat_public_ips) > 0) != (var.private_network != null)
    error_message = "Name either the functions' nat_public_ips or their private_network: without one they cannot reach the cluster, and with both it is reached from outside as well."
  }
}

variable "point_in_time_recovery" {
  description = "Keep the oplog, so that any minute can be restored."
  type        = bool
  default     = false
  nullable    = false
}

variable "private_network" {
  description = "The functions' VPC, for a private endpoint in it: the main root's network output."
  type = object({
    vpc_id                  = string
    private_subnet_ids      = list(string)
    function_security_group = string
  })
  default = null
}

variable "region" {
  description = "The AWS region of the main root."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "termination_protection" {
  description = "Refuse to delete the cluster."
  type        = bool
  default     = true
  nullable    = false
}
