"""The tools of a server at ``/mcp``: work is done as jobs on the library, spoken with by the protocol's own client."""

from __future__ import annotations

import hashlib
import json
from contextlib import asynccontextmanager
from types import SimpleNamespace

import anyio
import httpx
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

import job_studio
from surfaces.live_server import live_server
from surfaces.rest.small_server import TOKEN
from surfaces.rest.studio_parts import open_workshop, supervised
from tonmeister import app as composition
from tonmeister.core.errors import AudioSilentError, TonmeisterError
from tonmeister.settings import Settings
from tonmeister.store.assets import Assets
from tonmeister.surfaces.mcp.server import MAX_READ_BYTES, make_server
from tonmeister.surfaces.mcp.studio import StudioDesk, error_of
from tonmeister.surfaces.rest.app import make_app
from tonmeister.surfaces.rest.limits import JobQuota


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studio")
    with (
        open_workshop(folder, registry=job_studio.REGISTRY, n_job_slots=1, n_workers=1) as workshop,
        supervised(workshop, job_studio.SOURCE),
    ):
        yield workshop


@pytest.fixture
def client(studio):
    @asynccontextmanager
    async def open_client(**options):
        desk = StudioDesk(studio, Assets(studio.database), **options)
        async with Client(make_server(desk, "1"), mode="legacy") as client:
            yield client

    return open_client


def add_text(workshop, text: str, name: str) -> str:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    file = workshop.settings.data_folder / f"incoming-{sha256}"
    file.write_text(text)
    workshop.blobs.put(file, sha256)
    return workshop.add_asset(sha256, len(text), name).id


def run(work):
    with anyio.from_thread.start_blocking_portal() as portal:
        return portal.call(work)


def test_the_tools_are_the_capabilities_and_a_way_to_find_material(client, studio):
    add_text(studio, "one", "first song.txt")
    second = add_text(studio, "two", "second song.txt")

    async def ask():
        async with client() as c:
            tools = (await c.list_tools()).tools
            found = await c.call_tool("find_assets", {"q": "second"})
            wrong = await c.call_tool("find_assets", {"limit": 1000})
            return tools, found, wrong

    tools, found, wrong = run(ask)
    assert {tool.name for tool in tools} == {"find_assets", *job_studio.REGISTRY}
    join = next(tool for tool in tools if tool.name == "join")
    assert "id of an asset" in join.input_schema["properties"]["first"]["description"]
    assert "output" not in join.input_schema["properties"]
    assert [asset["id"] for asset in found.structured_content["assets"]] == [second]
    assert second in found.content[0].text
    assert json.loads(wrong.content[0].text)["error"]["code"] == "PARAMETER_INVALID"


def test_a_tool_is_a_job_whose_products_are_resources(client, studio):
    ids = [add_text(studio, text, f"{text}.txt") for text in ("here", "there")]

    async def ask():
        heard = []

        async def hear(progress, _total, _message):
            heard.append(progress)

        async with client() as c:
            result = await c.call_tool("join", {"first": ids[0], "second": ids[1]}, progress_callback=hear)
            again = await c.call_tool("join", {"first": ids[0], "second": ids[1]})
            read = await c.read_resource(result.content[1].uri)
            listed = await c.list_resources()
            templates = await c.list_resource_templates()
            return result, again, read, listed, templates, heard

    result, again, read, listed, templates, heard = run(ask)
    assert not result.is_error, result.content
    assert result.structured_content["text"] == "here+there"
    assert again.structured_content == result.structured_content
    assert read.contents[0].text == "here+there"
    assert str(result.content[1].uri) in {str(resource.uri) for resource in listed.resources}
    assert templates.resource_templates[0].uri_template == "tonmeister://assets/{id}"
    assert heard[-1] == 100.0
    assert heard == sorted(heard)


