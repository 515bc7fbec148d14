"""Calls with files: a form of JSON and attachments, as discord.py sends it."""

import json
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from tests.fakes.discord.world import Json, World


class BadUpload(ValueError):
    """A form whose files and JSON do not fit together."""


async def read_payload(request: web.Request, world: World) -> Json:
    """The JSON of a call; the files that come with it are kept by the ids that it then has."""
    if request.content_type != "multipart/form-data":
        payload: Json = await request.json()
        return payload
    form = await request.post()
    payload = json.loads(str(form["payload_json"]))
    message = payload.get("data", payload)
    message["attachments"] = [_attach(told, form, world) for told in message["attachments"]]
    return payload


def _attach(told: Json, form: "MultiDictProxy[Any]", world: World) -> Json:
    file = form.get(f"files[{told['id']}]")
    if not isinstance(file, web.FileField):
        raise BadUpload
    number, content = world.snowflake(), file.file.read()
    world.files[number] = content
    url = f"https://cdn.example/{number}/{told['filename']}"
    return {
        "id": str(number),
        "filename": told["filename"],
        "description": told.get("description"),
        "content_type": file.content_type,
        "size": len(content),
        "url": url,
        "proxy_url": url,
    }
