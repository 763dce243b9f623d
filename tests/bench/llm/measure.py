"""Runs a command, and prints seconds, processor seconds, peak memory in KiB, exit status, and its output's last line.

	python3 measure.py COMMAND [ARG...]
"""
import os
import subprocess
import sys
import time

before = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
last = b""
for last in child.stdout:
    pass
_, status, used = os.wait4(child.pid, 0)
wall = time.monotonic() - before
print(f"{wall:.4f} {used.ru_utime + used.ru_stime:.4f} {used.ru_maxrss} {os.waitstatus_to_exitcode(status)}",
      last.decode("utf-8", "replace").strip()[:200])
