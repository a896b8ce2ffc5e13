"""``python -m torch.distributed.run --options script.py arguments``: one process, no rendezvous."""

import runpy
import sys

script = next(n for n, text in enumerate(sys.argv) if text.endswith(".py") and n > 0)
sys.argv = sys.argv[script:]
runpy.run_path(sys.argv[0], run_name="__main__")
