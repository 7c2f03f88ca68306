"""Report files in the work bucket, read by links that hold for some minutes."""

import asyncio
from urllib.parse import quote

from pricing.domain.analysis import FileFormat
from pricing.usecases.tables import MEDIA
from shared.runtime import aws

LINK_SECONDS = 900


class S3ReportFiles:
    """The files under `reports/` in the work bucket, which forgets them after ninety days."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    async def write(self, organisation_id: str, report_id: str, content: bytes, file_format: FileFormat) -> None:
        """Keep a report's file; writing it twice keeps the second."""
        key, media = _key(organisation_id, report_id, file_format), MEDIA[file_format]
        await aws.call("s3", "put_object", Bucket=self._bucket, Key=key, Body=content, ContentType=media)

    async def link(self, organisation_id: str, report_id: str, file_format: FileFormat) -> str:
        """Return an address that gives the file to whoever has it, for fifteen minutes."""
        name = quote(f"{report_id}.{file_format}", safe="")
        asked = {
            "Bucket": self._bucket,
            "Key": _key(organisation_id, report_id, file_format),
            "ResponseContentDisposition": f'attachment; filename="{name}"',
        }

        def signed() -> str:
            return str(aws.client("s3").generate_presigned_url("get_object", Params=asked, ExpiresIn=LINK_SECONDS))

        return await asyncio.to_thread(signed)


def _key(organisation_id: str, report_id: str, file_format: FileFormat) -> str:
    return f"reports/{quote(organisation_id, safe='')}/{quote(report_id, safe='')}.{file_format}"
