"""`/api/openapi.json`: the API as OpenAPI 3.1, written from the one table of its paths."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from monitor.model import KINDS, LEVELS
from monitor.web.site import Site, json_answer

Json = dict[str, Any]
_ID = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
_CURSOR = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_SWITCH = {"enum": ["0", "1", "true", "false"]}


def openapi(request: Request) -> Response:
    """The document."""
    site: Site = request.app.state.site
    return json_answer(request, document(site.here(request), closed=site.gate.token is not None))


def document(server: str, *, closed: bool) -> Json:
    """The API of this server; `closed`: a token is needed."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "monitor", "version": "1", "description": "What news articles said, and how it was edited. Read only."},
        "servers": [{"url": server}],
        **({"security": [{"token": []}]} if closed else {}),
        "paths": {path: {"get": _operation(path, *rest)} for path, *rest in PATHS},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": SCHEMAS,
            "responses": {
                "problem": {"description": "What is wrong.", "content": {"application/problem+json": {"schema": _ref("problem")}}}
            },
        },
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _operation(path: str, name: str, summary: str, parameters: list[Json], kind: str, schema: Json) -> Json:
    answers: Json = {
        "200": {"description": summary, "content": {kind: {"schema": schema}}},
        "304": {"description": "As you have it."},
        "400": {"$ref": "#/components/responses/problem"},
        "401": {"$ref": "#/components/responses/problem"},
        "404": {"$ref": "#/components/responses/problem"},
        "429": {"$ref": "#/components/responses/problem"},
        "503": {"$ref": "#/components/responses/problem"},
    }
    return {"operationId": name, "summary": summary, "parameters": parameters, "responses": answers}


def _query(name: str, schema: Json, description: str, *, required: bool = False) -> Json:
    return {"name": name, "in": "query", "required": required, "schema": schema, "description": description}


