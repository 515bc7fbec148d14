"""Wires one start together: look first, then write configuration, then run until something ends."""

import os
import sys

from honcho.environ import parse_procfile

from bot.settings import BotConfig
from exporter.settings import Settings as ExporterSettings
from stack.environment import build_environment, environment_of
from stack.fallback import SecondWay
from stack.health import WITH_DISCORD
from stack.preflight import check_limits, check_ports, check_settings, check_state_dir
from stack.programs import Programs, find_programs
from stack.render import render_all
from stack.secrets import make_secrets
from stack.services import list_services
from stack.settings import ROOT, StackSettings, read_settings
from stack.supervisor import Log, Supervisor

PROCFILE = ROOT / "Procfile"
HEALTH = "health"


def prepare() -> dict[str, str]:
    """Make everything ready and give the commands to run by name, or raise in one line."""
    settings = read_settings()
    programs = find_programs(settings)
    services = list_services(settings, with_grafana=programs.grafana is not None)
    check_ports(services)
    check_state_dir(settings.state_dir)
    if programs.grafana is not None:
        # Grafana logs errors for a plugin folder that is not there.
        (settings.state_dir / "grafana" / "plugins").mkdir(parents=True, exist_ok=True)
    secrets = make_secrets(settings.state_dir)
    environment = build_environment(
        os.environ, settings, services=services, programs=programs, secrets=secrets
    )
    # From here on this process sees what its children will see, and so checks what they read.
    os.environ.clear()
    os.environ.update(environment)
    check_settings([ExporterSettings, BotConfig])
    check_limits(ExporterSettings())
    bot = BotConfig()
    render_all(settings.state_dir / "etc", services, secrets=secrets, way=_second_way(bot))
    return choose_commands(settings, programs, has_discord=bot.token is not None)


def _second_way(bot: BotConfig) -> SecondWay | None:
    url = bot.fallback_webhook_url
    return None if url is None else SecondWay(url.get_secret_value(), bot.fallback_webhook_format)


def choose_commands(
    settings: StackSettings, programs: Programs, *, has_discord: bool
) -> dict[str, str]:
    """The Procfile's commands without what is not wanted or not there."""
    commands = dict(parse_procfile(PROCFILE.read_text(encoding="utf-8")).processes)
    if not settings.demo:
        del commands["demo"]
    if programs.grafana is None:
        del commands["grafana"]
    # Told by a word, since the token itself is for the bot only.
    discord = f" {WITH_DISCORD}" if has_discord else ""
    return commands | {HEALTH: f"exec python -m stack.health{discord}"}


def run(commands: dict[str, str]) -> int:
    """Run all until a signal or the end of one; the exit code."""
    log = Log(bare=HEALTH)
    supervisor = Supervisor(log)
    for name, command in commands.items():
        supervisor.add_process(name, command, cwd=str(ROOT), env=environment_of(name, os.environ))
    supervisor.loop()
    for name, code in supervisor.ended.items():
        print(explain_end(name, code, list(log.last_lines[name])), file=sys.stderr)
    return 1 if supervisor.ended else 0


def explain_end(name: str, code: int, last_lines: list[str]) -> str:
    """One line that names who ended the stack, then what it said last."""
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return "\n".join([f"{name} {how}, so everything was stopped", *(f"  {x}" for x in last_lines)])
