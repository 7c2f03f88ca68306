"""Attempts to tell receivers on the web: over checked addresses, within bounds of time and size, following nothing."""

import asyncio
from dataclasses import dataclass

import aiohttp

from pricing.domain.delivery import Tried, slack_verdict
from pricing.domain.receiver import checked_endpoint
from pricing.usecases.receiver_ports import Attempt
from pricing.usecases.sealing import Opens
from shared.kernel.errors import Invalid, Unavailable
from shared.runtime.resilience import retry_after
from shared.runtime.web.resolver import Lookup, RefusedAddressError, system_lookup
from shared.runtime.web.transport import Posted, WebTransport

MOST_BYTES = 64 * 1024
OK_BELOW = 300
# Slack names what is wrong in a word or two.
SAID_BYTES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverLimits:
    """How much time and room a receiver gets."""

    connect_seconds: float = 5.0
    idle_seconds: float = 10.0
    total_seconds: float = 15.0
    received_bytes: int = MOST_BYTES


class AioHttpReceivers:
    """The sender to webhooks and to Slack; whatever a receiver does ends in a status or a named failure."""

    def __init__(
        self,
        user_agent: str,
        opener: Opens,
        *,
        limits: ReceiverLimits | None = None,
        connect_to: tuple[str, int] | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._agent = user_agent
        self._opener = opener
        self._limits = limits or ReceiverLimits()
        self._connect_to = connect_to
        self._lookup = lookup

    async def post(self, attempt: Attempt) -> Tried:
        """Make one attempt. The connector looks the name up once and connects to nothing that is not public."""
        transport = WebTransport(self._agent, self._limits, self._lookup, self._connect_to)
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                return _heard(attempt, await self._posted(attempt, transport))
        except Invalid as error:
            failure = error.detail
        except Unavailable:
            failure = "its address could not be opened"
        except TimeoutError:
            failure = f"no answer within {self._limits.total_seconds:.0f} seconds"
        except RefusedAddressError:
            failure = "the address is not public"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            refused = isinstance(getattr(error, "os_error", None), RefusedAddressError)
            failure = "the address is not public" if refused else f"no connection ({type(error).__name__})"
        finally:
            await transport.close()
        return Tried(delivery_id=attempt.delivery_id, attempt=attempt.attempt, status=None, failure=failure)

    async def _posted(self, attempt: Attempt, transport: WebTransport) -> Posted:
        is_slack = attempt.channel == "slack"
        known = await self._opener.opened(attempt.url, attempt.organisation_id) if is_slack else attempt.url
        headers = attempt.headers | {"Content-Type": "application/json"}
        most = SAID_BYTES if is_slack else 0
        body = attempt.body.encode()
        return await transport.post(checked_endpoint(known), headers, body, self._limits.total_seconds, most)


def _heard(attempt: Attempt, posted: Posted) -> Tried:
    said = "".join(one for one in posted.start.decode("ascii", "replace") if one.isprintable()).strip()
    status = posted.status
    failed = attempt.channel == "slack" and status >= OK_BELOW
    return Tried(
        delivery_id=attempt.delivery_id,
        attempt=attempt.attempt,
        status=status,
        failure=said if failed else "",
        verdict=slack_verdict(status, said) if failed else "",
        wait_seconds=retry_after(posted.headers) or 0.0,
    )