def _path(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _list_of(name: str) -> Json:
    return {
        "type": "object",
        "required": ["schema", "items", "next"],
        "properties": {"schema": _TEXT, "items": {"type": "array", "items": _ref(name)}, "next": {"type": ["string", "null"]}},
    }


def _object(required: dict[str, Json]) -> Json:
    return {"type": "object", "required": list(required), "properties": required}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


_EDIT: dict[str, Json] = {
    "id": _ID,
    "article": _ID,
    "from_rev": _ID,
    "to_rev": _ID,
    "url": _TEXT,
    "title": _TEXT,
    "feeds": {"type": "array", "items": _TEXT},
    "seen_after": _TIME,
    "seen_before": _TIME,
    "claimed_at": _or_null(_TIME),
    "kinds": {"type": "array", "items": {"enum": list(KINDS)}},
    "severity": _object(
        {
            "level": {"enum": list(LEVELS)},
            "score": {"type": "integer", "minimum": 0, "maximum": 100},
            "reasons": {"type": "array", "items": _TEXT},
        }
    ),
    "disclosed": {"type": ["boolean", "null"]},
    "reverts_to": _or_null(_ID),
    "stats": {"type": "object"},
}
_SIDE = _object({"rev": _ID, "hash": _TEXT, "posted_at": _or_null(_TIME), "updated_at": _or_null(_TIME), "first_seen_at": _TIME})
_ARTICLE: dict[str, Json] = {
    "id": _ID,
    "url": _TEXT,
    "canonical_url": _or_null(_TEXT),
    "feeds": {"type": "array", "items": _TEXT},
    "title": _TEXT,
    "state": {"enum": ["watched", "retired", "gone"]},
    "revisions": {"type": "integer", "minimum": 0},
    "first_seen_at": _TIME,
    "posted_at": _or_null(_TIME),
    "updated_at": _or_null(_TIME),
    "last_edit_at": _or_null(_TIME),
    "next_look_at": _or_null(_TIME),
}
_REVISION: dict[str, Json] = {
    "article": _ID,
    "rev": _ID,
    "hash": _TEXT,
    "parent_hash": _or_null(_TEXT),
    "event": {"enum": ["new", "edited", "reverted", "gone", "restored"]},
    "confirmed": {"type": "boolean"},
    "source": {"enum": ["page", "feed"]},
    "url": _TEXT,
    "first_seen_at": _TIME,
    "last_seen_at": _TIME,
    "posted_at": _or_null(_TIME),
    "updated_at": _or_null(_TIME),
    "title": _TEXT,
    "subtitle": _or_null(_TEXT),
    "authors": {"type": "array", "items": _TEXT},
    "section": _or_null(_TEXT),
    "body": {"type": "array", "items": _TEXT},
    "captions": {"type": "array", "items": _TEXT},
    "language": _or_null(_TEXT),
    "listings": {"type": "object"},
    "restamps": {"type": "array", "items": {"type": "object"}},
}
_CHANGE: dict[str, Json] = {
    "field": _TEXT,
    "op": {"enum": ["replace", "insert", "delete", "move", "split", "merge", "equal"]},
    "from_par": {"type": ["integer", "array", "null"]},
    "to_par": {"type": ["integer", "array", "null"]},
    "segments": {"type": "array", "items": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}},
    "kinds": {"type": "array", "items": _TEXT},
}
_DIFF: dict[str, Json] = {
    "schema": _TEXT,
    **{key: value for key, value in _EDIT.items() if key != "id"},
    "from": _SIDE,
    "to": _SIDE,
    "changes": {"type": "array", "items": _ref("change")},
}
_FEED_STATE: dict[str, Json] = {
    "slug": _TEXT,
    "url": _TEXT,
    "title": _or_null(_TEXT),
    "outcome": _or_null(_TEXT),
    "error": _or_null(_TEXT),
    "polled_at": _or_null(_TIME),
    "next_at": _or_null(_TIME),
}
_LOOKUP: dict[str, Json] = {
    "schema": _TEXT,
    "article": _ref("article"),
    "revisions": {"type": "integer"},
    "last_edit": _or_null(_ref("edit")),
    "page": _TEXT,
}
SCHEMAS: Json = {
    "edit": _object(_EDIT),
    "article": _object(_ARTICLE),
    "revision": _object(_REVISION),
    "change": _object(_CHANGE),
    "diff": _object(_DIFF),
    "feed": _object(_FEED_STATE),
    "hit": _object({"article": _ID, "rev": _ID, "at": _TIME, "title": _TEXT, "snippet": _TEXT, "where": _TEXT}),
    "lookup": _object(_LOOKUP),
    "problem": _object({"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT}),
}

_LIMIT = _query("limit", {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}, "How many at most.")
_SINCE = _query("since", _TEXT, "24h, 7d, a day or a time.")
_FEED = _query("feed", _TEXT, "The slug of a feed.")
_FILTERS = [
    _FEED,
    _query("kind", {"enum": list(KINDS)}, "One kind of change."),
    _query("min", {"enum": list(LEVELS), "default": "noise"}, "The least severity."),
    _query("undisclosed", _SWITCH, "Only edits that were not disclosed."),
    _SINCE,
]
_WORDS = _query("q", {"type": "string", "maxLength": 200}, "Words that the versions, or their changes, have.")
_AFTER = _query("after", _CURSOR, "A cursor: what came after it, oldest first. It moves on edits of content alone.")
_ARTICLE_AT = _path("article", _ID)
_JSON = "application/json"

PATHS: list[tuple[Any, ...]] = [
    ("/api/edits", "edits", "Edits, oldest first.", [_AFTER, *_FILTERS, _WORDS, _LIMIT], _JSON, _list_of("edit")),
    ("/api/edits.jsonl", "editLines", "All edits after a cursor, one a line.", [_AFTER, *_FILTERS], "application/jsonl", _TEXT),
    (
        "/api/articles", "articles", "Articles, newest first.",
        [_query("before", _CURSOR, "A cursor: older ones."), _FEED,
         _query("state", {"enum": ["watched", "retired", "gone"]}, "Their state."),
         _query("edited", _SWITCH, "Only those with edits."), _SINCE, _LIMIT],
        _JSON, _list_of("article"),
    ),
    ("/api/articles/{article}", "article", "One article.", [_ARTICLE_AT], _JSON, _ref("article")),
    (
        "/api/articles/{article}/revisions", "revisions", "Its revisions, whole, oldest first.",
        [_ARTICLE_AT, _query("after", _CURSOR, "A revision number."), _LIMIT], _JSON, _list_of("revision"),
    ),
    (
        "/api/articles/{article}/revisions/{rev}", "revision", "One revision, whole.", [_ARTICLE_AT, _path("rev", _ID)], _JSON,
        _ref("revision"),
    ),
    (
        "/api/diff/{article}/{pair}", "diff", "The difference of two revisions.",
        [_ARTICLE_AT, _path("pair", {"type": "string", "pattern": "^[0-9]{1,18}\\.\\.[0-9]{1,18}$"}),
         _query("full", _SWITCH, "0 leaves out what is unchanged.")],
        _JSON, _ref("diff"),
    ),
    ("/api/feeds", "feeds", "All feeds and how their polls go.", [], _JSON, _list_of("feed")),
    (
        "/api/lookup", "lookup", "What is known of an address.", [_query("url", _TEXT, "Of an article.", required=True)], _JSON,
        _ref("lookup"),
    ),
    (
        "/api/search", "search", "Versions with these words.",
        [_query("q", {"type": "string", "minLength": 1, "maxLength": 200}, "Words.", required=True),
         _query("in", {"enum": ["any", "added", "removed"], "default": "any"}, "Among which words."), _FEED, _SINCE, _LIMIT],
        _JSON, _list_of("hit"),
    ),
    (
        "/api/events", "events", "Edits as they come (server-sent events).",
        [_AFTER, *_FILTERS, _query("once", {"enum": ["1"]}, "End after what is there.")], "text/event-stream", _TEXT,
    ),
]  # fmt: skip
