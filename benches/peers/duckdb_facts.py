"""The facts of a quarter in DuckDB. The work is in `duckdb_facts.sql`; this sets its variables and small tables."""

from pathlib import Path

import duckdb

import common

SQL = Path(__file__).with_suffix(".sql")


def main() -> None:
    s = common.settings(__doc__)
    # No figure depends on the order of rows.
    con = duckdb.connect(config={"preserve_insertion_order": False})
    following, year = s.quarters(1, 1)[0], s.quarters(-3, 0)[0]
    variables = {
        "as_of": s.as_of,
        "label": s.label,
        "quarter_start": s.start,
        "quarter_end": s.end,
        "eve": s.eve,
        "horizon": s.horizon,
        "is_running": s.is_running,
        "year_start": year[2],
        "next_label": following[1],
        "next_start": following[2],
        "next_end": following[3],
        "quarter": s.quarter,
        "last_rank": len(s.open_stages),
        "qualified_rank": s.qualified_rank,
        "quote_rank": s.ranks.get(s.quote_stage),
        "categories": s.categories,
        "meaningful": s.meaningful,
        "discovery": s.discovery,
        "healthy": s.healthy,
        "ramp_share": s.ramp_share,
        "months": s.months,
    } | {table: s.csv(table) for table in common.TABLES}
    for name, value in variables.items():
        con.execute(f"SET VARIABLE {name} = $1", [value])
    stages = [(x, s.ranks.get(x), x in s.won_stages, x in s.lost_stages) for x in [*s.ranks, *s.lost_stages]]
    con.execute("CREATE TEMP TABLE stages (stage VARCHAR, rank INTEGER, is_won BOOLEAN, is_lost BOOLEAN)")
    con.executemany("INSERT INTO stages VALUES (?, ?, ?, ?)", stages)
    con.execute("CREATE TEMP TABLE quarters (quarter INTEGER, period VARCHAR, first DATE, last DATE)")
    con.executemany("INSERT INTO quarters VALUES (?, ?, ?, ?)", s.quarters(-12, 1))
    # The day before the quarter is week 0.
    con.execute("CREATE TEMP TABLE weeks (week INTEGER, day DATE)")
    con.executemany("INSERT INTO weeks VALUES (?, ?)", [(0, s.eve), *s.weeks()])
    con.execute("CREATE TEMP TABLE iso_weeks (first DATE, last DATE)")
    con.executemany("INSERT INTO iso_weeks VALUES (?, ?)", s.iso_weeks())
    con.execute(SQL.read_text(encoding="utf-8"))
    common.write(s.out, con.execute("SELECT metric, subject, dimension, value FROM facts WHERE value IS NOT NULL").fetchall())


if __name__ == "__main__":
    main()
