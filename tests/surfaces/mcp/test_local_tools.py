"""The tools of ``tonmeister mcp``: on files of this machine, spoken with by the protocol's own client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from mcp import Client, MCPError, StdioServerParameters

import sample_studio
from e2e.songs import write_song
from loops import run_async
from surfaces.live_server import live_server
from surfaces.rest.small_server import TOKEN, settings
from tonmeister.core.errors import ParameterError
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings
from tonmeister.surfaces.mcp.door import make_http_app
from tonmeister.surfaces.mcp.local import LocalDesk
from tonmeister.surfaces.mcp.server import MAX_READ_BYTES, make_server


@pytest.fixture
def song(tmp_path) -> Path:
    path = tmp_path / "in" / "song.txt"
    path.parent.mkdir()
    path.write_text("la la")
    return path


@pytest.fixture
def scratch(tmp_path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def desk(scratch) -> LocalDesk:
    runner = Runner(Settings(n_workers=2, temporary_folder=scratch), sample_studio.find)
    return LocalDesk(runner, sample_studio.REGISTRY)


@pytest.fixture(params=["auto", "legacy"])
def client(request, desk):
    """Opens a client in this process: the protocol of today, and the one of before."""

    @asynccontextmanager
    async def open_client():
        async with Client(make_server(desk, "1.2.3"), mode=request.param) as client:
            yield client

    return open_client


def run(work):
    return run_async(work)


def told(result) -> dict:
    return json.loads(result.content[0].text)


def test_each_capability_is_a_tool_with_its_schemas(client):
    async def ask():
        async with client() as c:
            return (await c.list_tools()).tools

    tools = {tool.name: tool for tool in run(ask)}
    assert set(tools) == {"copy", "twice"}
    copy = tools["copy"]
    assert copy.title == "Copy a file, and tell how it went."
    properties = copy.input_schema["properties"]
    assert set(properties) == {*sample_studio.CopyParams.model_fields, "output", "overwrite"}
    assert copy.input_schema["required"] == ["source"]
    assert copy.input_schema["additionalProperties"] is False
    assert properties["source"]["description"] == "The file to copy. The path of a file on this machine."
    assert properties["behaviour"]["enum"][0] == "copy"
    assert set(copy.output_schema["properties"]) == set(sample_studio.CopyResult.model_fields)


def test_a_tool_does_its_work_tells_progress_and_gives_its_files(client, song):
    async def ask():
        heard = []

        async def hear(progress, total, message):
            heard.append((progress, total, message))

        async with client() as c:
            result = await c.call_tool("copy", {"source": str(song), "loud": True}, progress_callback=hear)
            resources = (await c.list_resources()).resources
            read = await c.read_resource(resources[0].uri)
        return result, heard, resources, read

    result, heard, resources, read = run(ask)
    made = song.parent / "song-copy.txt"
    assert not result.is_error
    assert result.structured_content["copies"] == [str(made)]
    assert made.read_text() == "LA LA"
    assert "Wrote song-copy.txt." in result.content[0].text
    link = result.content[1]
    assert (link.type, str(link.uri), link.mime_type) == ("resource_link", made.as_uri(), "text/plain")
    assert [str(resource.uri) for resource in resources] == [made.as_uri()]
    assert read.contents[0].text == "LA LA"
    percents = [progress for progress, _, _ in heard]
    assert percents
    assert percents == sorted(percents)
    assert {total for _, total, _ in heard} == {100.0}
    assert heard[-1][2]


def test_the_result_goes_where_it_is_asked_to(client, song, tmp_path):
    wanted = tmp_path / "out.txt"
    wanted.write_text("old")

    async def ask():
        async with client() as c:
            refused = await c.call_tool("copy", {"source": str(song), "output": str(wanted)})
            replaced = await c.call_tool("copy", {"source": str(song), "output": str(wanted), "overwrite": True})
            return refused, replaced

    refused, replaced = run(ask)
    assert told(refused)["error"]["code"] == "OUTPUT_EXISTS"
    assert replaced.structured_content["copies"] == [str(wanted)]
    assert str(replaced.content[1].uri) == wanted.as_uri()
    assert wanted.read_text() == "la la"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "PARAMETER_INVALID"),
        ({"source": "nowhere.txt"}, "FILE_NOT_FOUND"),
        ({"source": "SONG", "behaviour": "copi"}, "CHOICE_UNKNOWN"),
        ({"source": "SONG", "n_copies": 99}, "PARAMETER_INVALID"),
        ({"source": "SONG", "output": 5}, "PARAMETER_INVALID"),
        ({"source": "SONG", "behaviour": "fail"}, "AUDIO_SILENT"),
        ({"source": "SONG", "behaviour": "fault"}, "INTERNAL"),
    ],
)
def test_errors_are_told_with_their_remedy(client, song, arguments, code):
    given = {key: str(song) if value == "SONG" else value for key, value in arguments.items()}

    async def ask():
        async with client() as c:
            return await c.call_tool("copy", given)

    result = run(ask)
    assert result.is_error
    error = told(result)["error"]
    assert error["code"] == code
    assert error["details"]["remedy"]
    assert not list(song.parent.glob("*copy*"))


def test_what_does_not_exist_is_an_error_of_the_protocol(client, song):
    async def ask():
        async with client() as c:
            with pytest.raises(MCPError, match="no capability"):
                await c.call_tool("dance", {})
            for uri in (song.as_uri(), "file:///etc/passwd", "tonmeister://assets/x"):
                with pytest.raises(MCPError, match="not made in this session"):
                    await c.read_resource(uri)

    run(ask)


def test_large_files_are_not_sent(client, song):
    async def ask():
        async with client() as c:
            await c.call_tool("copy", {"source": str(song)})
            made = song.parent / "song-copy.txt"
            with made.open("r+b") as file:
                file.truncate(MAX_READ_BYTES + 1)
            with pytest.raises(MCPError, match="too many"):
                await c.read_resource(made.as_uri())

    run(ask)


def test_cancelling_ends_the_work_and_leaves_nothing(client, song, scratch):
    async def ask():
        begun = anyio.Event()

        async def hear(_progress, _total, message):
            if message == "waiting":
                begun.set()

        async with client() as c:
            async with anyio.create_task_group() as group:
                wait = {"source": str(song), "behaviour": "wait"}
                group.start_soon(lambda: c.call_tool("copy", wait, progress_callback=hear))
                with anyio.fail_after(10):
                    await begun.wait()
                group.cancel_scope.cancel()
            with anyio.fail_after(5):
                while any(scratch.iterdir()):
                    await anyio.sleep(0.02)
            return await c.call_tool("copy", {"source": str(song)})

    assert not run(ask).is_error
    assert sorted(path.name for path in song.parent.iterdir()) == ["song-copy.txt", "song.txt"]


def test_over_standard_input_and_output_with_a_real_song(tmp_path):
    song = tmp_path / "song.wav"
    write_song(song, duration_s=3)
    environment = {"PATH": os.environ["PATH"], "TONMEISTER_DATA_FOLDER": str(tmp_path / "data")}
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "tonmeister", "mcp"], env=environment, cwd=str(tmp_path)
    )

    async def ask():
        heard = []

        async def hear(progress, _total, _message):
            heard.append(progress)

        with anyio.fail_after(60):
            async with Client(command) as c:
                tools = (await c.list_tools()).tools
                result = await c.call_tool("measure", {"file": str(song)}, progress_callback=hear)
                return tools, result, heard, c.server_info

    tools, result, heard, info = run(ask)
    assert {"measure", "master", "demo"} <= {tool.name for tool in tools}
    assert not result.is_error, result.content
    assert -40 < result.structured_content["measurement"]["integrated_lufs"] < 0
    assert heard
    assert info.name == "tonmeister"


def test_nothing_but_the_protocol_is_on_standard_output(tmp_path):
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
    done = subprocess.run(
        [sys.executable, "-m", "tonmeister", "mcp"],
        input=json.dumps(hello) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "TONMEISTER_LOG_LEVEL": "debug", "TONMEISTER_DATA_FOLDER": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["result"]["serverInfo"]["name"] == "tonmeister"


def test_over_http_only_with_the_token(desk, song):
    with pytest.raises(ParameterError, match="in your name"):
        make_http_app(desk, "1", settings())
    app = make_http_app(desk, "1", settings(shared_token=TOKEN))

    async def ask(port: int):
        import httpx
        from mcp.client.streamable_http import streamable_http_client
        from mcp.shared._httpx_utils import create_mcp_http_client

        url = f"http://127.0.0.1:{port}/mcp"
        async with httpx.AsyncClient() as plain:
            assert (await plain.post(url, json={})).status_code == 401
            evil = {"authorization": f"Bearer {TOKEN}", "origin": "https://evil.example"}
            assert (await plain.post(url, json={}, headers=evil)).status_code == 403
            evil = {"authorization": f"Bearer {TOKEN}", "host": "evil.example"}
            assert (await plain.post(url, json={}, headers=evil)).status_code == 421
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            create_mcp_http_client(headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as c,
        ):
            return await c.call_tool("copy", {"source": str(song)})

    with live_server(app) as port, anyio.from_thread.start_blocking_portal() as portal:
        result = portal.call(ask, port)
    assert result.structured_content["text"] == "la la"


def test_lines_that_are_no_messages_are_answered_over_standard_input(tmp_path):
    """JSON-RPC 2.0, 5.1: -32700 for what is not JSON, -32600 for what is no request; the conversation goes on."""
    ping = {"jsonrpc": "2.0", "id": 7, "method": "ping"}
    lines = ["no json at all", "{", '{"hello": 1}', "[1, 2]", json.dumps(ping)]
    with subprocess.Popen(
        [sys.executable, "-m", "tonmeister", "mcp"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        told = []
        for line in lines:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            told.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        assert process.wait(20) == 0
    assert [answer["error"]["code"] for answer in told[:4]] == [-32700, -32700, -32600, -32600]
    assert all(answer["id"] is None and answer["jsonrpc"] == "2.0" for answer in told[:4])
    assert told[4]["id"] == 7
