"""A shop system of somebody's own as the target of publication: what it is, where it is, and what opens it."""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from pricing.domain.errors import InvalidPublicationSettings
from shared.kernel.public_url import UnsafeUrl, checked_url

type ShopKind = Literal["WOOCOMMERCE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopConnection:
    """A connected shop. `sealed` are its credentials, which only the function opens that meets the shop."""

    kind: ShopKind
    url: str
    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopCredentials:
    """What a shop's owner made for us there: a key and its secret."""

    key: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedTarget:
    """Prices go out to a connected shop: what somebody asked for, its credentials open."""

    kind: ShopKind
    url: str
    credentials: ShopCredentials


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTarget:
    """Prices go out to the own catalogue."""


type Target = ConnectedTarget | OwnTarget


def checked_shop_url(text: str) -> str:
    """The shop's address in its normal form: public by its text, encrypted, and without a slash at its end."""
    try:
        plain = checked_url(text)
    except UnsafeUrl as error:
        raise InvalidPublicationSettings(f"the shop's url: {error.detail}") from error
    parts = urlsplit(plain)
    if parts.scheme != "https":
        raise InvalidPublicationSettings("the shop's url: only https:// addresses are sent credentials")
    if parts.query or "?" in text or "#" in text:
        raise InvalidPublicationSettings("the shop's url: write the address of the shop alone, without ? and #")
    if not {".", ".."}.isdisjoint(parts.path.split("/")):
        raise InvalidPublicationSettings("the shop's url: write its path without . and ..")
    return plain.rstrip("/")
