"""What leaves a state after a look: files, posts, and the page."""

from fewsight.agents.watch.delivery import Delivered, Webhook, deliver, write_files
from fewsight.agents.watch.page import PAGE, page
from fewsight.agents.watch.state import State
from fewsight.files import replacing


def publish(state: State, webhook: Webhook | None) -> Delivered:
    """Write files and page, and send what waits; the same again where it was killed.

    Raises:
        OSError: the folder can't be written.
    """
    folder = state.path.parent
    write_files(state.alerts(), state.answers(), folder)
    done = deliver(state, webhook) if webhook else Delivered(0, len(state.alerts(waiting=True)))
    with replacing(folder / PAGE, private=True) as path:
        path.write_text(page(state), encoding="utf-8")
    return done
