"""A house's own gauges for a Prometheus server, of the organisation whose key asks."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Response

from shared.kernel.gauges import Gauge, ReadGauges
from shared.runtime.http_api import Asking

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
SCOPE = "metrics:read"


def exposition(gauges: Sequence[Gauge]) -> bytes:
    """The gauges in Prometheus's text format, one family for each name."""
    # Loaded by those who scrape only.
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

    class Present:
        def collect(self) -> Iterator[Any]:
            families: dict[str, Any] = {}
            for gauge in gauges:
                names = sorted(gauge.labels)
                family = families.setdefault(gauge.name, GaugeMetricFamily(gauge.name, gauge.help, labels=names))
                family.add_metric([gauge.labels[name] for name in names], gauge.value)
            yield from families.values()

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Present())
    return generate_latest(registry)


def gauge_routes(read: ReadGauges) -> APIRouter:
    """The route that a Prometheus server scrapes."""
    router = APIRouter(tags=["metrics"])

    @router.get("/metrics", summary="The house's gauges, in Prometheus's text format", response_class=Response)
    async def read_metrics(asking: Asking) -> Response:
        """Sign in as a machine client with the scope metrics:read; Prometheus does so by itself with `oauth2`."""
        asking.must(SCOPE)
        return Response(exposition(await read(asking.organisation_id)), headers={"Content-Type": EXPOSITION})

    return router
