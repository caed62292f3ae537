"""An authority of the test's own that vouches for servers and clients, made with openssl."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key, as files (PEM)."""

    file: Path
    key: Path

    def handed_to(self, folder: Path, account: str | None) -> Certificate:
        """A copy in a server's folder that its account can read and nobody else."""
        copies = Certificate(folder / self.file.name, folder / self.key.name)
        for source, copy in ((self.file, copies.file), (self.key, copies.key)):
            shutil.copy(source, copy)
            copy.chmod(0o600)
            if account:
                shutil.chown(copy, account)
        return copies


class Authority:
    """Issues certificates for a day; `file` is what has to be trusted to believe them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.file, self.key = folder / "authority.pem", folder / "authority.key"
        openssl("req", "-x509", *CURVE, "-days", "1", "-subj", "/CN=An authority of this test",
                "-keyout", self.key, "-out", self.file)  # fmt: skip

    def issue(self, name: str, address: str = "127.0.0.1") -> Certificate:
        """A certificate for `name`, good for that address."""
        made = Certificate(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        request = self.folder / f"{name}.request"
        openssl("req", *CURVE, "-subj", f"/CN={name}", "-addext", f"subjectAltName=IP:{address}",
                "-keyout", made.key, "-out", request)  # fmt: skip
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-days", "1",
                "-copy_extensions", "copy", "-out", made.file)  # fmt: skip
        made.key.chmod(0o600)
        return made


def openssl(*words: str | Path) -> None:
    """Run openssl; its words when it fails are those of the error."""
    done = subprocess.run(
        ["openssl", *map(str, words)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
