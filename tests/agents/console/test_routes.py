"""Who may ask what: every route, sessions, forged forms, limits, and words of strangers."""

from collections.abc import Callable

import httpx
import pytest

from fewsight.agents.console.app import OPEN, routes
from fewsight.serving.access.limits import RateLimit
from tests.agents.console.served import Served
from tests.agents.console.support import hidden, kinds, suggested, until

Login = Callable[[str], httpx.Client]
WALKED = [(method, route.path) for route in routes() for method in sorted(route.methods or ()) if method != "HEAD"]


@pytest.mark.parametrize(("method", "path"), [one for one in WALKED if one[1] not in OPEN])
def test_every_route_asks_who_it_is(server: Served, method: str, path: str) -> None:
    case = "0123456789abcdef"
    with server.client() as client:
        answer = client.request(method, path.format(case_id=case), content=b"{}")
        wrong = client.request(method, path.format(case_id=case), headers={"Cookie": "fewsight_session=chosen"})
    for one in (answer, wrong):
        assert one.status_code == 401 or (one.status_code, one.headers.get("location")) == (303, "/login")
        assert "default-src 'none'" in one.headers["content-security-policy"]
        assert "Traceback" not in one.text


@pytest.mark.parametrize(("method", "path"), [one for one in WALKED if one[0] == "POST" and one[1] not in OPEN])
def test_every_act_needs_the_scope_and_the_page_that_it_comes_from(
    server: Served, login: Login, method: str, path: str
) -> None:
    case = server.say("Hello.")
    if path.startswith(("/api", "/hooks")):
        token = server.console.tokens.add("reader", "read")
        answer = httpx.post(server.url + path, headers={"Authorization": f"Bearer {token}"}, content=b"{}")
        assert answer.status_code == (403 if path.startswith("/api") else 401)
        return
    admin, reader = (login(server.console.tokens.add(name, name)) for name in ("admin", "read"))
    before = kinds(server, case)
    url = path.format(case_id=case)
    assert admin.request(method, url).status_code == 403
    assert admin.request(method, url, data={"csrf": hidden(reader.get("/").text, "csrf")}).status_code == 403
    if path != "/logout":
        form = {"csrf": hidden(reader.get("/").text, "csrf")}
        assert reader.request(method, url, data=form).status_code == 403
    assert [kind for kind in kinds(server, case) if kind in ("approved", "rejected")] == []
    assert kinds(server, case)[: len(before)] == before


def test_the_cookie_is_new_at_every_login_and_hidden_from_scripts(server: Served) -> None:
    with server.client() as client:
        client.cookies.set("fewsight_session", "fixed-by-somebody")
        answer = client.post("/login", data={"token": server.token})
        assert "fixed-by-somebody" not in answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
        fixed = {"Cookie": "fewsight_session=fixed-by-somebody"}
        assert httpx.get(server.url, headers=fixed).status_code == 303
        first = answer.cookies["fewsight_session"]
        client.cookies.clear()
        client.post("/login", data={"token": server.token})
        assert client.cookies["fewsight_session"] != first
        page = client.get("/").text
        client.post("/logout", data={"csrf": hidden(page, "csrf")})
        assert client.get("/").headers["location"] == "/login"


def test_a_form_of_another_site_and_another_name_are_refused(server: Served, login: Login) -> None:
    client = login(server.token)
    form = {"csrf": hidden(client.get("/").text, "csrf"), "customer": "C1", "text": "Hello."}
    assert client.post("/messages", data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/messages", data=form, headers={"Origin": "null"}).status_code == 403
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert client.post("/messages", data=form).status_code == 303


def test_logging_in_is_limited(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.console, "logins", RateLimit(1, 3))
    with server.client() as client:
        tries = [client.post("/login", data={"token": f"fs_x_{n}"}).status_code for n in range(5)]
        assert tries == [401, 401, 401, 429, 429]
        assert client.post("/login", data={"token": server.token}).status_code == 429


def test_a_revoked_token_ends_the_session(server: Served, login: Login) -> None:
    token = server.console.tokens.add("Lee", "act")
    client = login(token)
    assert client.get("/").status_code == 200
    server.console.tokens.revoke(token.split("_")[1])
    assert client.get("/").headers["location"] == "/login"
    assert client.get("/live").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/files/../worker.py",
        "/files/%2e%2e%2fworker.py",
        "/files/layout.jinja",
        "/cases/../../etc",
        "/cases/'--",
        "/cases/%00",
    ],
)
def test_nothing_lies_beside_the_pages(server: Served, login: Login, path: str) -> None:
    answer = login(server.token).get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_words_of_strangers_stay_words(server: Served, login: Login) -> None:
    hostile = "</textarea><script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} \u202e\x1b[2J kettle & 'A100'"
    case = server.say(hostile, "C2")
    client = login(server.token)
    until(lambda: "suggested" in kinds(server, case))
    for path in ("/", f"/cases/{case}"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "{{7*7}}"[:20] in page
        assert "\x1b" not in page
        assert "\u202e" not in page


def test_broken_forms_change_nothing_and_tell_nothing(server: Served, login: Login) -> None:
    client = login(server.token)
    case = server.say("The kettle of A100 is broken.")
    page = suggested(server, client, case)
    base = {"csrf": hidden(page, "csrf"), "basis": hidden(page, "basis")}
    call = '{"move":"call","tool":"refund_item","arguments":%s}'
    other = '{"order_id":"A102","item_id":"A102-1","amount":12900,"reason":"broken"}'
    for form in (
        {"move": "x"},
        {"move": "[" * 5000},
        {"move": '{"move":["call"]}'},
        {"move": '{"move":"call","tool":"nothing","arguments":{}}'},
        {"move": call % "{}"},
        {"move": call % other},
        {"move": call % '{"order_id":{"a":1}}'},
        {"move": hidden(page, "move"), "choice": "99"},
        {"move": hidden(page, "move"), "choice": "-1"},
        {"move": hidden(page, "move"), "argument.amount": "1e999"},
        {"move": hidden(page, "move"), "argument.amount": "89.01"},
        {"move": hidden(page, "move"), "argument.order_id": "A102"},
        {"move": hidden(page, "move"), "basis": "9" * 40},
        {"move": '{"move":"reply","cite":"own words"}', "text": ""},
    ):
        answer = client.post(f"/cases/{case}/approve", data=base | form)
        assert answer.status_code == 409, form
        assert "Traceback" not in answer.text
    assert client.post(f"/cases/{case}/approve", content=b"\xff\xfe" * 50).status_code == 409
    assert client.post(f"/cases/{case}/approve", content=b"a" * 900_000).status_code == 413
    assert client.post(f"/cases/{case}/approve", data={f"f{n}": "1" for n in range(200)}).status_code == 409
    assert "approved" not in kinds(server, case)
