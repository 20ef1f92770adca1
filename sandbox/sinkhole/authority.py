"""Make the certificate authority of one sinkhole: the private part for mitmproxy, the public one for the apps' JVM."""

# ruff: noqa: INP001 - a script of the sinkhole's own environment
from __future__ import annotations

import shutil
import sys
from pathlib import Path

from mitmproxy.certs import CertStore


def main() -> None:
    """Write both into the folder that is the one argument."""
    folder = Path(sys.argv[1])
    CertStore.create_store(folder, "mitmproxy", 2048, organization="apkfarm", cn="apkfarm sinkhole")
    CertStore.load_dhparam(folder / "mitmproxy-dhparam.pem")  # Writes it, so that nothing needs to be written later.
    shutil.copyfile(folder / "mitmproxy-ca-cert.pem", folder / "ca.pem")


if __name__ == "__main__":
    main()
