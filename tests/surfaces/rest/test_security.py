"""Who may speak with the server, and what a browser may do with its answers."""

from __future__ import annotations

import pytest
from starlette.testclient import WebSocketDenialResponse

from surfaces.rest.small_server import HERE, SOCKET, TOKEN, client_of, settings, small_app
from tonmeister.core.errors import ParameterError
from tonmeister.surfaces.rest import security
from tonmeister.surfaces.rest.tokens import SESSION_S, Tokens


def served(url: str = HERE, address: str = "127.0.0.1", **values):
    app = small_app()
    security.install(app, settings(**values))
    return client_of(app, url, address)


def code(response) -> str:
    data = response.json()
    assert data["success"] is False
    assert set(data) == {"success", "error", "timestamp"}
    return data["error"]["code"]


class TestOpening:
    def test_this_machine_needs_no_token(self):
        for host in ("127.0.0.1", "localhost", "::1", "127.0.0.7"):
            security.check_opening(settings(host=host))

    @pytest.mark.parametrize("values", [{"host": "0.0.0.0"}, {"host": "::"}, {"public_url": "https://studio.example"}])
    def test_a_network_needs_a_token(self, values):
        with pytest.raises(ParameterError, match="TONMEISTER_SHARED_TOKEN") as told:
            security.check_opening(settings(**values))
        assert told.value.field in ("host", "public_url")
        security.check_opening(settings(**values, shared_token=TOKEN))

    def test_a_short_token_guards_nothing(self):
        with pytest.raises(ParameterError, match="characters") as told:
            security.check_opening(settings(shared_token="short-secret"))
        assert "short-secret" not in str(told.value.details())


class TestHost:
    @pytest.mark.parametrize(
        "host",
        ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "192.168.1.5", "", "[::1", "a b", "studio"],
    )
    def test_a_foreign_name_is_refused(self, host):
        answer = served().get("/api/v1/things/a", headers={"host": host})
        assert answer.status_code == 421
        assert code(answer) == "HOST_REFUSED"
        assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "[::1]:8765", "LOCALHOST"])
    def test_a_name_of_this_machine_is_taken(self, host):
        assert served().get("/api/v1/things/a", headers={"host": host}).status_code == 200

    @pytest.mark.parametrize(
        ("host", "status"),
        [("studio.example", 200), ("192.168.1.5:8765", 200), ("server:8765", 200), ("evil.example", 421)],
    )
    def test_an_open_studio_has_its_public_name_and_addresses(self, host, status):
        client = served(public_url="https://studio.example", host="0.0.0.0", shared_token=TOKEN)
        assert client.get("/page", headers={"host": host}).status_code == status


class TestHeaders:
    def test_pages_get_a_policy_that_allows_what_the_studio_needs_and_nothing_more(self):
        policy = served().get("/page").headers["content-security-policy"]
        parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert parts["default-src"] == parts["frame-ancestors"] == parts["base-uri"] == "'none'"
        assert parts["script-src"] == parts["style-src"] == parts["connect-src"] == "'self'"
        assert parts["img-src"] == "'self' data: blob:"
        assert parts["media-src"] == "'self' blob:"
        assert "unsafe" not in policy
        assert "*" not in policy

    def test_data_and_files_of_users_run_nothing(self):
        assert served().get("/api/v1/things/a").headers["content-security-policy"] == security.API_POLICY
        for path in ("/api/v1/assets/x/file", "/api/v1/files/x", "/api/processing/job/x/download"):
            policy = served().get(path).headers["content-security-policy"]
            assert "sandbox" in policy
            assert "script-src" not in policy
            assert "default-src 'none'" in policy

    def test_private_answers_are_not_kept(self):
        assert served().get("/api/v1/things/a").headers["cache-control"] == "no-store"
        assert "cache-control" not in served().get("/page").headers

    def test_transport_security_only_where_there_is_one(self):
        assert "strict-transport-security" not in served().get("/page").headers
        assert "strict-transport-security" in served("https://localhost").get("/page").headers


