"""What a classic model reads."""

from fewsight.events import CustomerHistory, Event
from fewsight.texts.documents import document


def test_documents_tell_profile_and_events() -> None:
    one = Event("1", None, kind="message", text="hello")
    assert document(CustomerHistory("c", (one,))) == "hello"
    assert document(CustomerHistory("c", (one, Event("2", None, kind="return", product="shoe")), {"city": "Ulm"})) == (
        "city=Ulm\nmessage hello\nreturn shoe"
    )
    assert document(CustomerHistory("c")) == ""
