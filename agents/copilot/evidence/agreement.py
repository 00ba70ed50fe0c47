"""Whether a customer agreed to the last question, by words: only what reads as a plain yes is one.

The rule is the gate before writes, so it errs towards "unclear": a yes with a change, a condition or a question in it
is none, and the question is asked again.
"""

import re
from typing import Final, Literal

Agreement = Literal["yes", "no", "unclear"]

LONGEST: Final = 200
"""Characters of a text that can be a plain yes."""

_YES: Final = re.compile(
    r"\s*(?:yes|yeah|yep|yup|sure|ok|okay|of course|correct|right|exactly|absolutely|agreed|please do|go ahead|"
    r"confirm(?:ed)?|"
    r"that(?:['’]s| is) (?:right|correct|fine)|looks good|sounds good|好的?|是的?|可以|确认|同意)\b",
    re.IGNORECASE,
)
_NO: Final = re.compile(r"\s*(?:no|nope|nah|don['’]?t|do not|stop|wait|不|别)", re.IGNORECASE)
_BUT: Final = re.compile(
    r"\b(?:but|instead|rather|except|only if|if|unless|also|not|don['’]?t|actually|wait|however|change|before|"
    r"first|never|no)\b|[?？]|但|不",
    re.IGNORECASE,
)


def agreement(texts: list[str]) -> Agreement:
    """What the messages since a question say to it, all together.

    >>> [agreement([text]) for text in ("Yes, please go ahead.", "Yes, but to my PayPal.", "No, leave it.")]
    ['yes', 'unclear', 'no']
    """
    if not texts:
        return "unclear"
    if any(_NO.match(text) for text in texts):
        return "no"
    plain = all(len(text) <= LONGEST and not _BUT.search(text) for text in texts)
    return "yes" if plain and _YES.match(texts[0]) else "unclear"
