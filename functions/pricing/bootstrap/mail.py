"""Wire the door that sends e-mail and meets neither the web nor a store."""

from dataclasses import dataclass

from pricing.adapters.ses_mail import SesMail
from pricing.settings import SendMailSettings
from pricing.usecases.receiver_ports import Sender
from shared.runtime.queues import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSender:
    """What sends e-mail, and the queue that it answers on."""

    sender: Sender
    delivered: Queue


def mail_sender() -> MailSender:
    """The sender of e-mail."""
    settings = SendMailSettings()
    return MailSender(sender=SesMail(settings.mail_from), delivered=Queue(settings.delivered_queue_url))
