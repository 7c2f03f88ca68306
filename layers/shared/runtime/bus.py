"""Facts onto the EventBridge bus."""

from collections.abc import Sequence

from shared.runtime.aws import call
from shared.runtime.queues import Parcel


class Bus:
    """One event bus, told by one house."""

    def __init__(self, name: str, source: str) -> None:
        self._name = name
        self._source = source

    async def put(self, request: Sequence[Parcel]) -> set[str]:
        """Tell what one request may carry; return the ids that the bus took."""
        entries = [
            {
                "EventBusName": self._name,
                "Source": self._source,
                "DetailType": parcel.type,
                "Detail": parcel.body,
                "Time": parcel.occurred_at,
            }
            for parcel in request
        ]
        answered = await call("events", "put_events", Entries=entries)
        results = zip(request, answered.get("Entries", ()), strict=False)
        if not answered.get("FailedEntryCount"):
            return {parcel.id for parcel in request}
        return {parcel.id for parcel, result in results if "ErrorCode" not in result}
