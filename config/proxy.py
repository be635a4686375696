"""Who is really calling, when a reverse proxy stands in front."""

from django.http import HttpRequest

# Set by the proxy from the connection itself, so that a client cannot claim another address.
CLIENT_ADDRESS_HEADER = "X-Real-IP"


def client_address(request: HttpRequest) -> str | None:
    """The client's address as the proxy saw it; without a proxy, the connection's own."""
    return request.headers.get(CLIENT_ADDRESS_HEADER) or request.META.get("REMOTE_ADDR")
