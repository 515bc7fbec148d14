"""The rooms that face Discord: the only ones that know discord.py."""
