"""The second way in Alertmanager's configuration: whom to tell when the bot cannot.

Alertmanager expands no variables, so the address is written into a copy of the file.
"""

import json
from dataclasses import dataclass, field

from stack.errors import StackError

_EMPTY = "  - name: fallback\n"
# ntfy, or whatever else takes a POST, gets Alertmanager's own JSON: it has no other webhook.
_WEBHOOK = """\
    webhook_configs:
      - url: {url}
        send_resolved: true
"""
_SLACK = """\
    slack_configs:
      - api_url: {url}
        send_resolved: true
        title: '{{{{ if eq .Status "firing" }}}}🔴{{{{ else }}}}✅{{{{ end }}}} {{{{ .CommonAnnotations.summary }}}}'
        text: '{{{{ .CommonAnnotations.description }}}}'
"""  # noqa: E501
_FORMS = {"text": _WEBHOOK, "slack": _SLACK}


@dataclass(frozen=True, slots=True)
class SecondWay:
    """A webhook and what it takes: `text` or `slack`. The address is a secret."""

    url: str = field(repr=False)
    form: str


def second_way(url: str, form: str) -> SecondWay | None:
    """The second way that the settings name, if any."""
    if not url:
        return None
    if form not in _FORMS:
        raise StackError(f"FALLBACK_WEBHOOK_FORMAT: takes {' or '.join(_FORMS)}")
    if not url.startswith(("http://", "https://")):
        raise StackError("FALLBACK_WEBHOOK_URL: takes an address with http:// or https://")
    return SecondWay(url=url, form=form)


def fill_in(config: str, way: SecondWay | None) -> str:
    """Alertmanager's configuration with the address of the second way."""
    if way is None:
        return config
    if _EMPTY not in config:
        raise StackError("the receiver `fallback` is not in it")
    return config.replace(_EMPTY, _EMPTY + _FORMS[way.form].format(url=json.dumps(way.url)))
