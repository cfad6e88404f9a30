"""Agents ask over the Model Context Protocol: the same answers, marked as others' words, and nothing to change anything with."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

from monitor.cli.face import Face
from monitor.cli.mcp import CAP, _capped, agent_server


def ask(state: Path, tool: str, **words: Any) -> Any:
    from mcp import Client

    async def once() -> Any:
        async with Client(agent_server(Face(state, state, "never", None))) as client:
            return await client.call_tool(tool, words)

    return json.loads(asyncio.run(once()).content[0].text)


def test_an_agent_can_only_read(told_state: Path) -> None:
    from mcp import Client

    async def names() -> set[str]:
        async with Client(agent_server(Face(told_state, told_state, "never", None))) as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    assert asyncio.run(names()) == {"list_edits", "get_diff", "get_revision", "search", "lookup_url", "list_feeds"}


def test_edits_and_differences_are_told_as_untrusted(told_state: Path) -> None:
    edits = ask(told_state, "list_edits", since="30d")["untrusted"]
    diff = ask(told_state, "get_diff", ref="1@16:20..09:34")["untrusted"]

    assert [edit["article"] for edit in edits] == [2, 1]
    assert any(change["field"] == "headline" for change in diff["changes"])


def test_a_version_is_found_by_its_address(told_state: Path) -> None:
    revision = ask(told_state, "get_revision", ref="2@1")["untrusted"]

    assert ask(told_state, "lookup_url", url=revision["url"])["untrusted"]["id"] == 2
    assert ask(told_state, "list_feeds")["untrusted"][0]["slug"] == "demo"
    assert ask(told_state, "search", query="mountain")["untrusted"]


def test_what_is_not_there_is_an_answer_too(told_state: Path) -> None:
    assert ask(told_state, "get_revision", ref="99")["error"]["code"] == "not_found"


def test_long_texts_are_capped() -> None:
    capped = _capped(["x" * (CAP // 2)] * 5)

    assert capped[-1] == "… 4 more are left out"