class TestOrigin:
    def test_other_sites_change_nothing(self):
        for origin in (
            "https://evil.example",
            "null",
            "http://127.0.0.1:9999",
            "https://127.0.0.1:8765.evil.example",
            "x:y:z",
        ):
            answer = served().post("/api/v1/things", headers={"origin": origin})
            assert answer.status_code == 403, origin
            assert code(answer) == "ORIGIN_REFUSED"

    def test_own_pages_and_programs_do(self):
        client = served()
        assert client.post("/api/v1/things").status_code == 200
        assert client.post("/api/v1/things", headers={"origin": HERE}).status_code == 200
        assert client.post("/api/v1/things", headers={"sec-fetch-site": "cross-site"}).status_code == 403

    def test_behind_a_proxy_that_speaks_tls(self):
        client = served(public_url="https://studio.example", shared_token=TOKEN)
        headers = {"host": "studio.example", "authorization": f"Bearer {TOKEN}"}
        assert client.post("/api/v1/things", headers=headers | {"origin": "https://studio.example"}).status_code == 200
        assert client.post("/api/v1/things", headers=headers | {"origin": "https://evil.example"}).status_code == 403

    def test_reading_is_left_to_the_browsers_own_rules(self):
        answer = served().get("/api/v1/things/a", headers={"origin": "https://evil.example"})
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers

    def test_pages_on_the_list_read_and_write(self):
        client = served(cors_origins=("https://friend.example/",))
        friend = {"origin": "https://friend.example"}
        answer = client.post("/api/v1/things", headers=friend)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "https://friend.example"
        assert "upload-offset" in answer.headers["access-control-expose-headers"]
        asked = client.options(
            "/api/v1/uploads",
            headers=friend
            | {
                "access-control-request-method": "PATCH",
                "access-control-request-headers": "tus-resumable, upload-offset",
            },
        )
        assert asked.status_code == 200
        assert "PATCH" in asked.headers["access-control-allow-methods"]
        assert client.post("/api/v1/things", headers={"origin": "https://evil.example"}).status_code == 403

    def test_sockets_of_other_sites_are_refused(self):
        client = served()
        with client.websocket_connect(SOCKET, headers={"origin": HERE}) as socket:
            assert socket.receive_json() == {"owner": None}
        with (
            pytest.raises(WebSocketDenialResponse) as told,
            client.websocket_connect(SOCKET, headers={"origin": "https://evil.example"}),
        ):
            pass
        assert told.value.status_code == 403


