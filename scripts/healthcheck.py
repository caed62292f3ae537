"""Ask the web server of this container whether it can serve; the exit code is the answer.

python -m scripts.healthcheck
"""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit


def main() -> int:
    """Exit code 0 when /readyz answers 200, else 1 with the reason."""
    # The portal answers only under its own name.
    host = urlsplit(os.environ["PORTAL_BASE_URL"]).netloc
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=8)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        response = connection.getresponse()
        said = response.read(500).decode(errors="replace").strip()
    except OSError as error:
        print(f"no answer: {error}")
        return 1
    finally:
        connection.close()
    print(f"{response.status} {said}")
    return 0 if response.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
