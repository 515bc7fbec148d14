"""`python -m grafana.schema`: make the strict JSON Schemas anew; needs Node 20 and npm.

Nothing that npm installs stays: only the schemas do.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TYPES = HERE / "dashboard.ts"
# The oldest Grafana that the dashboards are for, and the one of docker-compose.yml: npm has no
# 13.1.4 of it.
VERSIONS = ("10.4.19", "13.1.3")
TOOLS = ("ts-json-schema-generator@2.4.0", "typescript@5.9.3")
COMPILER = {"module": "preserve", "moduleResolution": "bundler", "strict": True, "noEmit": True}
# Shorter than a reference to it would be worth.
SHORT = 80

Schema = dict[str, Any]


def main() -> int:
    """Write a schema for each version, and say how large it is."""
    for version in VERSIONS:
        try:
            schema = compact(only_what_may_be(generate(version)))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"schema: {error}", file=sys.stderr)
            return 1
        path = HERE / f"grafana-{version}.json"
        origin = f"From @grafana/schema {version} (Apache-2.0) and dashboard.ts: make schema"
        text = json.dumps({"$comment": origin} | schema, indent=1, sort_keys=True)
        path.write_text(text + "\n", encoding="utf-8")
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    return 0


def generate(version: str) -> Schema:
    """The types of that version as ts-json-schema-generator writes them."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "package.json").write_text('{"private": true}')
        (work / "tsconfig.json").write_text(
            json.dumps(
                {"compilerOptions": COMPILER | {"skipLibCheck": True}, "files": [TYPES.name]}
            )
        )
        (work / TYPES.name).write_bytes(TYPES.read_bytes())
        package = f"@grafana/schema@{version}"
        _run(work, "npm", "install", "--ignore-scripts", "--no-audit", "--silent", package, *TOOLS)
        _run(work, "node_modules/.bin/tsc", "-p", ".")
        made = _run(
            work,
            "node_modules/.bin/ts-json-schema-generator",
            *("--path", TYPES.name, "--tsconfig", "tsconfig.json", "--type", "Dashboard"),
            *("--expose", "none", "--jsDoc", "none", "--no-type-check"),
        )
    schema: Schema = json.loads(made)
    return schema


def only_what_may_be(schema: Any) -> Any:
    """Without what must be there: Grafana has defaults. What tells one kind from another stays."""
    if isinstance(schema, list):
        return [only_what_may_be(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: only_what_may_be(value) for key, value in schema.items()}
    if isinstance(schema.get("required"), list):
        properties = schema.get("properties", {})
        kept["required"] = [name for name in schema["required"] if "const" in properties[name]]
        if not kept["required"]:
            del kept["required"]
    return kept


def compact(schema: Schema) -> Schema:
    """The same with what stands in it several times defined once: a quarter of the size."""
    seen: Counter[str] = Counter()
    _count(schema, seen)
    names: dict[str, str] = {}
    definitions: Schema = {}

    def shorten(node: Any, *, is_top: bool = False) -> Any:
        if isinstance(node, list):
            return [shorten(each) for each in node]
        if not isinstance(node, dict):
            return node
        text = json.dumps(node, sort_keys=True)
        if is_top or seen[text] < 2 or len(text) < SHORT or not _is_schema(node):
            return {key: shorten(value) for key, value in node.items()}
        if text not in names:
            names[text] = f"d{len(names)}"
            definitions[names[text]] = {key: shorten(value) for key, value in node.items()}
        return {"$ref": f"#/definitions/{names[text]}"}

    shortened: Schema = shorten(schema, is_top=True)
    return shortened | {"definitions": shortened.get("definitions", {}) | definitions}


def _count(node: Any, seen: Counter[str]) -> None:
    if isinstance(node, dict):
        seen[json.dumps(node, sort_keys=True)] += 1
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _count(each, seen)


def _is_schema(node: Schema) -> bool:
    """Not a list of properties by name, one of which may be called `type`, too."""
    return isinstance(node.get("type"), str | list) or "anyOf" in node


def _run(work: Path, *command: str) -> bytes:
    return subprocess.run(command, cwd=work, check=True, stdout=subprocess.PIPE).stdout


if __name__ == "__main__":
    sys.exit(main())
