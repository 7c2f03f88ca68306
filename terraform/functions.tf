# THE TABLE. One row is one Lambda: its door, its size and what it may do. A permission and the
# variables that name its target come from the same word in the row, so they cannot part.
#
#   mongodb            its house's database and the secret that opens it
#   events             the event bus
#   signs_tokens       the current signing key
#   seals              shuts secrets of people before they are kept
#   opens_sealed       opens them, to use them
#   sends_mail         sends e-mail from the platform's address
#   verifies_tokens    the published keys and the issuer
#   valkey             the cache, and the limits that are counted there
#   manages_schedules  the schedule group
#   lists_schedules    which schedules there are
#   gemini             the language model's key, where there is one
#   claims             puts bodies that are too large for a message into the work bucket
#   stops              marks jobs that are to stop, there too
#   heeds_stops        reads those marks
#   keeps_pages        puts pages that were read there, and remembers who wants to be left alone
#   reads_pages        reads those pages
#   writes_reports     puts report files there
#   links_reports      gives people links to them
#   drops_files        puts files there that were pulled from the web
#   takes_files        reads those
#   redrives           takes dead letters and sends them back; EventBridge's own it may only list
#   sends_to           variable = queue
#   invokes            variable = row
#   repeats            its messages lead back to it, bounded by us: Lambda is told not to stop it after sixteen rounds
#   private            inside the VPC; a row that meets untrusted content stays out
#
# A row that consumes a queue (queues.tf) may also put what can never succeed on its dead-letter queue and, when it
# is private, read large bodies.

