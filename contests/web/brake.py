"""A brake on the public form: so many posts by one address, so many by all together."""

import hashlib

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import HttpRequest

#: Posts within ``SECONDS``. A campus sends many teams through one address, so it may send some.
BY_ADDRESS, BY_ALL, SECONDS = 10, 300, 600


def is_too_much(request: HttpRequest, *, contest_id: int) -> bool:
    """Count this post; whether the address or all together sent too many of late."""
    address = str(get_client_ip_address(request) or "")
    digest = hashlib.sha256(address.encode()).hexdigest()[:32]
    counts = [
        _count(f"contest-form:{contest_id}:{digest}"),
        _count(f"contest-form:{contest_id}:all"),
    ]
    return counts[0] > BY_ADDRESS or counts[1] > BY_ALL


def _count(key: str) -> int:
    cache.add(key, 0, SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out between the two
        cache.set(key, 1, SECONDS)
        return 1
