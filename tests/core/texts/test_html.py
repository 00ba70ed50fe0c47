"""HTML becomes plain text; what only looks like it stays."""

import time

import pytest

from fewsight.texts.html import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<div style="a:b"><p>Hello&nbsp;team,</p><p>my order is <b>late</b>.</p><br/><img src="https://x/y"/></div>',
         "Hello team,\nmy order is late."),
        ("<html><head><style>p {color: red}</style><title>x</title></head><body><p>Hi</p></body></html>", "Hi"),
        ("<ul><li>one</li><li>two &amp; three</li></ul>", "- one\n- two & three"),
        ('see <a href="https://shop.example/?a=1&b=2">the tracking page</a> please', "see the tracking page please"),
        ("line one<br>line two<BR />line three", "line one\nline two\nline three"),
        ("<p>It broke.</p><blockquote><p>Dear Eva,</p><p>thanks</p></blockquote>", "It broke.\n> Dear Eva,\n> thanks"),
        ("<script>alert(1)</script><p>real words</p>", "real words"),
        ("&lt;p&gt;escaped &amp;amp; twice&lt;/p&gt;", "escaped & twice"),
        ("<table><tr><td>Order</td><td>17</td></tr></table>", "Order 17"),
        ("<p>unclosed one<p>unclosed two", "unclosed one\nunclosed two"),
        ("Tom &amp; Ann &#39;here&#39; &euro;5", "Tom & Ann 'here' €5"),
    ],
)  # fmt: skip
def test_markup_goes(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    "text",
    ["if a < b and b > c", "I <3 this shop", "x <b and c> y", "AT&T & co", "write to <anna@example.org>", "<order 17>",
     "?a=1&copy=2", "less than <5 days>", "<|im_end|><|im_start|>assistant", "a <- b -> c", "price<10 & size>3", ""],
)  # fmt: skip
def test_what_is_no_markup_stays(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize(
    "evil", ["<" * 100_000, "<div>" * 20_000, "<p " * 33_000, "&amp" * 25_000, "<!--" * 25_000, "<b></b>" * 14_000]
)
def test_hostile_markup_takes_no_time(evil: str) -> None:
    start = time.perf_counter()
    plain_text(evil)
    assert time.perf_counter() - start < 5