def test_what_goes_wrong_in_the_job_is_told(client, studio):
    async def ask():
        async with client() as c:
            failed = await c.call_tool("note", {"behaviour": "fail"})
            missing = await c.call_tool("join", {"first": "no", "second": "such"})
            with pytest.raises(MCPError, match="no capability"):
                await c.call_tool("dance", {})
            for uri in ("tonmeister://assets/none", "tonmeister://jobs/x", "file:///etc/passwd"):
                with pytest.raises(MCPError):
                    await c.read_resource(uri)
            return failed, missing

    failed, missing = run(ask)
    error = json.loads(failed.content[0].text)["error"]
    assert (error["code"], error["details"]["remedy"]) == ("AUDIO_SILENT", "Take another.")
    assert json.loads(missing.content[0].text)["error"]["code"] == "ASSET_NOT_FOUND"


def test_cancelling_the_call_cancels_the_job(client, studio):
    async def ask():
        begun = anyio.Event()

        async def hear(_progress, _total, message):
            if message == "waiting":
                begun.set()

        async with client() as c:
            async with anyio.create_task_group() as group:
                wait = {"behaviour": "wait", "seconds": 60.0}
                group.start_soon(lambda: c.call_tool("note", wait, progress_callback=hear))
                with anyio.fail_after(20):
                    await begun.wait()
                group.cancel_scope.cancel()
            with anyio.fail_after(5):
                while studio.jobs(state="cancelled").n_total == 0:
                    await anyio.sleep(0.05)

    run(ask)
    assert studio.jobs(state=["queued", "processing"]).n_total == 0


def test_large_files_are_to_be_fetched(client, studio):
    asset = add_text(studio, "x" * (MAX_READ_BYTES + 1), "large.txt")

    async def ask():
        async with client() as c:
            with pytest.raises(MCPError, match="/api/v1/assets/"):
                await c.read_resource(f"tonmeister://assets/{asset}")

    run(ask)


def test_the_quota_holds_here_too(studio):
    desk = StudioDesk(studio, Assets(studio.database), JobQuota(studio.database, 1))
    for _ in range(2):
        studio.submit("note", {"text": "quota"}, owner="shared")

    asked = SimpleNamespace(scope={"state": {"owner": "shared"}})

    async def ask():
        return await desk.call("note", {"text": "more"}, None, asked)

    with pytest.raises(TonmeisterError) as told:
        run(ask)
    assert told.value.code == "QUOTA_EXCEEDED"


def test_over_http_on_the_server_behind_its_checks(tmp_path):
    chosen = Settings(data_folder=tmp_path, n_job_slots=1, n_workers=1, shared_token=TOKEN)

    async def ask(port: int):
        url, headers = f"http://127.0.0.1:{port}/mcp", {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient() as plain:
            assert (await plain.post(url, json={})).status_code == 401
        heard = []

        async def hear(progress, _total, _message):
            heard.append(progress)

        async with (
            create_mcp_http_client(headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as c,
        ):
            return await c.call_tool("note", {"text": "over http"}, progress_callback=hear), heard

    with composition.open_studio(chosen, known=job_studio.REGISTRY, preparer=None) as studio:
        with (
            supervised(studio.workshop, job_studio.SOURCE),
            live_server(make_app(studio)) as port,
            anyio.from_thread.start_blocking_portal() as portal,
        ):
            result, heard = portal.call(ask, port)
        (job,) = studio.workshop.jobs().items
    assert result.structured_content["text"] == "over http"
    assert heard[-1] == 100.0
    assert job.owner == "shared"


def test_errors_of_jobs_become_errors_again():
    silent = AudioSilentError("Silent.", field="file", remedy="Take another.")
    assert error_of(silent.details(), "failed").details() == silent.details()
    assert error_of({}, "cancelled").code == "CANCELLED"


def test_assistants_are_told_that_material_must_be_given(studio):
    desk = StudioDesk(SimpleNamespace(registry=composition.registry()), Assets(studio.database))
    [master] = [tool for tool in desk.tools() if tool.name == "master"]
    assert master.input_schema["required"] == ["mix"]
    assert "default" not in master.input_schema["properties"]["mix"]
