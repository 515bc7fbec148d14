"""Every command there is: what /help shows, Discord describes and metrics count."""

from msgspec import Struct


class Command(Struct, frozen=True, kw_only=True):
    """One command. `text` has at most 100 characters, which is what Discord takes.

    What acts is shown to everybody; other answers go to who asked, unless that person says
    otherwise.
    """

    name: str
    arguments: str = ""
    text: str
    acts: bool = False

    @property
    def usage(self) -> str:
        """As it is typed."""
        return f"/{self.name} {self.arguments}".rstrip()


_IN_ORDER = (
    Command(name="edges", arguments="[N]", text="live edges, largest first"),
    Command(name="fills", arguments="[N]", text="latest fills"),
    Command(name="pair", arguments="<pair>", text="one pair: edge, its history, fills"),
    Command(name="pnl", arguments="[day|week|month]", text="what was earned, with a chart"),
    Command(name="exposure", text="what is open, against its limits"),
    Command(name="watch", text="a message that keeps itself up to date"),
    Command(name="status", text="health of each venue"),
    Command(name="venues", text="where each venue stands, and why"),
    Command(name="alerts", text="what fires, and who has it"),
    Command(name="silences", text="what is silenced, and how to end it"),
    Command(name="audit", arguments="[N]", text="who halted and resumed what"),
    Command(
        name="halt",
        arguments="<venue|all> [reason]",
        text="stop opening positions, at once",
        acts=True,
    ),
    Command(
        name="resume",
        arguments="<venue|all>",
        text="show the halts, ask, then end them",
        acts=True,
    ),
    Command(
        name="mute",
        arguments="<kind|all> [time]",
        text="no notices of a kind for a while",
        acts=True,
    ),
    Command(
        name="notify",
        arguments="[kind on|silent|off]",
        text="which notices are told",
        acts=True,
    ),
    Command(name="help", text="this list"),
)

COMMANDS = {command.name: command for command in _IN_ORDER}
