"""Runs quarterdeck and its three peers on one folder of exports, side by side: their facts must agree, and what they
cost is printed as ratios. Exits with 1 where a fact differs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = ("DuckDB", "pandas", "polars")
# Money that agrees to less than this is the same whole minor unit; everything else agrees to a billionth.
MONEY, OTHER = 1e-5, 1e-9


def measured(command: list[str], stdout: Path) -> tuple[float, float, int]:
    """Wall seconds, processor seconds and peak memory (as the system counts it) of a command that must succeed."""
    with open(stdout, "wb") as out:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}; nothing is compared")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def own_facts(path: Path) -> dict[tuple, tuple[float, str]]:
    """The facts of quarterdeck that have a value, with their units."""
    facts = {}
    for fact in json.loads(path.read_text(encoding="utf-8")):
        subject = "team" if fact["scope"] == "team" else f"{fact['scope']} {fact['subject']}"
        dimension = f"{fact['by']}={fact['key']}" if fact["by"] else None
        if fact["value"] is not None:
            facts[fact["metric"], subject, dimension] = (fact["value"], fact["unit"])
    return facts


def peer_facts(path: Path) -> dict[tuple, float]:
    facts = {}
    for fact in json.loads(path.read_text(encoding="utf-8")):
        key = fact["metric"], fact["subject"], fact["dimension"]
        if key in facts:
            sys.exit(f"{path}: {key} is there twice")
        facts[key] = fact["value"]
    return facts


def is_same(own: tuple[float, str], peer: float) -> bool:
    value, unit = own
    if unit.startswith("money"):
        return abs(value - peer) < MONEY
    return abs(value - peer) <= OTHER * max(1, abs(value))


def differences(own: dict, peer: dict) -> list[str]:
    """One line for each fact that is not the same on both sides."""
    lines = []
    for key in sorted(own.keys() | peer.keys(), key=str):
        if key not in own or key not in peer or not is_same(own[key], peer[key]):
            mine = own[key][0] if key in own else "absent"
            lines.append(f"{key[0]}, {key[1]}, {key[2] or 'whole'}: quarterdeck {mine}, peer {peer.get(key, 'absent')}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a folder written by the example `generate`")
    parser.add_argument("--quarterdeck", default="quarterdeck", help="the binary [default: the one on the path]")
    parser.add_argument("--runs", type=int, default=3, help="how often each is run; the least counts [default: 3]")
    parser.add_argument("--period", default="2027-Q3", help="a fiscal quarter [default: 2027-Q3]")
    parser.add_argument("--as-of", default="2026-11-16", help="the day of the exports [default: 2026-11-16]")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        quarterdeck = [args.quarterdeck, "--config", str(args.data / "quarterdeck.toml"), "--quiet"]
        commands = {
            "metrics": [*quarterdeck, "metrics", "--period", args.period, "--as-of", args.as_of, "--format", "json"],
            "qbr": [*quarterdeck, "qbr", "--quarter", args.period, "--as-of", args.as_of, "--out", str(work / "reports")],
        }
        for peer in PEERS:
            script = HERE / f"{peer.lower()}_facts.py"
            commands[peer] = [
                sys.executable,
                str(script),
                str(args.data),
                args.period,
                str(work / f"{peer}.json"),
                "--as-of",
                args.as_of,
            ]

        # One after the other within each round, so that a slow minute of the machine is slow for all.
        costs = {name: [] for name in commands}
        for _ in range(args.runs):
            for name, command in commands.items():
                costs[name].append(measured(command, work / f"{name}.out"))
        mine = own_facts(work / "metrics.out")
        theirs = {peer: peer_facts(work / f"{peer}.json") for peer in PEERS}

    failed = False
    for peer, facts in theirs.items():
        lines = differences(mine, facts)
        failed |= bool(lines)
        print(f"{peer}: {len(facts)} facts of {len({metric for metric, _, _ in facts})} metrics, {len(lines)} differ")
        print("".join(f"  {line}\n" for line in lines[:40]), end="")
        if len(lines) > 40:
            print(f"  and {len(lines) - 40} more")

    least = {name: [min(column) for column in zip(*runs)] for name, runs in costs.items()}
    print(f"\n| quarterdeck / peer, least of {args.runs} | wall time | processor time | peak memory |")
    print("| --- | ---: | ---: | ---: |")
    for command in ("metrics", "qbr"):
        for peer in PEERS:
            ratios = [f"{cost / of_peer:.2f}" for cost, of_peer in zip(least[command], least[peer])]
            print(f"| `{command}` / {peer} | {' | '.join(ratios)} |")
    sys.exit(failed)


if __name__ == "__main__":
    main()
