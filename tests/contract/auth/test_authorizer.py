"""The authorizer's door: who holds one of our tokens is let in, and nobody else."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.builders.events import sample
from tests.fakes.doors import Doors

ISSUER = "https://issuer.example"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
NOW = datetime.now(UTC)
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "omnipricex",
    "sub": "usr",
    "org": "org",
    "roles": "analyst pricing_manager",
    "scope": "jobs:read catalogue:read",
    "iat": NOW,
    "exp": NOW + timedelta(minutes=15),
    "jti": "tok",
}

type Authorize = Callable[[str], dict[str, Any]]


@pytest.fixture
def authorize(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> Authorize:
    """Asks the door about an Authorization header."""
    monkeypatch.setenv("SIGNING_KEYS", json.dumps({"key-1": PEM}))
    handler = doors.open("auth", "authorize")

    def ask(header: str) -> dict[str, Any]:
        event = sample("authorizer_v2")
        event["headers"]["authorization"] = header
        event["identitySource"] = [header]
        return handler(event)

    return ask


def token(key: Any = KEY, kid: str | None = "key-1", algorithm: str = "RS256", **changes: Any) -> str:
    """A good token; a change of None leaves the claim out."""
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm, headers=None if kid is None else {"kid": kid})


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, default=str).encode()).decode().rstrip("=")


def confused() -> str:
    """Signed with HMAC, the published key taken for its secret."""
    claims = CLAIMS | {name: int(CLAIMS[name].timestamp()) for name in ("iat", "exp")}
    content = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'key-1'})}.{part(claims)}"
    mac = hmac.HMAC(PEM.encode(), hashes.SHA256())
    mac.update(content.encode())
    return f"{content}.{base64.urlsafe_b64encode(mac.finalize()).decode().rstrip('=')}"


def tampered() -> str:
    """A good signature under other claims."""
    header, _, signature = token().split(".")
    claims = CLAIMS | {name: int(CLAIMS[name].timestamp()) for name in ("iat", "exp")} | {"org": "rival"}
    return f"{header}.{part(claims)}.{signature}"


def unsigned() -> str:
    claims = CLAIMS | {name: int(CLAIMS[name].timestamp()) for name in ("iat", "exp")}
    return f"{part({'alg': 'none', 'kid': 'key-1'})}.{part(claims)}."


def test_our_own_token_proves_its_holder(authorize: Authorize) -> None:
    answered = authorize(f"Bearer {token()}")

    assert answered == {
        "isAuthorized": True,
        "context": {
            "organisation_id": "org",
            "user_id": "usr",
            "roles": "analyst pricing_manager",
            "scopes": "catalogue:read jobs:read",
        },
    }


def test_the_scheme_is_read_in_any_case(authorize: Authorize) -> None:
    assert authorize(f"bearer {token()}")["isAuthorized"] is True


REFUSED = {
    "expired": token(iat=NOW - timedelta(hours=1), exp=NOW - timedelta(minutes=1)),
    "for another audience": token(aud="another"),
    "of another issuer": token(iss="https://evil.example"),
    "of an unknown key": token(kid="key-2"),
    "of no key": token(kid=None),
    "signed by a stranger": token(key=STRANGER),
    "without an expiry": token(exp=None),
    "without an organisation": token(org=None),
    "without scopes": token(scope=None),
    "not yet issued": token(iat=NOW + timedelta(hours=1)),
    "unsigned": unsigned(),
    "tampered with": tampered(),
    "signed with the public key as a secret": confused(),
    "cut off": token()[:-20],
    "two tokens": f"{token()} {token()}",
    "no token": "abc",
    "nothing": "",
    "not ASCII": "ä.ö.ü",
    "half of a pair": "\ud800.a.b",
    "nested without end": base64.urlsafe_b64encode(b"[" * 60_000).decode().rstrip("=") + ".a.b",
    "very long": "a" * 100_000,
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED.keys())
def test_every_other_token_is_refused(sent: str, authorize: Authorize) -> None:
    assert authorize(f"Bearer {sent}") == {"isAuthorized": False}


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", token(), f"Bearer{token()}"])
def test_a_header_of_another_scheme_is_refused(header: str, authorize: Authorize) -> None:
    assert authorize(header) == {"isAuthorized": False}


def test_a_request_without_headers_is_refused(doors: Doors) -> None:
    handler = doors.open("auth", "authorize")

    assert handler({"type": "REQUEST", "headers": None}) == {"isAuthorized": False}


def test_the_sample_is_refused_and_its_token_is_not_logged(
    authorize: Authorize, capsys: pytest.CaptureFixture[str]
) -> None:
    good = token()

    assert authorize("Bearer abc") == {"isAuthorized": False}
    authorize(f"Bearer {good}")
    assert good not in capsys.readouterr().out
