#!/usr/bin/env python3
"""Are two results of parytet the same, whoever counted? `compare.py ONE.json OTHER.json`

Everything must be equal: keys, lengths, words and whole numbers exactly, other numbers to 1e-12 of their size, or to 1e-11
where they are differences of larger ones. Left out is what names the source: the name of each input, and the path of the spec. Ends with 0 when they are the same, with 1 when
not (the first differences are listed), with 2 when a file can't be read.
"""

import json
import math
import sys

TOLERANCE = 1e-12
# A gap of two sums that agree to twelve digits has lost those that cancel.
DIFFERENCE = 1e-11
SOURCE = {("audit", "spec")}
INPUT = {"role", "rows"}


def differences(one, other, path=()):
    """Yields the place and the two values of every difference."""
    if path in SOURCE:
        return
    # Whole numbers may be written 3 or 3.0; a truth value is not a number.
    numbers = [isinstance(value, (int, float)) and not isinstance(value, bool) for value in (one, other)]
    if all(numbers):
        whole = all(isinstance(value, int) or value.is_integer() for value in (one, other))
        if one != other and (whole or not math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=DIFFERENCE)):
            yield path, one, other
    elif isinstance(one, dict) and isinstance(other, dict):
        keys = one.keys() | other.keys()
        if path[:1] == ("inputs",):
            keys &= INPUT
        for key in sorted(keys):
            if key in one and key in other:
                yield from differences(one[key], other[key], (*path, key))
            else:
                yield (*path, key), one.get(key, "(no such key)"), other.get(key, "(no such key)")
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            yield (*path, "length"), len(one), len(other)
        for index, pair in enumerate(zip(one, other)):
            yield from differences(*pair, (*path, index))
    elif type(one) is not type(other) or one != other:
        yield path, one, other


def main(files):
    try:
        one, other = (json.loads(open(file, encoding="utf-8").read()) for file in files)
    except (OSError, ValueError) as fault:
        print(f"can't be compared: {fault}")
        return 2
    found = list(differences(one, other))
    for path, mine, theirs in found[:5]:
        print(f"{'.'.join(map(str, path))}: {mine!r} and {theirs!r}")
    if found:
        print(f"{len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
