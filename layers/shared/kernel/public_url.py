"""Decide which addresses on the internet a user may point us at.

Names prove nothing: a resolver turns `127.1`, `0x7f000001` and `①②⑦.⓪.⓪.①` into loopback. So a URL is checked
twice, here by its text when it is registered, and by `is_public` on every address a fetch is about to connect to.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit

from shared.kernel.errors import Invalid

# 8080 and 8443 because shops behind plain proxies use them; any other port is somebody's service, not a shop.
PORTS = frozenset({80, 443, 8080, 8443})
LONGEST_URL = 2048

_DEFAULT_PORTS = {"http": 80, "https": 443}
_GLOBAL_V6 = IPv6Network("2000::/3")
# Special by registry or by use, although the standard library calls them global.
_EXTRA_NETS = tuple(
    ip_network(net)
    for net in (
        "192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24", "168.63.129.16/32",
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    )
)  # fmt: skip
_LOCAL_NAMES = frozenset(
    [
        "localhost",
        "localdomain",
        "local",
        "internal",
        "intranet",
        "private",
        "corp",
        "home",
        "lan",
        "home.arpa",
        "test",
        "invalid",
        "onion",
        "arpa",
        "alt",
        "svc",
        "cluster.local",
    ]
)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")
# Letters that the two generations of international domain names encode differently.
_TWO_SPELLINGS = re.compile("[ßς\u200c\u200d]")
_PLAIN = re.compile(r"[A-Za-z0-9/?:@!$&'()*+,;=%~._|\[\]-]*")
_AUTHORITY = re.compile(r"(?i)(https?)://([^/?#]*)(.*)", re.DOTALL)


class UnsafeUrl(Invalid):
    """The URL does not name a public web page."""

    code = "url/unsafe"
    title = "The URL is not the address of a public web page"


@dataclass(frozen=True, slots=True)
class _Site:
    host: str
    port: int


def checked_url(text: str) -> str:
    """Return the URL in its one normal form, or raise UnsafeUrl with the reason."""
    scheme, authority, rest = _parts(text)
    return _origin(scheme, authority) + _tail(rest)


def host_of(url: str) -> str:
    """Return the host of a checked URL, the name under which a site is treated with care."""
    scheme, authority, _ = _parts(url)
    return _site(scheme, authority).host


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """Return whether an IP address may be connected to: global unicast, and special to nobody."""
    try:
        ip = ip_address(address) if isinstance(address, str) else address
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(ip.ipv4_mapped)
        if ip not in _GLOBAL_V6 or ip.scope_id is not None:
            return False
    return (
        ip.is_global and not ip.is_multicast and not any(ip in net for net in _EXTRA_NETS if net.version == ip.version)
    )


def _parts(text: str) -> tuple[str, str, str]:
    if not text or len(text) > LONGEST_URL:
        raise UnsafeUrl(f"a URL has 1 to {LONGEST_URL} characters")
    if _FORBIDDEN.search(text):
        raise UnsafeUrl("the URL holds a blank, a control character or a backslash")
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        raise UnsafeUrl("only http:// and https:// addresses can be read")
    scheme, authority, rest = found[1].lower(), found[2], found[3]
    if "@" in authority:
        raise UnsafeUrl("the URL holds a user name or password")
    if rest[:1] in {"?", "#"} and "@" in rest.split("/")[0]:
        raise UnsafeUrl("the host can be understood in two ways")
    return scheme, authority, rest


# The pages of a site are many, and all that can be wrong with its name is wrong for each of them.
@lru_cache(maxsize=4096)
def _origin(scheme: str, authority: str) -> str:
    site = _site(scheme, authority)
    _check_host(site.host)
    return f"{scheme}://{site.host}" + ("" if site.port == _DEFAULT_PORTS[scheme] else f":{site.port}")


def _site(scheme: str, authority: str) -> _Site:
    host, port = _host_and_port(authority, scheme)
    _must_agree(f"{scheme}://{authority}", host, port)
    return _Site(host, port)


def _host_and_port(authority: str, scheme: str) -> tuple[str, int]:
    found = re.fullmatch(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::(\d{1,5}))?", authority)
    if found is None or not found[1]:
        raise UnsafeUrl("the URL has no host, or more than one port")
    port = int(found[2]) if found[2] else _DEFAULT_PORTS[scheme]
    if port not in PORTS:
        raise UnsafeUrl(f"port {port} is not one of {', '.join(map(str, sorted(PORTS)))}")
    return _normal_host(found[1]), port


def _normal_host(host: str) -> str:
    if host.startswith("["):
        return host
    if "%" in host:
        raise UnsafeUrl("the host is percent-encoded")
    if _TWO_SPELLINGS.search(host):
        raise UnsafeUrl("the host can be understood in two ways")
    try:
        plain = host.encode("idna").decode("ascii").lower() if not host.isascii() else host.lower()
    except UnicodeError as error:
        raise UnsafeUrl("the host is not a domain name") from error
    return plain.removesuffix(".")


def _must_agree(text: str, host: str, port: int) -> None:
    """Refuse a URL that a second parser understands differently; one of the two would be attacked."""
    try:
        parts = urlsplit(text)
        other, other_port = parts.hostname, parts.port
    except ValueError as error:
        raise UnsafeUrl("the URL cannot be parsed") from error
    if other is None or _normal_host(f"[{other}]" if ":" in other else other) != host.lower():
        raise UnsafeUrl("the host can be understood in two ways")
    if other_port is not None and other_port != port:
        raise UnsafeUrl("the port can be understood in two ways")


def _check_host(host: str) -> None:
    literal = host[1:-1] if host.startswith("[") else host
    try:
        address = ip_address(literal)
    except ValueError:
        _check_name(host)
        return
    if not is_public(address):
        raise UnsafeUrl(f"{literal} is not a public address")


def _check_name(host: str) -> None:
    labels = host.split(".")
    if host.startswith("[") or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004
        raise UnsafeUrl("the host is not a domain name")
    # Numbers as last label are addresses to resolvers: 127.1, 0x7f.1, 2130706433, 0177.0.0.1.
    if re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):
        raise UnsafeUrl("the host is a number, not a domain name")
    endings = {".".join(labels[start:]) for start in range(len(labels))}
    if len(labels) == 1 or endings & _LOCAL_NAMES:
        raise UnsafeUrl(f"{host} is a name of a private network")


def _tail(rest: str) -> str:
    """Return path and query with everything but ASCII encoded, without the fragment that no server sees."""
    without_fragment = rest.split("#", 1)[0]
    path = without_fragment if without_fragment.startswith("/") else f"/{without_fragment}"
    return path if _PLAIN.fullmatch(path) else quote(path, safe="/?:@!$&'()*+,;=%~-._|[]")
