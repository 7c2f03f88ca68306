"""Files of simulations in the work bucket beside those of reports, read by links that hold for some minutes."""

import asyncio
from urllib.parse import quote

from shared.runtime import aws

LINK_SECONDS = 900
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml; charset=utf-8",
}
# Spreadsheets take a file without it for one in their own old encoding.
BYTE_ORDER_MARK = "\ufeff"


class S3SimulationFiles:
    """The files under `reports/<organisation>/<simulation>/` in the work bucket, kept for ninety days."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    async def write(self, organisation_id: str, simulation_id: str, name: str, text: str) -> None:
        """Keep a file; writing it twice keeps the second."""
        ending = name.rpartition(".")[2]
        content = (BYTE_ORDER_MARK + text if ending == "csv" else text).encode()
        key = _key(organisation_id, simulation_id, name)
        kind = MEDIA_TYPES[ending]
        await aws.call("s3", "put_object", Bucket=self._bucket, Key=key, Body=content, ContentType=kind)

    async def link(self, organisation_id: str, simulation_id: str, name: str) -> str:
        """Return an address that gives the file to whoever has it, for fifteen minutes; pictures open at once."""
        shown = "inline" if name.endswith(".svg") else "attachment"
        asked = {
            "Bucket": self._bucket,
            "Key": _key(organisation_id, simulation_id, name),
            "ResponseContentDisposition": f'{shown}; filename="{quote(f"{simulation_id}-{name}", safe="")}"',
        }

        def signed() -> str:
            return str(aws.client("s3").generate_presigned_url("get_object", Params=asked, ExpiresIn=LINK_SECONDS))

        return await asyncio.to_thread(signed)


def _key(organisation_id: str, simulation_id: str, name: str) -> str:
    return f"reports/{quote(organisation_id, safe='')}/{quote(simulation_id, safe='')}/{quote(name, safe='')}"
