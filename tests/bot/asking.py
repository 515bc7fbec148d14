"""How a test asks: commands over a real exporter, as typed."""

from bot.commands import Answer, Caller, Commands

CALLER = Caller(actor="alice", via="console")


async def ask(commands: Commands, line: str) -> Answer:
    """Answer a line as typed."""
    name, *arguments = line.split()
    return await commands.answer(name, arguments, caller=CALLER)
