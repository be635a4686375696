"""Brakes on guessing; axes counts wrong passwords, these count requests."""

import hashlib
from typing import Any

from rest_framework.throttling import SimpleRateThrottle


class PerAddress(SimpleRateThrottle):
    """By client address."""

    scope = "sign_in_address"
    rate = "120/min"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class PerUsername(SimpleRateThrottle):
    """By the name tried, from wherever."""

    scope = "sign_in_username"
    rate = "60/min"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        name = request.data.get("username") if isinstance(request.data, dict) else None
        if not isinstance(name, str):
            return None
        ident = hashlib.sha256(name.strip().casefold().encode()).hexdigest()
        return self.cache_format % {"scope": self.scope, "ident": ident}
