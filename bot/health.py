"""Is it alive, is it working, how does it do: three addresses for whoever operates the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.commit import Commit
from bot.turn import DeskWork
from domain.messaging.model import Conversation

STILL = timedelta(seconds=30)  # a part that has not moved for so long stands still
WRITE_WITHIN = 5.0  # seconds
NOBODY = "readyz"


def routes(*, commit: Commit, moved: Mapping[str, Callable[[], datetime]], registry: CollectorRegistry) -> list[Route]:
    """/healthz, /readyz and /metrics; *moved* tells when each part last moved."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readyz(_request: Request) -> Response:
        parts = {name: datetime.now(UTC) - at() < STILL for name, at in moved.items()}
        parts["database"] = await _writable(commit)
        return JSONResponse(parts, status_code=200 if all(parts.values()) else 503)

    async def metrics(_request: Request) -> Response:
        page = await asyncio.to_thread(generate_latest, registry)
        return Response(page, media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _writable(commit: Commit) -> bool:
    """Can a transaction be written?"""
    try:
        await asyncio.wait_for(commit(_write), WRITE_WITHIN)
    except Exception:  # noqa: BLE001 - whatever it is, the answer is no; the writers log it
        return False
    return True


def _write(work: DeskWork) -> None:
    """Leaves nothing behind, and yet must reach the disk: what changes no row would succeed on a full one."""
    work.conversations.put(Conversation(owner=NOBODY))
    work.conversations.end(NOBODY)
