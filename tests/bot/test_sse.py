"""Server-sent events are read as their specification says."""

from collections.abc import AsyncIterator

from bot.sse import ServerEvent, read_events


async def events(text: bytes) -> list[ServerEvent]:
    """All events of a stream."""

    async def lines() -> AsyncIterator[bytes]:
        for line in text.splitlines(keepends=True):
            yield line

    return [event async for event in read_events(lines())]


async def test_an_event_has_id_kind_and_data() -> None:
    """With or without the space, LF or CRLF; several data lines are one text."""
    [event] = await events(b"id: 7\r\nevent:fill\r\ndata: a\r\ndata: b\r\n\r\n")

    assert event == ServerEvent(kind="fill", data=b"a\nb", event_id="7")


async def test_comments_and_half_events_are_skipped() -> None:
    """A heartbeat is no event, and a cut connection leaves half of one."""
    found = await events(b": beat\n\ndata: whole\n\nid: 9\n\nevent: fill\ndata: half\n")

    assert found == [ServerEvent(kind="message", data=b"whole", event_id=None)]
