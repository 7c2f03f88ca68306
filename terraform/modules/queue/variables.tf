variable "alarm_actions" {
  description = "The ARNs that hear of this queue's alarms."
  type        = list(string)
}

variable "arn" {
  description = "The queue's ARN, built from its name, for policies that must name it before it exists."
  type        = string
}

variable "consumer_timeout_s" {
  description = "The timeout of the function that consumes the queue."
  type        = number
}

variable "name" {
  description = "The queue's full name; .fifo at its end makes it one."
  type        = string

  validation {
    condition     = length(var.name) <= 76
    error_message = "SQS takes 80 characters, and the dead letter queue adds four."
  }
}

variable "sent_by_rules" {
  description = "The ARNs of the event rules that send to this queue."
  type        = list(string)
}

variable "max_age_s" {
  description = "The age of the oldest message that raises the alarm."
  type        = number
  default     = 1800
}

variable "max_receive_count" {
  description = "How often a message is tried before it becomes a dead letter."
  type        = number
  default     = 5

  validation {
    condition     = var.max_receive_count >= 5
    error_message = "max_receive_count is at least 5: a throttled consumer uses tries up without a fault."
  }
}

variable "retention_s" {
  description = "How long a message waits for its consumer."
  type        = number
  default     = 345600
}

variable "visibility_timeout_s" {
  description = "How long a message in work is hidden; null for 6 times the consumer's timeout."
  type        = number
  default     = null
}
