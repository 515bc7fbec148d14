"""A call to Discord: how long it may take, and what goes wrong with one."""

import aiohttp
import discord

# discord.py itself repeats what Discord answers with 5xx, for 25 s.
CALL_SECONDS = 10.0
# RuntimeError is aiohttp's word for a session that a new login has closed meanwhile.
FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError, RuntimeError)
