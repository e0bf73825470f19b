"""Why an answer of an identity provider is not accepted: a code for machines, words for people."""

from django.utils.functional import Promise

type Words = str | Promise


class Refused(Exception):
    """An identity provider's answer is refused; nobody is signed in and nothing is changed.

    `words` tell the admin what was wrong and what to change; they never hold what arrived.
    `facts` are what was expected and what arrived, for the admin's eyes only.
    """

    def __init__(self, code: str, words: Words, **facts: str) -> None:
        self.code = code
        self.words = words
        self.facts = {name: str(value)[:300] for name, value in facts.items()}
        super().__init__(code)
