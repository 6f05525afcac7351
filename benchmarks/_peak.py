"""Run a command and print the peak memory of its largest process."""

import resource
import subprocess
import sys

code = subprocess.run(sys.argv[1:], check=False).returncode
print(f"peak_kb={resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}", file=sys.stderr)
sys.exit(code)
