variable "alarm_actions" {
  description = "The ARNs that hear of this function's alarms."
  type        = list(string)
}

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

variable "description" {
  description = "What the function does, in one line."
  type        = string
}

variable "environment" {
  description = "The function's environment; a variable whose value is null is left out."
  type        = map(string)
}

variable "handler" {
  description = "The door: module and attribute."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+\\.handlers\\.[a-z_]+\\.handler$", var.handler))
    error_message = "A door is <house>.handlers.<file>.handler."
  }
}

variable "layer_arn" {
  description = "The version of the shared layer, built with the same commit as the code."
  type        = string
}

variable "log_level" {
  description = "The least severe line the function logs."
  type        = string
}

variable "log_retention_days" {
  description = "How long its logs are kept."
  type        = number
}

variable "memory_mb" {
  description = "Memory, and with it processor: 1769 MB is one core."
  type        = number
}

variable "name" {
  description = "The function's full name, which is its role's and its alarms' name too."
  type        = string
}

variable "scaled_by_queue" {
  description = "Whether a queue's maximum concurrency limits this function."
  type        = bool
}

variable "statements" {
  description = "What the function may do beyond logging."
  type = list(object({
    actions   = list(string)
    resources = list(string)
    condition = optional(map(map(string)))
  }))

  validation {
    condition     = alltrue([for statement in var.statements : (!contains(statement.resources, "*") || join(",", statement.actions) == "scheduler:ListSchedules") && alltrue([for action in statement.actions : !strcontains(action, "*")])])
    error_message = "A function's permission names its actions and its resources; '*' is neither."
  }
}

variable "timeout_s" {
  description = "How long one call may take."
  type        = number
}

variable "network" {
  description = "The subnets and security groups of a function inside the VPC; null for one outside."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null
}

variable "repeats" {
  description = "Whether its messages may lead back to it any number of times."
  type        = bool
  default     = false
}

variable "reserved_concurrency" {
  description = "Copies kept for this function and its upper limit; null for neither."
  type        = number
  default     = null
}
