"""A call that comes again under its `external_ref`: what it says, held against what was said before."""

from collections.abc import Mapping, Sequence

# By the name of the field of a call; None, or a field that is not there: nothing was said.
Said = Mapping[str, str | None]

OF_THE_FACT = ("received_at", "category", "fault_kind", "hazard")
OF_THE_CALLER = ("caller_name", "caller_phone", "account_no", "address", "pin", "words", "recording_id")
FIELDS = (*OF_THE_FACT, *OF_THE_CALLER)
OF_THE_PLACE = frozenset({"account_no", "address", "pin", "words", "caller_phone"})


def otherwise(said: Said, before: Said) -> tuple[str, ...]:
    """The fields that say something else. What a repeat leaves out it does not take back."""
    return tuple(name for name in FIELDS if said.get(name) and said[name] != before.get(name))


def news(said: Said, before: Sequence[Said]) -> tuple[str, ...]:
    """The fields whose value was said neither at first nor in any repeat since."""
    return tuple(name for name in FIELDS if all(name in otherwise(said, one) for one in before))