locals {
  row = {
    environment       = {}
    sends_to          = {}
    invokes           = {}
    private           = true
    mongodb           = false
    events            = false
    signs_tokens      = false
    seals             = false
    opens_sealed      = false
    sends_mail        = false
    verifies_tokens   = false
    valkey            = false
    manages_schedules = false
    lists_schedules   = false
    gemini            = false
    claims            = false
    stops             = false
    heeds_stops       = false
    keeps_pages       = false
    reads_pages       = false
    writes_reports    = false
    links_reports     = false
    drops_files       = false
    takes_files       = false
    redrives          = false
    repeats           = false
  }

  functions = { for name, row in local.table : name => merge(local.row, row, { consumes = contains(values(local.queues)[*].consumer, name) }) }

  table = {
    "auth-api" = {
      description     = "The auth HTTP API: sign-in, tokens, users"
      house           = "auth"
      handler         = "auth.handlers.api.handler"
      memory_mb       = 1024
      timeout_s       = 15
      mongodb         = true
      signs_tokens    = true
      verifies_tokens = true
      valkey          = true
      events          = true
    }
    "auth-authorize" = {
      description     = "Answers the HTTP API who the caller is"
      house           = "auth"
      handler         = "auth.handlers.authorize.handler"
      memory_mb       = 512
      timeout_s       = 5
      private         = false
      verifies_tokens = true
    }
    "auth-create-administrator" = {
      description = "Creates an organisation's administrator; invoked by an operator"
      house       = "auth"
      handler     = "auth.handlers.create_administrator.handler"
      memory_mb   = 1024
      timeout_s   = 15
      mongodb     = true
    }
    "auth-migrate" = {
      description = "Makes the indexes of the auth database; invoked by the deploy step"
      house       = "auth"
      handler     = "auth.handlers.migrate.handler"
      memory_mb   = 512
      timeout_s   = 300
      mongodb     = true
    }
    "auth-relay" = {
      description = "Sends auth's messages that wait in the outbox"
      house       = "auth"
      handler     = "auth.handlers.relay.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
      events      = true
      claims      = true
    }

    "products-api" = {
      description = "The products HTTP API: shops, imports, catalogue"
      house       = "products"
      handler     = "products.handlers.api.handler"
      memory_mb   = 1024
      timeout_s   = 29
      mongodb     = true
      valkey      = true
      events      = true
    }
    "products-migrate" = {
      description = "Makes the indexes of the products database; invoked by the deploy step"
      house       = "products"
      handler     = "products.handlers.migrate.handler"
      memory_mb   = 512
      timeout_s   = 300
      mongodb     = true
      events      = true
    }
    "products-prices" = {
      description = "Writes published prices into the catalogue and reads them back"
      house       = "products"
      handler     = "products.handlers.prices.handler"
      memory_mb   = 512
      timeout_s   = 30
      mongodb     = true
      events      = true
    }
    "products-pull-file" = {
      description = "Fetches catalogue files from the web; no store, no secret, no private network"
      house       = "products"
      handler     = "products.handlers.pull_file.handler"
      memory_mb   = 512
      timeout_s   = 180
      private     = false
      drops_files = true
      sends_to    = { PULLED_QUEUE_URL = "products-pulled" }
      environment = {
        SCANNER_USER_AGENT = var.scanner_user_agent
        SCANNER_CONNECT_TO = var.scanner_connect_to
      }
    }
    "products-import-file" = {
      description = "Imports catalogue files that were fetched"
      house       = "products"
      handler     = "products.handlers.import_file.handler"
      memory_mb   = 1024
      timeout_s   = 300
      mongodb     = true
      events      = true
      takes_files = true
    }
    "products-retell" = {
      description = "Tells a shop's products again"
      house       = "products"
      handler     = "products.handlers.retell.handler"
      memory_mb   = 512
      timeout_s   = 300
      repeats     = true
      mongodb     = true
      events      = true
      heeds_stops = true
      sends_to    = { RETELL_QUEUE_URL = "products-retell" }
    }
    "products-relay" = {
      description = "Sends the products events that wait in the outbox"
      house       = "products"
      handler     = "products.handlers.relay.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
      events      = true
      claims      = true
      sends_to    = { RETELL_QUEUE_URL = "products-retell" }
    }

    "pricing-api" = {
      description   = "The pricing HTTP API: competitors, offers, policies, decisions, approval"
      house         = "pricing"
      handler       = "pricing.handlers.api.handler"
      memory_mb     = 1024
      timeout_s     = 29
      mongodb       = true
      valkey        = true
      events        = true
      links_reports = true
      seals         = true
      sends_to = {
        DECIDE_QUEUE_URL  = "pricing-decide"
        PAGES_QUEUE_URL   = "pricing-pages.fifo"
        REPORTS_QUEUE_URL = "pricing-reports"
        PUBLISH_QUEUE_URL = "pricing-publish"

        ROLL_UPS_QUEUE_URL    = "pricing-roll-ups"
        SIMULATIONS_QUEUE_URL = "pricing-simulations"
      }
      environment = {
        MAIL_FROM     = var.mail_from
        SCANNER_LANES = tostring(var.scanner_lanes)
      }
      invokes = {
        STORED_PAGES_FUNCTION = "pricing-stored-pages"
        TRIAL_FUNCTION        = "pricing-trial"
        WRITE_SHOP_FUNCTION   = "pricing-write-shop"
      }
    }
    "pricing-stored-pages" = {
      description = "Reads pages that scans kept, for the API; no store, no secret, no private network"
      house       = "pricing"
      handler     = "pricing.handlers.stored_pages.handler"
      memory_mb   = 1024
      timeout_s   = 25
      private     = false
      reads_pages = true
      invokes     = { READ_PAGE_FUNCTION = "assistant-read-page" }
    }
    "pricing-read-unread" = {
      description = "Has a language model read kept pages that no reader could; no store, no secret, no private network"
      house       = "pricing"
      handler     = "pricing.handlers.read_unread.handler"
      memory_mb   = 512
      timeout_s   = 60
      private     = false
      reads_pages = true
      sends_to    = { OBSERVED_QUEUE_URL = "pricing-observed" }
      invokes     = { READ_PAGE_FUNCTION = "assistant-read-page" }
    }
    "pricing-migrate" = {
      description = "Makes the indexes of the pricing database; invoked by the deploy step"
      house       = "pricing"
      handler     = "pricing.handlers.migrate.handler"
      memory_mb   = 512
      timeout_s   = 300
      mongodb     = true
    }
    "pricing-record-products" = {
      description = "Keeps pricing's own copy of the catalogue"
      house       = "pricing"
      handler     = "pricing.handlers.record_products.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
    }
    "pricing-plan-scan" = {
      description = "Turns one scan request into pages to read, lane by lane"
      house       = "pricing"
      handler     = "pricing.handlers.plan_scan.handler"
      memory_mb   = 1769
      timeout_s   = 120
      mongodb     = true
      events      = true
      sends_to    = { PAGES_QUEUE_URL = "pricing-pages.fifo" }
      environment = { SCANNER_LANES = tostring(var.scanner_lanes) }
    }
    "pricing-scan-pages" = {
      description = "Reads competitors' pages; no store, no secret, no private network"
      house       = "pricing"
      handler     = "pricing.handlers.scan_pages.handler"
      memory_mb   = 512
      timeout_s   = 300
      repeats     = true
      private     = false
      heeds_stops = true
      keeps_pages = true
      sends_to = {
        OBSERVED_QUEUE_URL    = "pricing-observed"
        PAGES_LATER_QUEUE_URL = "pricing-pages-later"
      }
      environment = {
        SCANNER_USER_AGENT        = var.scanner_user_agent
        SCANNER_MIN_DELAY_SECONDS = tostring(var.scanner_min_delay_seconds)
        SCANNER_CONNECT_TO        = var.scanner_connect_to
      }
    }
    "pricing-return-pages" = {
      description = "Gives pages back to their lanes when their time has come; no store, no secret, no private network"
      house       = "pricing"
      handler     = "pricing.handlers.return_pages.handler"
      memory_mb   = 256
      timeout_s   = 30
      repeats     = true
      private     = false
      sends_to = {
        PAGES_QUEUE_URL       = "pricing-pages.fifo"
        PAGES_LATER_QUEUE_URL = "pricing-pages-later"
      }
    }
    "pricing-record-observations" = {
      description = "Records what was read, with its history"
      house       = "pricing"
      handler     = "pricing.handlers.record_observations.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
      events      = true
      sends_to    = { UNREAD_QUEUE_URL = "pricing-unread" }
    }
    "pricing-fetch-rates" = {
      description = "Fetches exchange rates from the web; no store, no secret, no private network"
      house       = "pricing"
      handler     = "pricing.handlers.fetch_rates.handler"
      memory_mb   = 512
      timeout_s   = 90
      private     = false
      sends_to    = { RATES_QUEUE_URL = "pricing-rates" }
      environment = {
        SCANNER_USER_AGENT = var.scanner_user_agent
        SCANNER_CONNECT_TO = var.scanner_connect_to
        RATES_URL          = var.rates_url
      }
    }
    "pricing-record-rates" = {
      description = "Keeps exchange rates"
      house       = "pricing"
      handler     = "pricing.handlers.record_rates.handler"
      memory_mb   = 512
      timeout_s   = 30
      mongodb     = true
    }
    "pricing-decide" = {
      description = "Divides policy runs and decides their parts"
      house       = "pricing"
      handler     = "pricing.handlers.decide.handler"
      memory_mb   = 1769
      timeout_s   = 90
      mongodb     = true
      events      = true
      heeds_stops = true
      sends_to = {
        DECIDE_QUEUE_URL  = "pricing-decide"
        PUBLISH_QUEUE_URL = "pricing-publish"
      }
    }
    "pricing-keep-time" = {
      description = "Does what is due by the clock: promotions, publications after their canary, proposals that expire"
      house       = "pricing"
      handler     = "pricing.handlers.keep_time.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
      events      = true
      sends_to = {
        PUBLISH_QUEUE_URL  = "pricing-publish"
        ROLL_UPS_QUEUE_URL = "pricing-roll-ups"
      }
    }
    "pricing-follow-prices" = {
      description = "Starts the policy runs that follow new prices"
      house       = "pricing"
      handler     = "pricing.handlers.follow_prices.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
      events      = true
      sends_to    = { DECIDE_QUEUE_URL = "pricing-decide" }
    }
    "pricing-raise-alerts" = {
      description = "Raises alerts of changes in the market and of work that failed"
      house       = "pricing"
      handler     = "pricing.handlers.raise_alerts.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
      environment = {
        ALERT_PAUSE_MINUTES = tostring(var.alert_pause_minutes)
        API_URL             = local.token_issuer
      }
    }
    "pricing-ask-deliveries" = {
      description  = "Asks for attempts to tell receivers, and signs those to webhooks"
      house        = "pricing"
      handler      = "pricing.handlers.ask_deliveries.handler"
      memory_mb    = 512
      timeout_s    = 60
      mongodb      = true
      opens_sealed = true
      sends_to = {
        DELIVER_QUEUE_URL = "pricing-deliver"
        MAIL_QUEUE_URL    = "pricing-mail"
      }
    }
    "pricing-deliver" = {
      description  = "Tells webhooks and Slack channels; no store, no private network, no secret but the channels' addresses"
      house        = "pricing"
      handler      = "pricing.handlers.deliver.handler"
      memory_mb    = 512
      timeout_s    = 60
      private      = false
      opens_sealed = true
      sends_to     = { DELIVERED_QUEUE_URL = "pricing-delivered" }
      environment = {
        SCANNER_USER_AGENT = var.scanner_user_agent
        SCANNER_CONNECT_TO = var.scanner_connect_to
      }
    }
    "pricing-send-mail" = {
      description = "Sends alerts by e-mail; no store, no secret, no private network"
      house       = "pricing"
      handler     = "pricing.handlers.send_mail.handler"
      memory_mb   = 512
      timeout_s   = 60
      private     = false
      sends_mail  = true
      sends_to    = { DELIVERED_QUEUE_URL = "pricing-delivered" }
    }
    "pricing-record-deliveries" = {
      description = "Keeps what attempts to tell receivers came to"
      house       = "pricing"
      handler     = "pricing.handlers.record_deliveries.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
    }
    "pricing-trial" = {
      description = "Tries policies and explains decisions for the API"
      house       = "pricing"
      handler     = "pricing.handlers.trial.handler"
      memory_mb   = 1769
      timeout_s   = 28
      mongodb     = true
    }
    "pricing-publish" = {
      description = "Publishes approved prices and reads them back"
      house       = "pricing"
      handler     = "pricing.handlers.publish.handler"
      memory_mb   = 512
      timeout_s   = 120
      mongodb     = true
      events      = true
      heeds_stops = true
      repeats     = true
      sends_to    = { PUBLISH_QUEUE_URL = "pricing-publish" }
      invokes = {
        PRODUCTS_PRICES_FUNCTION = "products-prices"
        WRITE_SHOP_FUNCTION      = "pricing-write-shop"
      }
    }
    "pricing-write-shop" = {
      description  = "Writes prices into connected shops and reads them there; no store, no private network"
      house        = "pricing"
      handler      = "pricing.handlers.write_shop.handler"
      memory_mb    = 512
      timeout_s    = 28
      private      = false
      opens_sealed = true
      environment = {
        SCANNER_USER_AGENT = var.scanner_user_agent
        SCANNER_CONNECT_TO = var.scanner_connect_to
      }
    }
    "pricing-questions" = {
      description = "Answers other houses' questions about prices"
      house       = "pricing"
      handler     = "pricing.handlers.questions.handler"
      memory_mb   = 512
      timeout_s   = 15
      mongodb     = true
    }
    "pricing-close-work" = {
      description = "Closes runs, publications, reports and simulations whose jobs were ended, and notes imports that failed"
      house       = "pricing"
      handler     = "pricing.handlers.close_work.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
      events      = true
      sends_to    = { PUBLISH_QUEUE_URL = "pricing-publish" }
    }
    "pricing-start-run" = {
      description = "Starts the policy runs that schedules ask for"
      house       = "pricing"
      handler     = "pricing.handlers.start_run.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
      events      = true
      sends_to    = { DECIDE_QUEUE_URL = "pricing-decide" }
    }
    "pricing-write-report" = {
      description    = "Writes report files"
      house          = "pricing"
      handler        = "pricing.handlers.write_report.handler"
      memory_mb      = 1024
      timeout_s      = 300
      mongodb        = true
      events         = true
      writes_reports = true
    }
    "pricing-roll-up" = {
      description = "Makes the days of the market: prices, places and breaches of each product"
      house       = "pricing"
      handler     = "pricing.handlers.roll_up.handler"
      memory_mb   = 1769
      timeout_s   = 300
      mongodb     = true
      events      = true
      sends_to    = { ROLL_UPS_QUEUE_URL = "pricing-roll-ups" }
    }
    "pricing-simulate" = {
      description    = "Computes simulations of policies and draws them"
      house          = "pricing"
      handler        = "pricing.handlers.simulate.handler"
      memory_mb      = 1769
      timeout_s      = 900
      mongodb        = true
      events         = true
      heeds_stops    = true
      writes_reports = true
    }
    "pricing-relay" = {
      description = "Sends the pricing messages that wait in the outbox"
      house       = "pricing"
      handler     = "pricing.handlers.relay.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
      events      = true
      claims      = true
      sends_to = {
        DECIDE_QUEUE_URL  = "pricing-decide"
        PAGES_QUEUE_URL   = "pricing-pages.fifo"
        PUBLISH_QUEUE_URL = "pricing-publish"
        REPORTS_QUEUE_URL = "pricing-reports"
        UNREAD_QUEUE_URL  = "pricing-unread"

        ROLL_UPS_QUEUE_URL    = "pricing-roll-ups"
        SIMULATIONS_QUEUE_URL = "pricing-simulations"
      }
    }

    "scheduler-api" = {
      description       = "The scheduler HTTP API: schedules and jobs"
      house             = "scheduler"
      handler           = "scheduler.handlers.api.handler"
      memory_mb         = 1024
      timeout_s         = 29
      mongodb           = true
      events            = true
      valkey            = true
      manages_schedules = true
      stops             = true
      sends_to = {
        PULLS_QUEUE_URL         = "products-pulls"
        REPORTS_QUEUE_URL       = "pricing-reports"
        RUNS_DUE_QUEUE_URL      = "pricing-runs-due"
        SCAN_REQUESTS_QUEUE_URL = "pricing-scan-requests"
      }
    }
    "scheduler-migrate" = {
      description = "Makes the indexes of the scheduler database; invoked by the deploy step"
      house       = "scheduler"
      handler     = "scheduler.handlers.migrate.handler"
      memory_mb   = 512
      timeout_s   = 300
      mongodb     = true
    }
    "scheduler-start-job" = {
      description = "Starts the job of a schedule that came due"
      house       = "scheduler"
      handler     = "scheduler.handlers.start_job.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
      events      = true
      stops       = true
      sends_to = {
        PULLS_QUEUE_URL         = "products-pulls"
        REPORTS_QUEUE_URL       = "pricing-reports"
        RUNS_DUE_QUEUE_URL      = "pricing-runs-due"
        SCAN_REQUESTS_QUEUE_URL = "pricing-scan-requests"
      }
    }
    "scheduler-record-progress" = {
      description = "Keeps each job's progress"
      house       = "scheduler"
      handler     = "scheduler.handlers.record_progress.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
    }
    "scheduler-remove-owner" = {
      description = "Withdraws the schedules of people who left"
      house       = "scheduler"
      handler     = "scheduler.handlers.remove_owner.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
    }
    "scheduler-tick" = {
      description       = "Each minute: sends what waits, starts what was missed, ends what is overdue, repairs schedules"
      house             = "scheduler"
      handler           = "scheduler.handlers.tick.handler"
      memory_mb         = 512
      timeout_s         = 60
      mongodb           = true
      events            = true
      claims            = true
      stops             = true
      manages_schedules = true
      lists_schedules   = true
      sends_to = {
        PULLS_QUEUE_URL         = "products-pulls"
        REPORTS_QUEUE_URL       = "pricing-reports"
        RUNS_DUE_QUEUE_URL      = "pricing-runs-due"
        SCAN_REQUESTS_QUEUE_URL = "pricing-scan-requests"
      }
    }

    "scheduler-redrive" = {
      description = "Moves dead letters back onto their queues; invoked by an operator"
      house       = "scheduler"
      handler     = "scheduler.handlers.redrive.handler"
      memory_mb   = 512
      timeout_s   = 300
      mongodb     = true
      redrives    = true
    }

    "assistant-api" = {
      description = "The assistant HTTP API: questions and answers"
      house       = "assistant"
      handler     = "assistant.handlers.api.handler"
      memory_mb   = 1024
      timeout_s   = 15
      mongodb     = true
      valkey      = true
      events      = true
      sends_to    = { QUESTIONS_QUEUE_URL = "assistant-questions" }
    }
    "assistant-migrate" = {
      description = "Makes the indexes of the assistant database; invoked by the deploy step"
      house       = "assistant"
      handler     = "assistant.handlers.migrate.handler"
      memory_mb   = 512
      timeout_s   = 300
      mongodb     = true
    }
    "assistant-answer" = {
      description = "Answers a question, each number traced to a record"
      house       = "assistant"
      handler     = "assistant.handlers.answer.handler"
      memory_mb   = 1024
      timeout_s   = 60
      mongodb     = true
      events      = true
      gemini      = true
      invokes     = { PRICING_QUESTIONS_FUNCTION = "pricing-questions" }
      environment = { GEMINI_MODEL = var.gemini_model }
    }
    "assistant-read-page" = {
      description = "Asks the language model about a page; no store, no private network, no secret but the model's key"
      house       = "assistant"
      handler     = "assistant.handlers.read_page.handler"
      memory_mb   = 1024
      timeout_s   = 28
      private     = false
      gemini      = true
      environment = { GEMINI_MODEL = var.gemini_model }
    }
    "assistant-relay" = {
      description = "Sends the assistant's messages that wait in the outbox"
      house       = "assistant"
      handler     = "assistant.handlers.relay.handler"
      memory_mb   = 512
      timeout_s   = 60
      mongodb     = true
      events      = true
      claims      = true
      sends_to    = { QUESTIONS_QUEUE_URL = "assistant-questions" }
    }
  }
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  name                 = local.function_names[each.key]
  description          = each.value.description
  handler              = each.value.handler
  memory_mb            = each.value.memory_mb
  timeout_s            = each.value.timeout_s
  environment          = local.environments[each.key]
  statements           = local.statements[each.key]
  architecture         = var.architecture
  layer_arn            = module.shared_layer.arn
  code                 = { bucket = aws_s3_bucket.artifacts.id, key = aws_s3_object.house[each.value.house].key, hash = local.artifact_hashes[each.value.house] }
  log_level            = var.log_level
  log_retention_days   = var.log_retention_days
  alarm_actions        = [aws_sns_topic.alarms.arn]
  reserved_concurrency = lookup(var.reserved_concurrency, each.key, null)
  repeats              = each.value.repeats
  scaled_by_queue      = contains(values(local.queues)[*].consumer, each.key)
  network = each.value.private ? {
    subnet_ids         = values(aws_subnet.private)[*].id
    security_group_ids = [aws_security_group.functions.id]
  } : null
}
