"""A value as it is quoted in a message: never longer than a line, whatever somebody sent."""

import reprlib

_SHORT = reprlib.Repr()
_SHORT.maxlevel = 2
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = _SHORT.maxset = _SHORT.maxfrozenset = 4
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 60


def brief(value: object) -> str:
    """The value as Python writes it, cut short. Aliases in YAML make small files of endless values."""
    try:
        return _SHORT.repr(value)
    except ValueError:  # a whole number of more digits than Python is willing to print
        return f"<{type(value).__name__}>"
