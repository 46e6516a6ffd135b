"""Runs the conformance suites named on the command line, or all of them and then the proof that every operation of the covered services
was tried by both clients.

A suite is a file `NAME_suite.py` beside this one; its functions `test_…` run in the order of the file. A suite that says `COVERS = "service"`
promises to try every operation that the sandbox lists for that service.
"""

import importlib
import os
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import harness

covered = set()


def run(name):
    module = importlib.import_module(name)
    covered.update({module.COVERS} if hasattr(module, "COVERS") else set())
    failed = 0
    for title, test in list(vars(module).items()):
        if not title.startswith("test_") or not callable(test):
            continue
        start = time.monotonic()
        try:
            test()
            print(f"ok   {name}.{title} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL {name}.{title}", flush=True)
            traceback.print_exc(file=sys.stdout)
    return failed


def untried():
    listed = [tuple(line.split()) for line in os.environ["OUTCROP_OPERATIONS"].splitlines() if line.strip()]
    wanted = {(client, service, operation) for service, operation in listed if service in covered for client in ("boto3", "cli")}
    return sorted(wanted - harness.tried)


def main():
    here = pathlib.Path(__file__).parent
    names = [f"{n}_suite" for n in sys.argv[1:]] or sorted(p.stem for p in here.glob("*_suite.py"))
    failed = sum(run(name) for name in names)
    if not sys.argv[1:]:
        missing = untried()
        print(f"{len(harness.tried)} pairs of client and operation tried, {len(missing)} missing")
        for client, service, operation in missing:
            print(f"FAIL untried: {service} {operation} by {client}")
        failed += len(missing)
    sys.exit(1 if failed else 0)


main()
