variable "assume_role_policy" {
  description = "Who may take the schedule's role: EventBridge Scheduler, for this group alone."
  type        = string
}

variable "dead_letter_arn" {
  description = "The queue for runs that could not be delivered."
  type        = string
}

variable "enabled" {
  description = "Whether the schedule runs."
  type        = bool
}

variable "expression" {
  description = "When: rate(...), cron(...) or at(...)."
  type        = string

  validation {
    condition     = can(regex("^(rate|cron|at)\\(.+\\)$", var.expression)) && !can(regex("^rate\\(0 ", var.expression))
    error_message = "A schedule is rate(...) above zero, cron(...) or at(...)."
  }
}

variable "function_arn" {
  description = "The function to invoke."
  type        = string
}

variable "function_name" {
  description = "The same function by its name."
  type        = string
}

variable "group" {
  description = "The schedule group."
  type        = string
}

variable "name" {
  description = "The schedule's full name."
  type        = string
}

variable "timezone" {
  description = "The time zone of a cron expression, by its IANA name."
  type        = string
  default     = "UTC"
}
