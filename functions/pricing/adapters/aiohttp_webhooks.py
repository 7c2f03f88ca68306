"""Attempts to tell receivers of webhooks: over checked addresses, within bounds of time and size, following nothing."""

import asyncio
from dataclasses import dataclass

import aiohttp

from pricing.domain.webhook import Tried, checked_endpoint
from pricing.usecases.webhooks import Attempt
from shared.kernel.errors import Invalid
from shared.runtime.web.resolver import Lookup, RefusedAddressError, system_lookup
from shared.runtime.web.transport import WebTransport

MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverLimits:
    """How much time and room a receiver gets."""

    connect_seconds: float = 5.0
    idle_seconds: float = 10.0
    total_seconds: float = 15.0
    received_bytes: int = MOST_BYTES


class AioHttpWebhooks:
    """The sender; whatever a receiver does ends in a status or a named failure."""

    def __init__(
        self,
        user_agent: str,
        *,
        limits: ReceiverLimits | None = None,
        connect_to: tuple[str, int] | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._agent = user_agent
        self._limits = limits or ReceiverLimits()
        self._connect_to = connect_to
        self._lookup = lookup

    async def post(self, attempt: Attempt) -> Tried:
        """Make one attempt. The connector looks the name up once and connects to nothing that is not public."""
        transport = WebTransport(self._agent, self._limits, self._lookup, self._connect_to)
        status, failure = None, ""
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                url = checked_endpoint(attempt.url)
                headers = attempt.headers | {"Content-Type": "application/json"}
                status = await transport.post(url, headers, attempt.body.encode(), self._limits.total_seconds)
        except Invalid as error:
            failure = error.detail
        except TimeoutError:
            failure = f"no answer within {self._limits.total_seconds:.0f} seconds"
        except RefusedAddressError:
            failure = "the address is not public"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            refused = isinstance(getattr(error, "os_error", None), RefusedAddressError)
            failure = "the address is not public" if refused else f"no connection ({type(error).__name__})"
        finally:
            await transport.close()
        return Tried(delivery_id=attempt.delivery_id, attempt=attempt.attempt, status=status, failure=failure)
