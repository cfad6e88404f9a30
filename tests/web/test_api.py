"""The JSON API: its shapes, its cursors, its errors."""

import json
import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient
from walk import api_pages

from monitor.ports import EditQuery
from monitor.shapes import article_json, diff_json, edit_json, revision_json
from monitor.store.memory import MemoryStore
from monitor.web.openapi import PATHS, document

DOCUMENT = document("http://127.0.0.1", closed=False)


def schema_of(path: str) -> dict:
    content = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]
    return {**next(iter(content.values()))["schema"], "components": DOCUMENT["components"]}


def conforms(body: object, path: str) -> None:
    schema = json.loads(json.dumps(schema_of(path)))
    Draft202012Validator(schema).validate(body)


def test_every_answer_has_the_shape_that_is_promised(client: TestClient, ids: dict[str, int]) -> None:
    flood = ids["flood"]
    asked = {
        "/api/edits": "/api/edits",
        "/api/articles": "/api/articles",
        f"/api/articles/{flood}": "/api/articles/{article}",
        f"/api/articles/{flood}/revisions": "/api/articles/{article}/revisions",
        f"/api/articles/{flood}/revisions/2": "/api/articles/{article}/revisions/{rev}",
        f"/api/diff/{flood}/1..3": "/api/diff/{article}/{pair}",
        "/api/feeds": "/api/feeds",
        "/api/lookup?url=https://gazette.example/flood-report": "/api/lookup",
        "/api/search?q=homes": "/api/search",
    }
    for path, promised in asked.items():
        answer = client.get(path)

        assert answer.headers["content-type"] == "application/json", path
        conforms(answer.json(), promised)


def test_the_api_says_the_same_as_the_command_line(client: TestClient, ids: dict[str, int], newsroom: tuple[MemoryStore, dict]) -> None:
    store, flood = newsroom[0], ids["flood"]
    revision = store.revision(flood, 2)
    article = store.article(flood)
    edit = store.edit(flood, 2)
    assert revision
    assert article
    assert edit

    said = client.get(f"/api/articles/{flood}/revisions/2").json()
    assert said.pop("schema") == "monitor.revision/1"
    assert said == revision_json(revision)
    assert client.get("/api/articles").json()["items"][-3] == article_json(article)
    assert edit_json(edit) in client.get("/api/edits").json()["items"]
    diff = client.get(f"/api/diff/{flood}/1..2").json()
    assert {key: value for key, value in diff.items() if key in edit_json(edit)} == edit_json(edit)
    assert "from" in diff
    assert diff_json is not None


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_a_reader_that_keeps_its_cursor_sees_each_edit_once_in_order(client: TestClient, newsroom, limit: int) -> None:
    seen, cursor = [], "0"
    while True:
        page = client.get(f"/api/edits?after={cursor}&limit={limit}").json()
        if not page["items"]:
            break
        seen += [edit["id"] for edit in page["items"]]
        cursor = page["next"]

    assert seen == [edit.id for edit in newsroom[0].edits(EditQuery())]
    assert page["next"] == cursor


def test_pages_name_their_next_page(client: TestClient) -> None:
    first = client.get("/api/articles?limit=4")
    following = client.get(first.links["next"]["url"]).json()
    numbers = [article["id"] for article in first.json()["items"] + following["items"]]

    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 8
    assert "next" not in client.get("/api/articles?limit=100").links


def test_all_edits_come_as_lines(client: TestClient, newsroom) -> None:
    lines = [json.loads(line) for line in client.get("/api/edits.jsonl").text.splitlines()]

    assert [line["id"] for line in lines] == [edit.id for edit in newsroom[0].edits(EditQuery())]


def test_edits_come_as_events_from_the_last_one_seen(client: TestClient, newsroom) -> None:
    everything = [edit.id for edit in newsroom[0].edits(EditQuery(min_level="low"))]
    asked = client.get("/api/events?once=1&after=3").text
    resumed = client.get("/api/events?once=1", headers={"last-event-id": str(everything[-2])}).text
    from_now = client.get("/api/events?once=1").text

    assert [int(line[4:]) for line in asked.splitlines() if line.startswith("id: ")] == [number for number in everything if number > 3]
    assert resumed.count("event: edit") == 1
    assert "event: edit" not in from_now


@pytest.mark.parametrize(
    "path",
    [
        "/api/edits?limit=0", "/api/edits?limit=501", "/api/edits?after=-1", "/api/edits?after=x", "/api/edits?min=severe",
        "/api/edits?kind=x", "/api/edits?since=soon", "/api/edits?undisclosed=maybe", "/api/articles?state=lost", "/api/search",
        "/api/search?q=a&in=b", "/api/lookup", "/api/events?min=x", "/api/edits?after=99999999999999999999", "/edits.json?kind=x",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_reason(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 400
    if path.startswith("/api"):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 400
        assert answer.json()["detail"]


def test_what_is_not_there_is_a_problem_too(client: TestClient, ids: dict[str, int]) -> None:
    for path in (
        "/api/articles/999",
        "/api/articles/1/revisions/99",
        "/api/diff/1/1..99",
        "/api/diff/1/x",
        "/api/nothing",
        "/api/lookup?url=x",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path


def test_lookup_alone_may_be_asked_from_other_pages(client: TestClient, ids: dict[str, int]) -> None:
    allowed = [path for path in api_pages(ids) if "access-control-allow-origin" in client.get(path).headers]

    assert [path.partition("?")[0] for path in allowed] == ["/api/lookup"]


def test_the_description_names_every_route_of_the_api(client: TestClient) -> None:
    routes = {route.path for route in client.app.routes if route.path.startswith("/api/")}  # type: ignore[attr-defined]

    assert routes == {path for path, *_ in PATHS} | {"/api/openapi.json"}
    assert client.get("/api/openapi.json").json()["openapi"] == "3.1.0"


def test_every_schema_of_the_description_is_one_and_every_reference_leads_somewhere(client: TestClient) -> None:
    said = client.get("/api/openapi.json").json()
    for schema in said["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in set(re.findall(r'"\$ref":\s*"#/([^"]+)"', json.dumps(said))):
        found = said
        for name in reference.split("/"):
            found = found[name]
        assert found
    names = [operation["operationId"] for path in said["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))


ASKED = [path for path, *_ in PATHS] + ["/", "/live", "/search", "/lookup", "/feeds", "/edits.atom", "/stats", "/outbox"]
NAMES = ["after", "before", "limit", "feed", "kind", "min", "since", "q", "in", "url", "state", "full", "part"]
ODD = st.sampled_from(["\x00", "9" * 400, "1..2", "0001-01-01T00:00+23:59"])
VALUES = st.one_of(st.text(max_size=30), st.integers().map(str), ODD)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(ASKED),
    params=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
    place=st.one_of(st.integers().map(str), st.text(max_size=8)),
)
def test_nothing_that_is_asked_is_a_fault_of_ours(client: TestClient, path: str, params: dict[str, str], place: str) -> None:
    for name in ("article", "rev", "pair"):
        path = path.replace(f"{{{name}}}", quote(place or "0", safe="", errors="replace"))

    said = {name: value.encode("utf-8", "replace").decode() for name, value in params.items()}
    answer = client.get(path, params=said | ({"once": "1"} if path == "/api/events" else {}))

    assert answer.status_code < 500, answer.url