class TestToken:
    def test_without_it_nothing_is_told(self):
        client = served(shared_token=TOKEN)
        for method, path in (
            ("GET", "/api/v1/things/a"),
            ("POST", "/api/v1/things"),
            ("GET", "/metrics"),
            ("GET", "/mcp"),
        ):
            answer = client.request(method, path)
            assert answer.status_code == 401, path
            assert code(answer) == "TOKEN_NEEDED"
            assert answer.headers["www-authenticate"] == "Bearer"

    def test_pages_health_and_the_door_itself_are_open(self):
        client = served(shared_token=TOKEN)
        for path in ("/page", "/health/live", "/api/v1/session"):
            assert client.get(path).status_code == 200

    def test_programs_show_the_token(self):
        client = served(shared_token=TOKEN)
        answer = client.get("/api/v1/things/a", headers={"authorization": f"Bearer {TOKEN}"})
        assert answer.json()["owner"] == "shared"
        for wrong in (f"Bearer {TOKEN}x", "Bearer", f"Basic {TOKEN}", TOKEN, "Bearer \xff"):
            assert client.get("/api/v1/things/a", headers={"authorization": wrong.encode("latin-1")}).status_code == 401

    def test_a_browser_signs_in_and_out(self):
        client = served(shared_token=TOKEN)
        assert client.get("/api/v1/session").json() == {"is_token_needed": True, "is_signed_in": False}
        wrong = client.post("/api/v1/session", json={"token": "not the token"})
        assert wrong.status_code == 401
        assert "set-cookie" not in wrong.headers
        answer = client.post("/api/v1/session", json={"token": TOKEN})
        cookie = answer.headers["set-cookie"]
        assert TOKEN not in cookie
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert client.get("/api/v1/things/a").status_code == 200
        with client.websocket_connect(SOCKET) as socket:
            assert socket.receive_json() == {"owner": "shared"}
        assert client.delete("/api/v1/session").status_code == 204
        assert client.get("/api/v1/things/a").status_code == 401

    def test_the_cookie_is_bound_to_the_secure_site(self):
        cookie = served("https://localhost", shared_token=TOKEN).post("/api/v1/session", json={"token": TOKEN})
        assert cookie.headers["set-cookie"].startswith("__Host-")
        assert "Secure" in cookie.headers["set-cookie"]

    def test_another_site_cannot_use_the_visitors_session(self):
        client = served(shared_token=TOKEN)
        client.post("/api/v1/session", json={"token": TOKEN})
        assert client.post("/api/v1/things", headers={"origin": "https://evil.example"}).status_code == 403

    def test_sessions_end_and_cannot_be_forged(self):
        tokens, now_s = Tokens(TOKEN), 1_800_000_000.0
        session = tokens.make_session(now_s)
        assert tokens.is_session(session, now_s)
        assert not tokens.is_session(session, now_s + SESSION_S + 1)
        assert not Tokens(TOKEN + "!").is_session(session, now_s)
        later = f"{int(now_s) + 2 * SESSION_S:x}." + session.partition(".")[2]
        for forged in (later, "", ".", "zz.zz", session[:-1], "\xff.\xff"):
            assert not tokens.is_session(forged, now_s)

    def test_without_a_token_there_is_nothing_to_sign_in_to(self):
        client = served()
        assert client.get("/api/v1/session").json() == {"is_token_needed": False, "is_signed_in": True}
        assert "set-cookie" not in client.post("/api/v1/session", json={"token": "x"}).headers


class TestProxies:
    def test_a_trusted_proxy_tells_the_client(self):
        client = served(address="10.0.0.9", trusted_proxies=("10.0.0.0/8",))
        headers = {"x-forwarded-for": "6.6.6.6, 203.0.113.9, 10.0.0.3", "x-forwarded-proto": "https"}
        told = client.get("/api/v1/things/a", headers=headers).json()
        assert told["client"] == "203.0.113.9"
        assert told["scheme"] == "https"

    def test_nobody_else_does(self):
        headers = {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https"}
        told = served(address="203.0.113.9", trusted_proxies=("10.0.0.0/8",)).get("/api/v1/things/a", headers=headers)
        assert told.json()["client"] == "203.0.113.9"
        assert told.json()["scheme"] == "http"


class TestBodies:
    def test_small_bodies_pass(self):
        assert served().post("/api/v1/things", content=b"x" * 1000).json() == {"n_bytes": 1000}

    def test_an_announced_size_is_refused_before_anything_is_read(self):
        answer = served().post("/api/v1/things", content=b"x" * (5 * 2**20))
        assert answer.status_code == 413
        assert code(answer) == "BODY_TOO_LARGE"

    def test_an_unannounced_size_is_counted(self):
        def parts():
            for _ in range(6):
                yield b"x" * 2**20

        answer = served().post("/api/v1/things", content=parts())
        assert answer.status_code == 413
        assert code(answer) == "BODY_TOO_LARGE"

    def test_uploads_may_be_larger(self):
        client = served(max_upload_mb=8)
        assert client.post("/api/v1/uploads", content=b"x" * (6 * 2**20)).status_code == 200
        assert client.post("/api/v1/uploads", content=b"x" * (10 * 2**20)).status_code == 413

    def test_a_length_that_is_no_number_is_refused(self):
        assert served().post("/api/v1/things", headers={"content-length": "-1"}).status_code == 413
