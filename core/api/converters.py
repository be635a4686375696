"""Parts of addresses: anything else is not an address, so nothing odd reaches the database."""

from django.urls import register_converter


class IdConverter:
    """A database id: at most 18 digits, so that it always fits."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class CodeConverter:
    """A code such as ``jy-zhangjiang``, or an id."""

    regex = "[A-Za-z0-9_-]{1,80}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class YearConverter(IdConverter):
    """A calendar year."""

    regex = "(?:19|20|21)[0-9]{2}"


class NumberConverter(IdConverter):
    """A place in a short row, such as the second leg."""

    regex = "[0-9]{1,4}"


def register() -> None:
    register_converter(IdConverter, "id")
    register_converter(CodeConverter, "code")
    register_converter(YearConverter, "year")
    register_converter(NumberConverter, "number")
