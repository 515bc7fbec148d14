"""A fake Discord: REST v10 and Gateway over real sockets, strict where it counts."""

from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.world import Fault, Injected

__all__ = ["FakeDiscord", "Fault", "Injected"]
