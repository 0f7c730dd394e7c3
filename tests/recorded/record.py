"""Run all the cases and write recorded.json; or, with arguments, only those whose names contain one of them;
the argument "missing" is for those that recorded.json lacks.

``PYTHONPATH=. python tests/recorded/record.py``; what is written is what the code of this working tree does.
"""

import json
import sys
import time
from pathlib import Path

FILE = Path(__file__).with_name("recorded.json")


def read():
    """Room -> name of a case -> its result."""
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def write(recorded):
    """What was recorded, a case on each line."""
    lines = [
        f" {json.dumps(room)}: {{\n"
        + ",\n".join(f"  {json.dumps(name)}: {json.dumps(result)}" for name, result in found.items())
        + "\n }"
        for room, found in recorded.items()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main(wanted):
    """Record; what was finished is kept every few seconds."""
    from recorded.cases import ROOMS

    before, recorded, kept = read(), {}, time.monotonic()
    for room, cases in ROOMS.items():
        recorded[room] = {
            name: before[room][name] for name in cases() if wanted and name in before.get(room, {})
        }
    for room, cases in ROOMS.items():
        for name, case in cases().items():
            is_missing = "missing" in wanted and name not in recorded[room]
            if wanted and not is_missing and not any(word in f"{room}/{name}" for word in wanted):
                continue
            start = time.process_time()
            recorded[room][name] = json.loads(json.dumps(case()))
            taken = time.process_time() - start
            if taken > 1:
                print(f"{taken:6.1f} s  {room}/{name}", flush=True)
            if time.monotonic() > kept + 10:
                write(recorded)
                kept = time.monotonic()
    write(recorded)
    print(f"{sum(map(len, recorded.values()))} cases, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    import conftest  # noqa: F401  (the folder as a package)

    main(sys.argv[1:])
