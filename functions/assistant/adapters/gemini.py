"""Gemini, asked for one document of a fixed shape. What it is given to read is data; it has no tools and no memory."""

import json
from collections.abc import Callable
from functools import cached_property

import httpx2
from google import genai
from google.genai import errors, types
from pydantic import BaseModel, ValidationError

from shared.kernel.errors import Unavailable
from shared.runtime.breaker import Refused
from shared.runtime.resilience import FINAL, SICK, Policy, Remote, Verdict

SERVER_ERROR = 500
# No document that we ask for is longer; a model that thinks aloud thinks within it, too.
MOST_TOKENS = 8_192
LONGEST_ANSWER = 20_000


class GeminiUnavailable(Unavailable):
    """Gemini said nothing that may be used."""

    code = "assistant/model-unavailable"
    title = "The language model did not answer"


def judged(error: Exception) -> Verdict:
    """What a failure of Gemini means. An answer that cannot be read is no better the second time."""
    cause = error.__cause__
    if isinstance(cause, errors.APIError):
        busy = cause.code == httpx2.codes.TOO_MANY_REQUESTS
        return Verdict(retry=True, sick=not busy) if busy or cause.code >= SERVER_ERROR else FINAL
    return SICK if isinstance(cause or error, httpx2.HTTPError | OSError) else FINAL


class Gemini:
    """One model behind one key. The key is read, and the client made, when it is first asked."""

    def __init__(
        self, api_key: Callable[[], str], model: str, policy: Policy, timeout_ms: int, *, base_url: str | None = None
    ) -> None:
        self._api_key = api_key
        self._model = model
        self._timeout_ms = timeout_ms
        self._base_url = base_url
        self._remote = Remote("gemini", policy)

    @cached_property
    def _client(self) -> genai.Client:
        once = types.HttpRetryOptions(attempts=1)
        options = types.HttpOptions(base_url=self._base_url, timeout=self._timeout_ms, retry_options=once)
        return genai.Client(api_key=self._api_key(), http_options=options)

    @property
    def name(self) -> str:
        """What to call this model in an answer."""
        return self._model

    async def said[D: BaseModel](self, instruction: str, text: str, shape: type[D]) -> D:
        """Return what the model says of a text, in that shape; `GeminiUnavailable` when it says anything else."""
        try:
            return await self._remote.blocking(lambda: self._said(instruction, text, shape), judged)
        except (Refused, TimeoutError) as error:
            raise GeminiUnavailable("it was not asked, or did not answer in time") from error

    def _said[D: BaseModel](self, instruction: str, text: str, shape: type[D]) -> D:
        config = types.GenerateContentConfig(
            system_instruction=instruction,
            response_mime_type="application/json",
            response_schema=shape,
            temperature=0,
            max_output_tokens=MOST_TOKENS,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        try:
            replied = self._client.models.generate_content(model=self._model, contents=text, config=config)
            return shape.model_validate(json.loads((replied.text or "")[:LONGEST_ANSWER]))
        except (errors.APIError, httpx2.HTTPError, ValidationError, ValueError, OSError) as error:
            raise GeminiUnavailable("it refused, or its answer has not the shape that was asked for") from error
