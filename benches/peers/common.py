"""What the three scripts share: arguments, the configuration, the fiscal calendar, and the file of facts.

Nothing here reads an export or computes a figure; that is what the scripts are compared in.
"""

import argparse
import json
import tomllib
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

DAY = timedelta(days=1)
TABLES = ("opportunities", "stage_history", "activities", "quotas", "reps", "coaching", "quotes", "forecasts")


@dataclass
class Calendar:
    """Fiscal quarters, numbered in one row so that the next one is one more."""

    first_month: int

    def number(self, day: date) -> int:
        return (day.year * 12 + day.month - self.first_month) // 3

    def start(self, number: int) -> date:
        year, month = divmod(number * 3 + self.first_month - 1, 12)
        return date(year, month + 1, 1)

    def end(self, number: int) -> date:
        return self.start(number + 1) - DAY

    def label(self, number: int) -> str:
        """A fiscal year is named for the calendar year in which it ends."""
        year, quarter = divmod(number, 4)
        return f"{year + (self.first_month > 1)}-Q{quarter + 1}"

    def parse(self, label: str) -> int:
        year, quarter = label.split("-Q")
        return (int(year) - (self.first_month > 1)) * 4 + int(quarter) - 1


@dataclass
class Settings:
    data: Path
    out: Path
    as_of: date
    calendar: Calendar
    # The number of the fiscal quarter, its label, its first and last day, and the last day of it that is known.
    quarter: int
    label: str
    start: date
    end: date
    horizon: date
    # Open stages in order; won ranks after the last of them.
    open_stages: list[str]
    won_stages: list[str]
    lost_stages: list[str]
    qualified_rank: int
    quote_stage: str | None
    categories: list[str]
    meaningful: list[str]
    discovery: list[str]
    healthy: float
    ramp_share: float
    ranks: dict[str, int] = field(init=False)

    def __post_init__(self):
        self.ranks = {stage: rank for rank, stage in enumerate(self.open_stages, 1)}
        self.ranks |= {stage: len(self.open_stages) + 1 for stage in self.won_stages}

    @property
    def is_running(self) -> bool:
        return self.as_of < self.end

    @property
    def eve(self) -> date:
        """The day before the quarter, on which forecasts and the waterfall begin."""
        return self.start - DAY

    def weeks(self) -> list[tuple[int, date]]:
        """The thirteen days on which a quarter's forecast is looked at again."""
        return [(week, min(self.start + (7 * week - 1) * DAY, self.end)) for week in range(1, 14)]

    def iso_weeks(self) -> list[tuple[date, date]]:
        """First and last day of the weeks, Monday to Sunday, that the quarter touches; the last ends with what is known."""
        monday = self.start - self.start.weekday() * DAY
        weeks = range((self.horizon - monday).days // 7 + 1)
        return [(monday + 7 * week * DAY, min(monday + (7 * week + 6) * DAY, self.horizon)) for week in weeks]

    @property
    def months(self) -> float:
        """Calendar months of the quarter so far; of a running one its share of days."""
        days = [self.start + day * DAY for day in range((self.horizon - self.start).days + 1)]
        return sum(1 / monthrange(day.year, day.month)[1] for day in days)

    def quarters(self, first: int, last: int) -> list[tuple[int, str, date, date]]:
        """Number, label, first and last day of the quarters so far from this one, both bounds included."""
        numbers = range(self.quarter + first, self.quarter + last + 1)
        return [(n, self.calendar.label(n), self.calendar.start(n), self.calendar.end(n)) for n in numbers]

    def csv(self, table: str) -> str:
        return str(self.data / f"{table}.csv")


def settings(description: str) -> Settings:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("data", type=Path, help="the folder of the exports and of quarterdeck.toml")
    parser.add_argument("period", help="a fiscal quarter, such as 2027-Q3")
    parser.add_argument("out", type=Path, help="the file of facts to write")
    parser.add_argument("--as-of", type=date.fromisoformat, required=True, help="the day of the exports")
    args = parser.parse_args()
    config = tomllib.loads((args.data / "quarterdeck.toml").read_text(encoding="utf-8"))
    stages, activities = config["stages"], config.get("activities", {})
    calendar = Calendar(config.get("calendar", {}).get("fiscal_year_start_month", 1))
    quarter = calendar.parse(args.period)
    return Settings(
        data=args.data,
        out=args.out,
        as_of=args.as_of,
        calendar=calendar,
        quarter=quarter,
        label=args.period,
        start=calendar.start(quarter),
        end=calendar.end(quarter),
        horizon=min(calendar.end(quarter), args.as_of),
        open_stages=stages["open"],
        won_stages=stages.get("won", ["Closed Won"]),
        lost_stages=stages.get("lost", ["Closed Lost"]) + stages.get("no_decision", []),
        qualified_rank=stages["open"].index(stages.get("qualified_from", stages["open"][0])) + 1,
        quote_stage=stages.get("quote"),
        categories=config.get("forecast", {}).get("categories", ["Commit"]),
        meaningful=activities.get("meaningful", ["meeting", "demo", "discovery", "call:connected"]),
        discovery=activities.get("discovery", ["discovery"]),
        healthy=config.get("thresholds", {}).get("coverage_healthy", 3.0),
        ramp_share=config.get("ramp", {}).get("share", 0.75),
    )


def write(path: Path, facts: list[tuple]) -> None:
    """Writes (metric, subject, dimension, value); money in units of the currency, an absent value is no row."""
    names = ("metric", "subject", "dimension", "value")
    path.write_text(json.dumps([dict(zip(names, fact)) for fact in facts], ensure_ascii=False), encoding="utf-8")
