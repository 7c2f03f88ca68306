"""A WooCommerce shop over HTTPS: checked addresses, bounds of time and size, no redirect ever followed with its key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import aiohttp

from pricing.adapters.woocommerce_protocol import (
    CURRENCY_PATH,
    NotSpokenError,
    authorization,
    code_in,
    currency_in,
    listed_in,
    listing_paths,
    said_in,
    updates_of,
)
from pricing.domain.shop_connection import ShopCredentials, checked_shop_url
from pricing.usecases.shop_sites import LineOutcome, Listed, Repriced, ShopRefusedError, ShopSilentError
from shared.kernel.errors import Invalid
from shared.runtime.breaker import Refused
from shared.runtime.deadline import remaining
from shared.runtime.resilience import LONGEST_RETRY_AFTER_SECONDS, SICK, Judge, Policy, Remote, Verdict, retry_after
from shared.runtime.web.resolver import Lookup, RefusedAddressError, system_lookup
from shared.runtime.web.transport import Answer, WebTransport

type Said = tuple[LineOutcome, str]

OK = 200
REDIRECTS = range(300, 400)
SHUT_OUT = frozenset({401, 403})
NOT_FOUND = 404
BUSY = 429
SERVER_ERROR = 500
UNTRIED: Said = ("untried", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopLimits:
    """How much time and room a shop gets: each call, and all calls of one question together.

    With less than `late_seconds` left of a question's time no further write is begun.
    """

    connect_seconds: float = 5.0
    idle_seconds: float = 16.0
    call_seconds: float = 16.0
    total_seconds: float = 22.0
    late_seconds: float = 5.0
    received_bytes: int = 16 * 1024 * 1024


class _BusyError(Exception):
    """The shop answered that it cannot just now."""

    def __init__(self, status: int, after: float | None) -> None:
        super().__init__(f"the shop answered {status}")
        self.status = status
        self.after = after


class AioHttpWooCommerce:
    """One shop, for one question; close it afterwards."""

    def __init__(
        self,
        url: str,
        credentials: ShopCredentials,
        user_agent: str,
        *,
        limits: ShopLimits | None = None,
        connect_to: tuple[str, int] | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._url = url
        self._limits = limits or ShopLimits()
        self._headers = {
            "Authorization": authorization(credentials),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Cache-Control": "no-cache",
        }
        self._transport = WebTransport(user_agent, self._limits, lookup, connect_to)
        # One for each question: what one organisation's shop does is nothing to the next one's.
        self._remote = Remote(
            "connected shop",
            Policy(
                timeout_seconds=self._limits.call_seconds,
                attempts=3,
                base_seconds=0.5,
                cap_seconds=4.0,
                total_seconds=self._limits.total_seconds,
            ),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.close()

    async def currency(self) -> str | None:
        """The currency of its prices; many keys may not read settings, and then nobody knows."""
        answer = await self._asked("GET", CURRENCY_PATH)
        try:
            return currency_in(answer.body) if answer.status == OK else None
        except NotSpokenError:
            return None

    async def listed(self, skus: Sequence[str]) -> Sequence[Listed]:
        """Its products of these SKUs, and perhaps others."""
        found: list[Listed] = []
        for path in listing_paths(skus):
            answer = await self._asked("GET", path)
            if answer.status != OK:
                raise ShopRefusedError(_why(answer))
            try:
                found += listed_in(answer.body)
            except NotSpokenError as error:
                why = f"the shop's address answers, and not as WooCommerce's REST API v3 ({error}): check the address"
                raise ShopRefusedError(why) from error
        return found

    async def reprice(self, prices: Sequence[tuple[Listed, Decimal]]) -> Repriced:
        """Write prices, one call after the other. A shop that shuts us out, or falls silent, is not asked further.

        Variations of a hundred products are a hundred calls: what a slow shop leaves no time for is untried.
        """
        said: dict[int, Said] = {}
        over: Said | None = None
        stop = ""
        for path, items, body in updates_of(prices):
            if over is None and said and self._is_late():
                over = UNTRIED
            if over is None:
                told, over, stop = await self._write(path, items, body)
                said |= told
            else:
                said |= _each(items, over)
        return Repriced(said=said, stop=stop)

    def _is_late(self) -> bool:
        left = remaining()
        return left is not None and left < self._limits.late_seconds

    async def _write(self, path: str, items: Sequence[int], body: bytes) -> tuple[Mapping[int, Said], Said | None, str]:
        """Write some prices: what was said to each, what that means for all others, and why the shop takes none."""
        try:
            answer = await self._asked("POST", path, body)
        except ShopSilentError as error:
            others: Said = ("unclear", f"not written this time: {error}")
            return _each(items, ("unclear", f"it may be written: {error}")), others, ""
        except ShopRefusedError as error:
            return _each(items, UNTRIED), UNTRIED, str(error)
        if answer.status in SHUT_OUT or answer.status in REDIRECTS:
            return _each(items, UNTRIED), UNTRIED, _why(answer, writing=True)
        return _said(answer, items), None, ""

    async def _asked(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """Ask, again where that helps, within the time that there is."""

        async def once(seconds: float) -> Answer:
            answer = await self._transport.ask(
                method, self._base() + path, self._headers, body, seconds, self._limits.received_bytes
            )
            if answer.status == BUSY or answer.status >= SERVER_ERROR:
                raise _BusyError(answer.status, retry_after(answer.headers))
            return answer

        try:
            return await self._remote.call(once, _judged_of(method))
        except Invalid as error:
            raise ShopRefusedError(error.detail) from error
        except (_BusyError, Refused) as error:
            raise ShopSilentError(str(error)) from error
        except TimeoutError as error:
            raise ShopSilentError(f"the shop did not answer within {self._limits.call_seconds:.0f} seconds") from error
        except RefusedAddressError as error:
            raise ShopRefusedError("the shop's address is not public") from error
        except aiohttp.ClientSSLError as error:
            raise ShopRefusedError("no encrypted connection to the shop: look at its certificate") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(getattr(error, "os_error", None), RefusedAddressError):
                raise ShopRefusedError("the shop's address is not public") from error
            raise ShopSilentError(f"the shop's answer broke off ({type(error).__name__})") from error

    def _base(self) -> str:
        # What is kept was checked when it was set; who connects trusts nobody.
        return checked_shop_url(self._url)


def _judged_of(method: str) -> Judge:
    def judged(error: Exception) -> Verdict:
        if isinstance(error, _BusyError):
            may_wait = error.after is None or error.after <= LONGEST_RETRY_AFTER_SECONDS
            return Verdict(retry=may_wait, sick=error.status != BUSY, after=error.after)
        if method == "GET" and isinstance(error, TimeoutError | aiohttp.ServerDisconnectedError):
            return SICK
        # A write that nobody answered may still be carried out: what the shop shows afterwards decides.
        return Verdict(retry=False, sick=isinstance(error, TimeoutError | aiohttp.ClientConnectionError))

    return judged


def _said(answer: Answer, items: Sequence[int]) -> Mapping[int, Said]:
    if answer.status != OK:
        return _each(items, ("refused", f"the shop refused the write: {answer.status}{code_in(answer.body)}"))
    try:
        return said_in(answer.body, items)
    except NotSpokenError as error:
        return _each(items, ("unclear", f"the shop's answer to the write is not WooCommerce's ({error})"))


def _each(items: Sequence[int], said: Said) -> Mapping[int, Said]:
    return dict.fromkeys(items, said)


def _why(answer: Answer, *, writing: bool = False) -> str:
    said = f"{answer.status}{code_in(answer.body)}"
    if answer.status in SHUT_OUT:
        mend = "give it the permission read/write there" if writing else "make a new one there and set it here"
        return f"the shop refuses the key: {said}; {mend}"
    if answer.status in REDIRECTS:
        return f"the shop's address leads elsewhere ({said}): set the address where the shop really is"
    if answer.status == NOT_FOUND:
        return (
            f"there is no WooCommerce REST API v3 at the shop's address ({said}): check the address and its permalinks"
        )
    return f"the shop refuses the question: {said}"
