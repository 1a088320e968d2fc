#!/usr/bin/env python3
"""The reference matcher (stix2-matcher) on the same cases as patternbench: checks per second of processor time.

    reference.py CASES ROUNDS      needs `pip install stix2-matcher`
"""
import json
import sys
import time

from stix2matcher.matcher import Pattern


def main():
    cases = []
    for line in open(sys.argv[1], encoding="utf-8"):
        case = json.loads(line)
        if "matches" in case:
            cases.append((Pattern(case["pattern"], "2.0"), case["observations"]))
    checks = 0
    began = time.process_time()
    for _ in range(int(sys.argv[2])):
        for pattern, observations in cases:
            pattern.match(observations)
            checks += 1
    print(json.dumps({"cases": len(cases), "checks": checks, "cpu_seconds": round(time.process_time() - began, 3)}))


main()
