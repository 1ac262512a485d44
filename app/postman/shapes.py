"""What Postman's collection format v2.1 looks like: requests, folders, scripts, and ids that never change by chance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Item = dict[str, Any]

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; `path` is written as in OpenAPI, `token` names the variable that holds the bearer token.

    `values` are those of path parameters that are not in the variable of the same name. `body` is text, `sends` its
    media type; `{{variables}}` may stand in it. `before` and `after` are JavaScript. `host` names the variable that
    holds where it is sent.
    """

    name: str
    method: str
    path: str
    host: str = "base_url"
    description: str = ""
    token: str | None = "access_token"
    body: str | None = None
    sends: str = JSON
    accept: str = JSON
    values: Mapping[str, str] = field(default_factory=dict)
    query: tuple[Item, ...] = ()
    headers: tuple[Item, ...] = ()
    before: str = ""
    after: str = ""

    def item(self) -> Item:
        """Return it as an item of a collection."""
        headers = [{"key": "Accept", "value": self.accept}, *self.headers]
        request: Item = {
            "method": self.method,
            "header": headers,
            "auth": _auth(self.token),
            "url": self._url(),
            "description": self.description,
        }
        if self.body is not None:
            headers.append({"key": "Content-Type", "value": self.sends})
            language = "json" if self.sends == JSON else "text"
            request["body"] = {"mode": "raw", "raw": self.body, "options": {"raw": {"language": language}}}
        return {"name": self.name, "event": _events(self.before, self.after), "request": request, "response": []}

    def _url(self) -> Item:
        segments = [f":{s[1:-1]}" if s.startswith("{") else s for s in self.path.strip("/").split("/")]
        names = [s[1:] for s in segments if s.startswith(":")]
        url: Item = {
            "raw": f"{{{{{self.host}}}}}/" + "/".join(segments),
            "host": [f"{{{{{self.host}}}}}"],
            "path": segments,
        }
        if names:
            url["variable"] = [{"key": n, "value": self.values.get(n, f"{{{{{n}}}}}")} for n in names]
        if self.query:
            url["query"] = list(self.query)
        return url


def folder(name: str, description: str, items: Iterable[Item], *, before: str = "", after: str = "") -> Item:
    """Return a folder; its scripts run with every request in it."""
    return {"name": name, "description": description, "event": _events(before, after), "item": list(items)}


def collection(name: str, description: str, items: Iterable[Item], after: str) -> Item:
    """Return a whole collection, everything in it identified by where it stands."""
    folders = list(items)
    _identify(folders, "collection")
    return {
        "info": {"_postman_id": stable_id("collection"), "name": name, "description": description, "schema": SCHEMA},
        "item": folders,
        "event": _events("", after),
    }


def stable_id(*path: str) -> str:
    """Return the UUID that belongs to a place."""
    return str(uuid5(NAMESPACE_URL, "/".join(("chargebridge:postman", *path))))


def _identify(items: Iterable[Item], place: str) -> None:
    for item in items:
        request = item.get("request", {})
        here = f"{place}/{item['name']} {request.get('method', '')} {request.get('url', {}).get('raw', '')}"
        item["id"] = stable_id(here)
        _identify(item.get("item", ()), here)


def _auth(token: str | None) -> Item:
    if token is None:
        return {"type": "noauth"}
    return {"type": "bearer", "bearer": [{"key": "token", "value": f"{{{{{token}}}}}", "type": "string"}]}


def _events(before: str, after: str) -> list[Item]:
    return [
        {"listen": listen, "script": {"type": "text/javascript", "exec": dedent(source).strip("\n").split("\n")}}
        for listen, source in (("prerequest", before), ("test", after))
        if source.strip()
    ]
