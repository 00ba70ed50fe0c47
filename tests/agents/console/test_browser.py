"""The console in headless Chromium: by mouse, by keys alone, at a phone's width, and beside another agent."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fewsight.serving.models.names import ModelFolder
from tests.agents.console.served import Served
from tests.agents.console.support import kinds, refunded, until
from tests.evals.labelling.browser import PROGRAM, Browser

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium")

OVERFLOWS = "document.documentElement.scrollWidth > innerWidth"
APPROVED = "!!document.querySelector('[data-key=u]')"
FIRST = "document.querySelector('#card-0 h3')?.textContent.includes('Refund item')"
BROKEN = "The kettle of order A100 came broken."


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def enter(page: Browser, server: Served) -> Iterator[Callable[[str, str], None]]:
    def go(token: str, case: str) -> None:
        log_in(page, server.url, token)
        page.open(f"{server.url}/cases/{case}")

    yield go
    assert page.problems == []


def log_in(page: Browser, url: str, token: str) -> None:
    page.open(f"{url}/login")
    page.value(f"document.getElementById('token').value = {token!r}; document.forms[0].requestSubmit()")
    page.wait("!!document.getElementById('queue')")


def fresh(server: Served) -> None:
    """The kettle was not paid back, and earlier cases are closed."""
    with server.console.desk() as desk:
        desk.store.database.execute("UPDATE items SET refunded = 0")
        for case in desk.store.cases():
            if not desk.store.case(case).is_closed:
                desk.hand_off(case, "unclear")


def test_from_a_message_to_an_approved_refund_and_reply(
    server: Served, page: Browser, enter: Callable[[str, str], None]
) -> None:
    fresh(server)
    case = server.say(BROKEN + " <script>alert(1)</script>")
    enter(server.token, case)
    page.wait(FIRST)
    marks = "[...document.querySelectorAll('mark')].map((one) => one.textContent).join()"
    assert page.value(marks) == "kettle,A100,broken"
    card = "document.getElementById('card-0').innerText"
    assert page.value(f"{card}.includes('89.00 EUR') && {card}.includes('policy asks you: other refunds')")
    assert page.value("document.querySelectorAll('.card').length") == 4
    page.value("document.querySelector('#card-0 [data-key=a]').click()")
    page.wait("document.getElementById('talk').innerText.includes('done: refund item')")
    assert refunded(server) == ["A100-2"]
    page.wait("document.querySelector('.card textarea')?.value.includes('the price of the kettle is 89.00 EUR')")
    reply = "document.querySelector('.card textarea').closest('.card').querySelector('[data-key=a]')"
    page.value(f"{reply}.click()")
    page.wait("document.getElementById('moves').innerText.includes('waits for the customer')")
    assert kinds(server, case)[-1] == "replied"
    outbox = Path(server.console.setup.folder) / "outbox"
    until(lambda: any(BROKEN[:3] and "89.00 EUR" in path.read_text() for path in outbox.glob(f"copilot-{case}-*.eml")))


def test_an_edit_is_judged_and_a_wrong_one_stays_to_be_mended(
    server: Served, page: Browser, enter: Callable[[str, str], None]
) -> None:
    fresh(server)
    case = server.say(BROKEN)
    enter(server.token, case)
    page.wait(FIRST)
    amount = "document.querySelector('#card-0 input[name=\"argument.amount\"]')"
    change = f"{amount}.value = '%s'; {amount}.dispatchEvent(new Event('input', {{bubbles: true}}))"
    approve = "document.querySelector('#card-0 [data-key=a]').click()"
    page.value(change % "890")
    page.value(approve)
    page.wait("!document.getElementById('alert').hidden")
    assert "not in this customer's state" in page.value("document.getElementById('alert').textContent")
    assert page.value(f"{amount}.value") == "890"
    page.problems.clear()  # the browser logs the refusal
    page.value(change % "40")
    page.value(approve)
    page.wait("document.getElementById('talk').innerText.includes('40.00 EUR')")
    assert "approved" in kinds(server, case)


def test_by_keys_alone_with_undo_rejection_and_the_list_of_keys(
    server: Served, page: Browser, enter: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(server)
    monkeypatch.setattr(server.console, "delay", type(server.console.delay)(seconds=30))
    case = server.say(BROKEN)
    enter(server.token, case)
    page.wait(FIRST)
    page.press("?")
    page.wait("document.getElementById('keys').open")
    page.value("document.getElementById('keys').close()")
    page.press("2")
    assert page.value("document.activeElement.id") == "card-1"
    page.press("k")
    assert page.value("document.activeElement.id") == "card-0"
    page.press("a")
    page.wait(APPROVED)
    page.wait("document.querySelector('.left').textContent.includes('carried out in')")
    page.press("u")
    page.wait(FIRST)
    assert (refunded(server), kinds(server, case)[-2:]) == ([], ["approved", "undone"])
    page.press("x")
    assert page.value("document.activeElement.name") == "reason"
    page.press("A photo first.", "Enter")
    page.wait("document.getElementById('talk').innerText.includes('A photo first.')")
    until(lambda: kinds(server, case).count("suggested") == 2)
    page.wait("document.getElementById('moves').dataset.basis.length > 0 && !!document.querySelector('.card')")
    page.press("w")
    assert page.value("document.activeElement.name") == "text"
    page.press("Please send a photo.")
    page.value("document.activeElement.form.requestSubmit()")
    page.wait(APPROVED)
    monkeypatch.undo()


def test_the_second_of_two_agents_sees_the_first_and_nothing_is_done_twice(
    server: Served, page: Browser, enter: Callable[[str, str], None], tmp_path: Path
) -> None:
    fresh(server)
    case = server.say(BROKEN)
    enter(server.token, case)
    page.wait(FIRST)
    with Browser(tmp_path / "second", 390, 844, dark=True) as second:
        log_in(second, server.url, server.console.tokens.add("Lee", "act"))
        second.open(f"{server.url}/cases/{case}")
        second.wait("document.getElementById('notices').innerText.includes('Kim also at work')")
        page.wait("document.getElementById('notices').innerText.includes('Lee also at work')")
        second.wait(FIRST)
        both = "document.querySelector('#card-0 [data-key=a]').click()"
        page.value(both)
        second.value(both)
        for one in (page, second):
            one.wait("document.getElementById('talk').innerText.includes('done: refund item')")
        assert not second.value(OVERFLOWS)
    assert kinds(server, case).count("approved") == 1
    assert refunded(server) == ["A100-2"]
    page.problems.clear()  # the browser logs the refusal of whoever came second


def test_a_phone_shows_all_and_touch_targets_are_large(server: Served, tmp_path: Path) -> None:
    fresh(server)
    case = server.say(BROKEN + " " + "x" * 300)
    with Browser(tmp_path / "phone", 380, 800) as phone:
        log_in(phone, server.url, server.token)
        for path in ("/", f"/cases/{case}", "/outbox", "/cases/none"):
            phone.open(server.url + path)
            assert not phone.value(OVERFLOWS), path
        phone.open(f"{server.url}/cases/{case}")
        phone.wait(FIRST)
        assert not phone.value(OVERFLOWS)
        buttons = "[...document.querySelectorAll('main button')].filter((one) => one.checkVisibility())"
        assert phone.value(f"Math.min(...{buttons}.map((one) => one.offsetHeight))") >= 40
        order = "[...document.querySelectorAll('h1, #talk, #moves, #customer')].map((one) => one.id).join()"
        assert phone.value(order) == "case-title,talk,moves,customer"


def test_a_reader_sees_and_cannot_act(server: Served, page: Browser, enter: Callable[[str, str], None]) -> None:
    fresh(server)
    case = server.say(BROKEN)
    enter(server.console.tokens.add("reader", "read"), case)
    page.wait(FIRST)
    assert page.value("document.querySelectorAll('main button, main textarea').length") == 0


def test_a_server_that_is_killed_in_the_middle_goes_on_where_it_was(tmp_path: Path, model: ModelFolder) -> None:
    port = free_port()
    with restarting(tmp_path / "shop", model, port) as restart, Browser(tmp_path / "browser") as page:
        log_in(page, f"http://127.0.0.1:{port}", restart())
        post = "document.querySelector('form[action=\"/messages\"]')"
        page.value(f"{post}.elements.customer.value = 'C1'; {post}.elements.text.value = {BROKEN!r}")
        page.value(f"{post}.requestSubmit()")
        page.wait(FIRST)
        page.value("document.querySelector('#card-0 [data-key=a]').click()")
        page.wait(APPROVED)
        restart()
        page.wait("document.getElementById('talk').innerText.includes('done: refund item')")  # the same session
        page.wait("document.querySelector('.card textarea')?.value.includes('89.00 EUR')")


@contextmanager
def restarting(folder: Path, model: ModelFolder, port: int) -> Iterator[Callable[[], str]]:
    """A server in another process: kills it with -9 where it runs, starts it, and gives a token."""
    program = [sys.executable, "-m", "tests.agents.console.served", str(folder), str(model.path), str(port)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def restart() -> str:
            stdin.write("again\n")
            stdin.flush()
            return stdout.readline().strip()

        yield restart
        stdin.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
