"""A stand-in for Prometheus' API, over a real socket: it answers what a test puts in."""

from typing import Any, Self

from aiohttp import web


class MetricsServer:
    """Use it as `async with MetricsServer() as server`. `asked` are the calls in turn."""

    def __init__(self) -> None:
        self.limits: dict[str, dict[str, float]] = {}
        self.history: list[tuple[float, float]] = []
        self.asked: list[dict[str, str]] = []
        self.status = 200

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.post("/api/v1/query", self._query)])
        app.add_routes([web.post("/api/v1/query_range", self._query_range)])
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _query(self, request: web.Request) -> web.Response:
        asked = await self._note(request)
        limit = asked["query"].removeprefix('arb_limit{limit="').removesuffix('"}')
        rows = [
            {"metric": {"limit": limit, "scope": scope}, "value": [0, str(value)]}
            for scope, value in self.limits.get(limit, {}).items()
        ]
        return self._answer("vector", rows)

    async def _query_range(self, request: web.Request) -> web.Response:
        await self._note(request)
        values = [[seconds, str(value)] for seconds, value in self.history]
        return self._answer("matrix", [{"metric": {}, "values": values}] if values else [])

    async def _note(self, request: web.Request) -> dict[str, str]:
        asked = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(asked)
        return asked

    def _answer(self, kind: str, rows: list[Any]) -> web.Response:
        body = {"status": "success", "data": {"resultType": kind, "result": rows}}
        return web.json_response(body, status=self.status)
