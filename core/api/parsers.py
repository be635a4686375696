"""Reading request bodies: exact decimals, and nothing that PostgreSQL could not store."""

import json
from decimal import Decimal
from typing import Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


class JSONParser(BaseParser):
    """Numbers with a point become ``Decimal``: no float comes near money.

    orjson checks first, because it refuses what the standard library lets pass: lone surrogates, bad UTF-8.
    """

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        body = stream.read()
        if not body.strip():
            return {}
        try:
            orjson.loads(body)
            return json.loads(body, parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError(
                _("The body is not valid JSON: %(reason)s") % {"reason": str(error)[:200]}, code="malformed"
            ) from error
