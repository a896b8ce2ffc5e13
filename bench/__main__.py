"""Run every benchmark in turn: ``python -m bench [DATA]``, by default ``../shared/data``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

here = Path(__file__).parent
failed = []
for script in sorted(here.glob("bench_*.py")):
    print(f"\n== {script.stem}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{script.stem}", *sys.argv[1:]], check=False
    )
    if done.returncode:
        failed.append(script.stem)
if failed:
    print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
sys.exit(bool(failed))
