"""Plumbing that more than one house needs.

Powertools loads the AWS SDK's package at import, only to name itself in the SDK's requests. The SDK is hidden
from it here, before the first module of this floor loads, so that no function pays for the SDK at its start.
"""

import sys
from importlib import import_module

if "botocore" not in sys.modules and "aws_lambda_powertools" not in sys.modules:
    sys.modules["botocore"] = None  # type: ignore[assignment]  # the documented way to make an import fail
    try:
        import_module("aws_lambda_powertools")
    finally:
        del sys.modules["botocore"]
