"""The bench itself works: it starts, measures, reports and leaves nothing behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from launch.datadir import ROOT
from tests.bench import report
from tests.bench.budgets import BUDGETS

pytestmark = pytest.mark.bench


def test_a_ratio_is_judged_against_the_floor_of_the_same_run():
    ack = BUDGETS["A.ack_ms"]

    assert ack.verdict(value=7.9, floor=4.0) == "then"
    assert ack.verdict(value=11.0, floor=4.0) == "must"
    assert ack.verdict(value=12.1, floor=4.0) == "MISSED"
    assert ack.verdict(value=12.1, floor=None) == "-"


def test_more_is_better_where_things_are_counted_per_second():
    deliveries = BUDGETS["B.per_s"]

    assert deliveries.verdict(value=31_000, floor=None) == "then"
    assert deliveries.verdict(value=15_999, floor=None) == "MISSED"


def test_a_figure_worse_than_the_baseline_by_a_fifth_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "BASELINE", tmp_path / "baseline.json")
    report.keep_baseline(report.rows_of({"A.cpu_ms": 5.0, "D.cpu_ms": 2.0}, {}))

    later = report.rows_of({"A.cpu_ms": 5.9, "D.cpu_ms": 2.5}, {})

    assert report.worse(later) == ["D.cpu_ms: 2.5 was 2"]


@pytest.mark.timeout(300)
def test_people_sign_in_by_every_way_at_the_same_number_of_queries():
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.signin", "--people", "130", "--sign-ins", "12"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["people"], line["way"], line["sign_ins"]) for line in lines] == [
        *((100, way, 4) for way in ("password", "saml", "oidc")),
        *((130, way, 4) for way in ("password", "saml", "oidc")),
        (130, "password, argon2", 20),
        (130, "all", 12),
    ]


@pytest.mark.timeout(300)
def test_a_quick_run_measures_messages_and_leaves_nothing_running(tmp_path: Path):
    result = tmp_path / "result.json"
    folder = ROOT / "var" / "bench-smoke"

    options = ["--data-dir", str(folder), "--json", str(result), "--limit", "240"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "A", "D", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(result.read_text())["figures"]
    assert set(figures) == {"A.ack_ms", "A.seen_ms", "A.cpu_ms", "D.cpu_ms", "D.ms"}
    assert all(figures[key]["measured"] > 0 for key in ("A.ack_ms", "A.seen_ms", "D.ms"))
    assert not (folder / "run" / "servers.json").exists()
