"""From which address a request came: what limits are counted by and what logs say."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
NETWORK = 64  # bits of an IPv6 address that one customer is given; the rest they choose themselves


def client_address(request: HttpRequest) -> str:
    """The client's IP address; "" where there is none, as over a Unix socket.

    Each proxy appends to X-Forwarded-For whom it was asked by. So the entry that the outermost
    proxy we trust appended is the client's, and whatever stands before it, anybody may have typed.
    Where that entry is missing or no address, the socket says who asked.
    """
    address = _forwarded(request) or _parsed(request.META.get("REMOTE_ADDR", ""))
    return str(address or "")


def client_network(request: HttpRequest) -> str:
    """The same, but of an IPv6 address the network, within which one client has no end of them."""
    address = client_address(request)
    if ":" not in address:
        return address
    return str(IPv6Network((address, NETWORK), strict=False))


def _forwarded(request: HttpRequest) -> Address | None:
    hops: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return _parsed(entries[-hops]) if 0 < hops <= len(entries) else None


def _parsed(entry: str) -> Address | None:
    """The address in an entry, which may have a port (192.0.2.1:80, [2001:db8::1]:80) or a zone."""
    text = entry.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
