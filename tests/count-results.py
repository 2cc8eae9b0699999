#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the cases in meson's JSON test logs, names those that failed and closes with "N passed, N failed"."""
import json
import re
import sys

CASE = re.compile(r'^(ok|not ok) \d+(?: -)? ?([^#\n]*)(?:# *(\w+)[^\n]*)?', re.MULTILINE)


def cases(test):
    """(name, passed) of every case of one test program; a program that speaks no TAP is one case."""
    found = []
    for verdict, name, remark in CASE.findall(test.get('stdout') or ''):
        skipped = remark.upper() == 'SKIP'
        found.append((name.strip() + (' (skipped)' if skipped else ''), verdict == 'ok' and not skipped))
    if test['result'] == 'OK':
        return found or [('', True)]
    if all(passed for _, passed in found):  # crashed, hung or leaked after its last case
        found.append((f"({test['result']}, status {test['returncode']})", False))
    return found


def main(paths):
    passed, failures = 0, []
    for path in paths:
        try:
            with open(path, encoding='utf-8') as log:
                tests = [json.loads(line) for line in log]
        except OSError:
            failures.append(f'{path}: the build failed, so its tests did not run')
            continue
        build = path.split('/')[-3]
        for test in tests:
            for name, ok in cases(test):
                if ok:
                    passed += 1
                else:
                    failures.append(f"{build}: {test['name'].split(' / ')[-1]} {name}")
    for failure in failures:
        print('FAILED', failure)
    print(f'{passed} passed, {len(failures)} failed', flush=True)
    return 1 if failures or not passed else 0


sys.exit(main(sys.argv[1:]))
