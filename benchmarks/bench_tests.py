"""The tests: the last run of `make test` or `make test-all`, and its ten slowest with what they wait for."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.measure import Result

#: Where the Makefile has pytest write what each test took.
TIMES = Path(__file__).resolve().parents[1] / ".pytest_cache" / "times.xml"
SLOWEST = 10


def main() -> list[Result]:
    """Read what the last run took; a fixture is counted to the test that asks for it first."""
    if not TIMES.is_file():
        sys.exit("no run of the tests to tell of: make test-all")
    suite = next(ElementTree.parse(TIMES).iter("testsuite"))
    cases = [
        (
            float(case.attrib["time"]),
            f"{case.attrib['classname'].removeprefix('tests.')}: {case.attrib['name']}",
        )
        for case in suite.iter("testcase")
    ]
    summed = sum(seconds for seconds, _ in cases)
    return [
        Result(f"all {len(cases):,} tests, side by side", [float(suite.attrib["time"])]),
        *(
            Result(name.replace("|", "/"), [seconds], note=f"{seconds / summed:.1%} of all")
            for seconds, name in sorted(cases, reverse=True)[:SLOWEST]
        ),
    ]


if __name__ == "__main__":
    for row in main():
        print(f"{row.name}: {row.median:.3g} s {row.note}")
