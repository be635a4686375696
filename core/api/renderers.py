"""JSON by orjson: decimals as exact strings, moments in UTC with Z."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from django.db.models import QuerySet
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.serializer_helpers import ReturnDict, ReturnList

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS


def dumps(data: Any) -> bytes:
    """The one way in which the API writes JSON."""
    return orjson.dumps(data, default=_other, option=OPTIONS)


def moment(value: datetime) -> str:
    """The text of a moment, as ``dumps`` writes it."""
    return orjson.dumps(value, option=OPTIONS)[1:-1].decode()


def _other(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, ReturnDict | dict):
        return dict(value)
    if isinstance(value, ReturnList | list | tuple | set | frozenset | QuerySet):
        return list(value)
    if isinstance(value, Promise | str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        return data if isinstance(data, bytes) else dumps(data)
