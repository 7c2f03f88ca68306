"""The deployed HTTP API as a person uses it: sign in, send, read until done."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Self

import httpx2

from local.cloud.errors import LocalCloudError

type Json = dict[str, Any]

TIMEOUT_SECONDS = 30.0
PAUSE_SECONDS = 0.4


class Refused(LocalCloudError):
    """The API answered with a problem."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotDone(LocalCloudError):
    """Something that was asked for did not come to its end in time."""


class Api:
    """One signed-in person."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx2.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, trust_env=False)

    def sign_in(self, email: str, password: str) -> Self:
        """Sign in and send the access token from now on."""
        tokens = self.post("/auth/sign-in", {"email": email, "password": password})
        self._http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return self

    def get(self, path: str, **query: object) -> Json:
        """Read one thing."""
        return self._asked("GET", path, params={key: str(value) for key, value in query.items()})

    def post(self, path: str, body: object, key: str | None = None) -> Json:
        """Send JSON; under an idempotency key it acts once, however often it is sent."""
        return self._asked("POST", path, json=body, headers={} if key is None else {"Idempotency-Key": key})

    def put(self, path: str, body: object) -> Json:
        """Send JSON that replaces what is there."""
        return self._asked("PUT", path, json=body)

    def patch(self, path: str, body: object) -> Json:
        """Send JSON that changes what it names."""
        return self._asked("PATCH", path, json=body)

    def delete(self, path: str) -> Json:
        """Take a thing away."""
        return self._asked("DELETE", path)

    def upload(self, path: str, text: str) -> Json:
        """Send a CSV file."""
        return self._asked("POST", path, content=text.encode(), headers={"Content-Type": "text/csv"})

    def post_unless_there(self, path: str, body: object) -> None:
        """Send JSON; that the thing exists already is fine."""
        try:
            self.post(path, body)
        except Refused as error:
            if error.status != httpx2.codes.CONFLICT:
                raise

    def walk(self, path: str, **query: object) -> Iterator[Json]:
        """Read a list to its end."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, **({} if cursor is None else {"cursor": cursor}))
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def until(self, path: str, done: Callable[[Json], bool], seconds: float) -> Json:
        """Read a thing until it is done; `NotDone` says how far it came."""
        deadline = time.monotonic() + seconds
        while True:
            thing = self.get(path)
            if done(thing):
                return thing
            if time.monotonic() > deadline:
                raise NotDone(f"{path} was not done after {seconds:.0f} s: {thing}")
            time.sleep(PAUSE_SECONDS)

    def _asked(self, method: str, path: str, **parameters: Any) -> Json:  # noqa: ANN401 - the client's own options
        answered = self._http.request(method, path, **parameters)
        if answered.is_error:
            text = f"{method} {path}: {answered.status_code} {answered.text[:4000]}"
            raise Refused(text, answered.status_code)
        body: Json = answered.json() if answered.content else {}
        return body

    def close(self) -> None:
        """Close every connection."""
        self._http.close()
