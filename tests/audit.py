"""Known vulnerabilities of the pinned packages: `make audit`.

pip-audit compares constraints.txt with the advisories of PyPI, or else of OSV. It lives in an
environment of its own, `.venv/audit`, so that none of its packages is among those of the project.
Exit code 1 for a finding; 0 where there is none, and where no advisories can be reached, which is
told in one line: a build must not fail for want of a network.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
PINS = PROJECT / "constraints.txt"
PLACE = PROJECT / ".venv" / "audit"
TOOL = "pip-audit==2.10.1"
SERVICES = ("pypi", "osv")
UNREACHED = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "NameResolution", "ServiceError")
PATIENCE = "15"  # seconds for an answer

Dependency = dict[str, Any]


def main(command: Sequence[str] | None = None, pins: Path = PINS) -> int:
    """Ask the services one after another until one knows the packages; the exit code.

    `command` runs the tool; without it the tool is installed first, once.
    """
    command = command or _installed()
    if command is None:
        return _not_audited("pip-audit cannot be installed")
    for service in SERVICES:
        found = _asked(command, service, pins)
        if found is not None and any("vulns" in each for each in found):
            return _judged(found)
    return _not_audited("no advisory data can be reached")


def _installed() -> list[str] | None:
    python = PLACE / "bin" / "python"
    if not python.exists():
        venv.create(PLACE, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", TOOL]
    if subprocess.run(install, capture_output=True, check=False).returncode:
        return None
    return [str(python), "-m", "pip_audit"]


def _asked(command: Sequence[str], service: str, pins: Path) -> list[Dependency] | None:
    """What the tool says of each package; None where the service cannot be reached.

    Raises SystemExit, with its last line, where the tool fails for another reason.
    """
    options = ["--requirement", str(pins), "--no-deps", "--disable-pip", "--format", "json"]
    options += ["--vulnerability-service", service, "--timeout", PATIENCE]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    try:
        found: list[Dependency] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        if any(word in done.stderr for word in UNREACHED):
            return None
        last = (done.stderr.strip() or "it printed nothing").splitlines()[-1]
        raise SystemExit(f"audit: pip-audit failed: {last}") from None
    return found


def _judged(found: Sequence[Dependency]) -> int:
    known = [each for each in found if "vulns" in each]
    findings = [line for each in known for line in _lines(each)]
    for line in findings:
        print(line)
    left = len(found) - len(known)
    beside = f"; packages that the advisories do not know: {left}" if left else ""
    print(f"audit: known vulnerabilities: {len(findings)}; packages: {len(known)}{beside}")
    return 1 if findings else 0


def _lines(package: Dependency) -> list[str]:
    return [
        f"{package['name']} {package['version']}: {one['id']}, "
        f"mended in {', '.join(one['fix_versions']) or 'no version yet'}"
        for one in package["vulns"]
    ]


def _not_audited(why: str) -> int:
    print(f"audit: {why}; nothing was audited")
    return 0


if __name__ == "__main__":
    sys.exit(main())
