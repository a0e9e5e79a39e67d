"""How the rules say no: in a sentence for a person."""


class Refused(Exception):
    """A rule forbids it (409). The message is the sentence shown."""


class NotFound(Exception):
    """There is no such thing, or not for this person (404)."""


class BadInput(ValueError):
    """What was sent cannot be understood (422). The message says what to send instead."""


class Forbidden(Exception):
    """This role may not do it (403)."""
