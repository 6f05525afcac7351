"""Hold the locked packages against the known vulnerabilities: `make audit`.

Needs a registry: uv fetches pip-audit into a folder of its own, and that asks the advisory database of PyPI
about each locked version. Where that is not reached the audit is skipped, and says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("project.lock", "uv.lock")
SECONDS = 600


def main() -> int:
    """Print every known vulnerability; return 1 if there is one."""
    uv = Path(sys.executable).with_name("uv")
    found = 0
    for lock in LOCKS:
        command = [uv, "tool", "run", "--quiet", "pip-audit", "--disable-pip", "--require-hashes"]
        command += ["--format", "json", "--progress-spinner", "off", "-r", ROOT / "requirements" / lock]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
            packages = json.loads(done.stdout)["dependencies"]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError) as error:
            said = done.stderr.strip().splitlines() if isinstance(error, ValueError) else [str(error)]
            print(f"{lock}: SKIPPED, the registry was not reached ({(said or ['no answer'])[-1][:200]})")
            continue
        faults = [(package, fault) for package in packages for fault in package.get("vulns", ())]
        for package, fault in faults:
            fixed = ", ".join(fault.get("fix_versions", ())) or "no version yet"
            print(f"{lock}: {package['name']} {package['version']}: {fault['id']}, mended in {fixed}")
        print(f"{lock}: {len(packages)} packages, {len(faults)} known vulnerabilities")
        found += len(faults)
    return int(found > 0)


if __name__ == "__main__":
    raise SystemExit(main())
