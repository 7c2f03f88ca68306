"""Lambda: says who sent a request (API Gateway Lambda authorizer, payload 2.0, simple answers).

It verifies with the published keys alone: no store, no call, no framework.
"""

from auth.adapters.gateway_authorizer import authorizer
from auth.adapters.token_keys import TokenKeys
from auth.settings import KeySettings

settings = KeySettings()

handler = authorizer(TokenKeys(settings.signing_keys, settings.token_issuer))
