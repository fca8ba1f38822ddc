"""The facts of a quarter in polars: lazy plans over the exports, then one lazy plan for each family of figures.

Money is in whole minor units (Int64) until it is written. Every table has a column `subject`, the rep it belongs to;
`team` stands for all of them.
"""

import polars as pl
from polars import col, lit, when

import common

MONEY = pl.Decimal(18, 2)


def ratio(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Absent where the denominator is 0."""
    return when(denominator != 0).then(numerator / denominator)


def per_subject(frame: pl.LazyFrame, by: tuple[str, ...] = (), **figures: pl.Expr) -> pl.LazyFrame:
    """Aggregates of the team and of each rep."""
    team = frame.with_columns(subject=lit("team")).group_by("subject", *by).agg(**figures)
    return pl.concat([team, frame.group_by("subject", *by).agg(**figures)])


def main() -> None:
    s = common.settings(__doc__)
    families: list[pl.LazyFrame] = []

    def put(frame: pl.LazyFrame, dimension: str | None = None, **metrics: pl.Expr) -> None:
        """Each metric becomes facts by subject; of a dimension, the column of its name holds the key. Null is no fact."""
        key = lit(None, pl.String) if dimension is None else lit(dimension + "=") + col(dimension).cast(pl.String)
        values = [value.cast(pl.Float64).alias(metric) for metric, value in metrics.items()]
        facts = frame.select("subject", key.alias("dimension"), *values).unpivot(
            index=["subject", "dimension"], variable_name="metric"
        )
        families.append(facts.select("metric", "subject", "dimension", "value").drop_nulls("value"))

    def read(table: str, **types: pl.DataType) -> pl.LazyFrame:
        return pl.scan_csv(s.csv(table), try_parse_dates=True, schema_overrides=types)

    def in_quarter(day: str) -> pl.Expr:
        return col(day).is_between(s.start, s.horizon)

    def rep(column: str) -> pl.Expr:
        return lit("rep ") + col(column)

    cents = (col("amount") * 100).cast(pl.Int64)
    quarters = pl.LazyFrame(s.quarters(-12, 1), schema=["quarter", "period", "first", "last"], orient="row")
    year_start = s.quarters(-3, 0)[0][2]
    ranks = range(1, len(s.open_stages) + 1)

    # ------------------------------------------------------------ The tables

    history = (
        read("stage_history", amount=MONEY, probability=pl.Decimal(9, 4))
        .select(
            "changed_at",
            "close_date",
            id="opportunity_id",
            day=col("changed_at").dt.date(),
            rank=col("stage").replace_strict(s.ranks, default=None, return_dtype=pl.Int32),
            is_lost=col("stage").is_in(s.lost_stages),
            amount=cents,
            is_predicted=col("forecast_category").is_in(s.categories),
            probability=(col("probability") * 10000).cast(pl.Int64),
        )
        .sort("id", "changed_at")
        .with_columns(
            was_lost=col("is_lost").shift(1, fill_value=False).over("id"),
            next_day=col("day").shift(-1).over("id"),
            amount_then=col("amount").forward_fill().over("id"),
        )
    )
    journeys = history.group_by("id").agg(
        into_lost_on=col("day").filter(col("is_lost") & ~col("was_lost")).max(),
        first_amount=col("amount").drop_nulls().first(),
        **{f"seen_{rank}": col("day").filter(col("rank") == rank).min() for rank in ranks},
    )
    # The won closed on their close date; the lost on their last change into a lost stage, since the close dates of
    # dead deals are stale.
    opportunities = (
        read("opportunities", amount=MONEY, created_date=pl.Date, close_date=pl.Date, next_step_date=pl.Date)
        .select(
            "id",
            "owner",
            "created_date",
            "close_date",
            "competitor",
            "reason",
            "product",
            "segment",
            "source",
            "type",
            "next_step_date",
            subject=rep("owner"),
            amount=cents,
            is_won=col("stage").is_in(s.won_stages),
            is_lost=col("stage").is_in(s.lost_stages),
        )
        .join(journeys, on="id", how="left")
        .with_columns(
            closed_on=when("is_won")
            .then("close_date")
            .when("is_lost")
            .then(pl.coalesce("into_lost_on", pl.min_horizontal("close_date", lit(s.as_of))))
        )
    )
    activities = (
        read("activities")
        .filter(in_quarter("date") & col("status").str.to_lowercase().is_in(["completed", "done", "held"]))
        .select("type", subject=rep("owner"), kind=col("type").str.to_lowercase(), outcome=col("outcome").str.to_lowercase())
    )
    people = read("reps", hire_date=pl.Date, end_date=pl.Date, manager=pl.String, end_type=pl.String)
    sessions = read("coaching", rep=pl.String, focus=pl.String, feedback=pl.String, next_step=pl.String, score=pl.Float64)
    tables = pl.collect_all([history, opportunities, activities, people, sessions])
    history, opportunities, activities, people, sessions = (table.lazy() for table in tables)

    # The state of an opportunity at the end of each day on which it changed. An amount left empty keeps its value, and
    # the first known one holds since creation.
    states = (
        history.filter(col("next_day").ne_missing(col("day")))
        .drop("amount", "was_lost", "changed_at")
        .join(opportunities.select("id", "subject", "created_date", "closed_on", "first_amount"), on="id", maintain_order="left")
        .select(
            "id",
            "subject",
            "rank",
            "is_lost",
            "close_date",
            "is_predicted",
            "probability",
            "closed_on",
            amount=pl.coalesce("amount_then", "first_amount"),
            from_day="day",
            to_day=col("next_day").fill_null(pl.date(9999, 12, 31)),
            open_until=pl.min_horizontal(col("next_day").fill_null(pl.date(9999, 12, 31)), "closed_on"),
            was_lost=col("is_lost").shift(1, fill_value=False).over("id"),
            close_date_before=col("close_date").shift(1).over("id"),
        )
        .collect()
        .lazy()
    )
    # An opportunity is open in a state from `from_day` to the day before `open_until`.
    open_states = states.filter(~col("is_lost") & (col("from_day") < col("open_until")))
    pipeline = open_states.filter((col("from_day") <= s.horizon) & (col("open_until") > s.horizon))
    decided = opportunities.filter(in_quarter("closed_on"))

    # Everybody in the list is measured but managers without a deal of their own.
    def is_here(day) -> pl.Expr:
        return (col("hire_date").is_null() | (col("hire_date") <= day)) & (col("end_date").is_null() | (col("end_date") > day))

    owners = opportunities.select(name="owner").unique().with_columns(has_deals=True)
    reps = (
        people.join(owners, on="name", how="left")
        .filter((col("role") != "manager") | col("has_deals"))
        .select(
            "hire_date",
            "end_date",
            "end_type",
            "manager",
            subject=rep("name"),
            was_here=is_here(s.start),
            is_here=is_here(s.horizon),
        )
    )
    team = pl.LazyFrame({"subject": ["team"]})
    subjects = pl.concat([team, reps.select("subject")])

    quotas = (
        read("quotas", amount=MONEY)
        .select("period", subject=rep("rep"), amount=cents)
        .join(quarters, on="period")
        .join(reps, on="subject", how="semi")
    )

    # ------------------------------------------------------------ Activities

    done = activities.join(reps, on="subject", how="semi")
    is_talk = col("kind").is_in(s.meaningful) | (col("kind") + ":" + col("outcome")).is_in(s.meaningful)
    counted = per_subject(
        done, activities=pl.len(), conversations=is_talk.sum(), discoveries=col("kind").is_in(s.discovery).sum()
    )
    counted = subjects.join(counted, on="subject", how="left").fill_null(0)
    put(counted, activities=col("activities"), conversations=col("conversations"), discoveries=col("discoveries"))
    heads = reps.select(was=col("was_here").sum(), now=col("is_here").sum())
    put(
        counted.filter(col("subject") == "team").join(heads, how="cross"), activities_per_rep=ratio(col("activities"), col("now"))
    )
    put(
        per_subject(done.drop_nulls("type").rename({"type": "activity_type"}), n=pl.len(), by=("activity_type",)),
        "activity_type",
        activities=col("n"),
    )

    # ------------------------------------------------------------ Pipeline, results and what both make together

    _, _, next_start, next_end = s.quarters(1, 1)[0]
    figures = per_subject(
        pipeline.filter(col("rank") >= s.qualified_rank),
        count=pl.len(),
        value=col("amount").sum(),
        weighted=(col("amount") * col("probability") / 10000).round(0, mode="half_to_even").sum(),
        due=col("amount").filter(col("close_date").is_between(s.horizon, s.end)).sum(),
        due_next=col("amount").filter(col("close_date").is_between(next_start, next_end)).sum(),
    )
    cycle = (col("closed_on") - col("created_date")).dt.total_days()
    won_amount = col("amount").filter("is_won")
    closed = per_subject(
        decided,
        won=col("is_won").sum(),
        lost=col("is_lost").sum(),
        bookings=won_amount.sum(),
        lost_amount=col("amount").filter("is_lost").sum(),
        size_mean=won_amount.mean(),
        size_median=won_amount.median(),
        cycle_mean=cycle.filter("is_won").mean(),
        cycle_median=cycle.filter("is_won").median(),
        cycle_p90=cycle.filter("is_won").quantile(0.9, interpolation="linear"),
        lost_cycle=cycle.filter("is_lost").median(),
    )
    year = opportunities.filter(col("closed_on").is_between(year_start, s.horizon))
    year = per_subject(year, year_won=won_amount.sum(), year_decided=col("amount").sum())
    created = per_subject(
        opportunities.filter(in_quarter("created_date")), created=pl.len(), created_amount=col("first_amount").sum()
    )
    targets = per_subject(
        quotas.filter(col("quarter").is_in([s.quarter, s.quarter + 1])),
        target=when((col("quarter") == s.quarter).any()).then(col("amount").filter(col("quarter") == s.quarter).sum()),
        next_target=when((col("quarter") == s.quarter + 1).any()).then(
            col("amount").filter(col("quarter") == s.quarter + 1).sum()
        ),
    )
    results = subjects
    for part in (figures, closed, year, created, targets):
        results = results.join(part, on="subject", how="left")
    zero = [
        "count",
        "value",
        "weighted",
        "due",
        "due_next",
        "won",
        "lost",
        "bookings",
        "lost_amount",
        "created",
        "created_amount",
    ]
    results = results.with_columns(col(zero).fill_null(0)).collect().lazy()
    win_rate = ratio(col("won"), col("won") + col("lost"))
    remaining = col("target") - col("bookings")
    needed = col("next_target") * ratio(col("year_decided"), col("year_won")) - col("due_next")
    put(
        results,
        pipeline_count=col("count"),
        pipeline_value=col("value") / 100,
        weighted_pipeline=col("weighted") / 100,
        target=col("target") / 100,
        coverage_ratio=ratio(col("value"), col("target")),
        coverage_gap=(s.healthy * col("target") - col("value")).clip(lower_bound=0) / 100,
        coverage_remaining=when(remaining > 0).then(col("due") / remaining),
        pipeline_needed=needed.clip(lower_bound=0) / 100,
        new_opportunities=col("created"),
        new_opportunities_value=col("created_amount") / 100,
        win_rate=win_rate,
        win_rate_value=ratio(col("bookings"), col("bookings") + col("lost_amount")),
        losses=col("lost"),
        bookings=col("bookings") / 100,
        attainment=ratio(col("bookings"), col("target")),
        deal_size_mean=col("size_mean") / 100,
        deal_size_median=col("size_median") / 100,
        cycle_days_mean=col("cycle_mean"),
        cycle_days_median=col("cycle_median"),
        cycle_days_p90=col("cycle_p90"),
        lost_cycle_days_median=col("lost_cycle"),
        sales_velocity=ratio(col("count") * win_rate * col("size_mean") / 100, col("cycle_mean")),
    )

    # What it took in the four quarters before.
    past = quarters.filter(col("quarter").is_between(s.quarter - 4, s.quarter - 1))
    openings = open_states.filter(col("rank") >= s.qualified_rank).join_where(
        past, col("from_day") < col("first"), col("open_until") >= col("first")
    )
    openings = per_subject(openings, opening=col("amount").sum(), by=("quarter",))
    wins = opportunities.filter("is_won").join_where(past, col("closed_on") >= col("first"), col("closed_on") <= col("last"))
    wins = per_subject(wins, bookings=col("amount").sum(), by=("quarter",))
    yields = (
        openings.filter(col("opening") > 0)
        .join(wins, on=["subject", "quarter"], how="left")
        .with_columns(col("bookings").fill_null(0))
    )
    yields = yields.group_by("subject").agg(n=pl.len(), median=(col("bookings") / col("opening")).median())
    put(yields.filter(col("n") >= 2), coverage_required=ratio(lit(1), col("median")))

    # ------------------------------------------------------------ Win rates by dimension, and losses by reason

    for dimension in ("competitor", "reason", "product", "segment", "source", "type"):
        keyed = decided.select("subject", "is_won", "is_lost", dimension).drop_nulls(dimension)
        if dimension == "competitor":
            keyed = keyed.with_columns(col(dimension).str.split(";")).explode(dimension)
        counted = per_subject(keyed, rate=col("is_won").mean(), lost=col("is_lost").sum(), by=(dimension,))
        put(counted, dimension, win_rate=col("rate"))
        if dimension == "reason":
            put(counted.filter(col("lost") > 0), dimension, losses=col("lost"))

    # ------------------------------------------------------------ Stages

    # When each opportunity entered each open stage: the first day on which it stood there or further on. A won one has
    # entered them all by the day it closed.
    won_on = when("is_won").then("closed_on")
    passages = []
    for rank in ranks:
        entered_on = pl.min_horizontal(*[f"seen_{r}" for r in ranks if r >= rank], won_on)
        further = [f"seen_{r}" for r in ranks if r > rank]
        advanced_on = pl.min_horizontal(*further, won_on) if further else won_on
        passage = opportunities.select(
            "subject",
            "is_lost",
            "closed_on",
            stage=lit(s.open_stages[rank - 1]),
            was_seen=col(f"seen_{rank}").is_not_null(),
            entered_on=entered_on,
            advanced_on=advanced_on,
        )
        passages.append(passage.drop_nulls("entered_on"))
    passages = pl.concat(passages).with_columns(left_on=pl.coalesce("advanced_on", when("is_lost").then("closed_on")))
    is_in, is_out = in_quarter("entered_on"), in_quarter("left_on")
    has_advanced, has_left = col("advanced_on").is_not_null(), col("left_on").is_not_null()
    counted = per_subject(
        passages,
        entered=is_in.sum(),
        left=is_out.sum(),
        advanced=(is_out & has_advanced).sum(),
        cohort_left=(is_in & has_left).sum(),
        cohort_advanced=(is_in & has_advanced).sum(),
        days=(col("left_on") - col("entered_on")).dt.total_days().filter(is_out & col("was_seen")).median(),
        by=("stage",),
    )
    stages = subjects.join(pl.LazyFrame({"stage": s.open_stages}), how="cross").join(counted, on=["subject", "stage"], how="left")
    stages = stages.with_columns(col("entered").fill_null(0))
    put(
        stages,
        "stage",
        stage_entered=col("entered"),
        stage_conversion=ratio(col("advanced"), col("left")),
        stage_conversion_cohort=ratio(col("cohort_advanced"), col("cohort_left")),
        stage_days_median=col("days"),
    )
    put(stages.filter(col("stage") == s.open_stages[s.qualified_rank - 1]), new_qualified=col("entered"))

    # ------------------------------------------------------------ Won within so many days (Aalen-Johansen)

    has_closed = (col("closed_on") <= s.horizon).fill_null(False)
    followed = opportunities.filter(
        col("created_date").is_between(year_start, s.horizon) & (col("closed_on") >= col("created_date")).fill_null(True)
    ).select(
        "subject",
        days=(when(has_closed).then("closed_on").otherwise(lit(s.horizon)) - col("created_date")).dt.total_days(),
        has_won=has_closed & col("is_won"),
        has_closed=has_closed,
    )
    steps = (
        per_subject(followed, n=pl.len(), won=col("has_won").sum(), closed=col("has_closed").sum(), by=("days",))
        .sort("subject", "days")
        .with_columns(risk=col("n").cum_sum(reverse=True).over("subject"))
        .with_columns(alive=(1 - col("closed") / col("risk")).cum_prod().over("subject"))
        .with_columns(step=col("won") / col("risk") * col("alive").shift(1, fill_value=1.0).over("subject"))
    )
    is_all_decided = (col("n") == col("closed")).last()
    spans = [
        steps.group_by("subject", maintain_order=True).agg(
            days=lit(span),
            incidence=when((col("days").last() >= span) | is_all_decided).then(col("step").filter(col("days") <= span).sum()),
        )
        for span in (30, 60, 90, 180)
    ]
    put(pl.concat(spans), "days", won_within=col("incidence"))

    # ------------------------------------------------------------ Forecast

    # The day before the quarter is week 0.
    weeks = pl.LazyFrame([(0, s.eve), *s.weeks()], schema=["week", "day"], orient="row").filter(col("day") <= s.as_of)
    due = open_states.filter(col("close_date").is_between(s.start, s.end) & col("is_predicted"))
    predicted = due.join_where(weeks, col("from_day") <= col("day"), col("open_until") > col("day"))
    submissions = (
        read("forecasts", amount=MONEY, submitted_on=pl.Date, rep=pl.String, category=pl.String)
        .filter((col("period") == s.label) & (col("category").is_null() | col("category").is_in(s.categories)))
        .select("submitted_on", subject=rep("rep").fill_null("team"), submitted=cents)
        .join_where(weeks, col("submitted_on") <= col("day").dt.offset_by("7d"), col("submitted_on") <= s.as_of)
        .group_by("subject", "week")
        .agg(col("submitted").sort_by("submitted_on", maintain_order=True).last())
    )
    # What was submitted within a week, else what was predicted and won by then.
    won = decided.filter("is_won").join_where(weeks, col("closed_on") <= col("day"))
    derived = pl.concat([predicted.select("subject", "week", "amount"), won.select("subject", "week", "amount")])
    derived = derived.group_by("subject", "week").agg(derived=col("amount").sum())
    by_rep = (
        reps.select("subject")
        .join(weeks, how="cross")
        .join(submissions, on=["subject", "week"], how="left")
        .join(derived, on=["subject", "week"], how="left")
        .select("subject", "week", forecast=pl.coalesce("submitted", "derived", lit(0)))
    )
    by_team = by_rep.group_by("week").agg(subject=lit("team"), total=col("forecast").sum())
    by_team = by_team.join(submissions, on=["subject", "week"], how="left").select(
        "subject", "week", forecast=pl.coalesce("submitted", "total")
    )
    forecasts = pl.concat([by_rep, by_team]).join(results.select("subject", "bookings"), on="subject")
    miss = col("forecast") - col("bookings")
    accuracy = (
        when(col("bookings") > 0).then((1 - miss.abs() / col("bookings")).clip(lower_bound=0)).when(col("forecast") > 0).then(0.0)
    )
    at_start, by_week = forecasts.filter(col("week") == 0), forecasts.filter(col("week") > 0)
    put(at_start, forecast_value=col("forecast") / 100)
    put(by_week, "week", forecast_value=col("forecast") / 100)
    if not s.is_running:
        put(at_start, forecast_accuracy=accuracy, forecast_bias=ratio(miss, col("bookings")))
        put(by_week, "week", forecast_accuracy=accuracy)
        of_reps = at_start.filter(col("subject") != "team").select(
            subject=lit("team"), miss=miss.abs().sum(), bookings=col("bookings").sum()
        )
        put(of_reps.head(1), forecast_wape=ratio(col("miss"), col("bookings")))

    due = predicted.filter(col("week") == 0).select("id", "subject").join(opportunities.drop("subject"), on="id")
    is_in_time = col("is_won") & in_quarter("closed_on")
    outcomes = per_subject(
        due,
        n=pl.len(),
        won=is_in_time.sum(),
        won_later=(col("is_won") & ~is_in_time).sum(),
        lost=col("is_lost").sum(),
        open=(~col("is_won") & ~col("is_lost")).sum(),
    )
    outcomes = subjects.join(outcomes, on="subject", how="left").fill_null(0)
    put(outcomes, forecast_hit_rate=ratio(col("won"), col("n")))
    put(outcomes.drop("n").unpivot(index="subject", variable_name="outcome"), "outcome", forecast_outcome=col("value"))

    # ------------------------------------------------------------ Slips and pushes

    due = open_states.filter(
        (col("from_day") <= s.eve) & (col("open_until") > s.eve) & col("close_date").is_between(s.start, s.end)
    )
    slipped = (pipeline.filter(col("close_date") > s.end) if s.is_running else pipeline).select("id", has_slipped=True)
    due = due.join(slipped, on="id", how="left")
    put(per_subject(due, rate=col("has_slipped").is_not_null().mean()), slip_rate=col("rate"))

    def quarter_of(day: str) -> pl.Expr:
        return (col(day).dt.year() * 12 + col(day).dt.month() - s.calendar.first_month) // 3

    pushed = open_states.filter(in_quarter("from_day") & ~col("was_lost") & (col("close_date") > col("close_date_before")))
    counted = per_subject(pushed, pushes=pl.len(), pushes_out=(quarter_of("close_date") != quarter_of("close_date_before")).sum())
    put(subjects.join(counted, on="subject", how="left").fill_null(0), pushes=col("pushes"), pushes_out=col("pushes_out"))

    # ------------------------------------------------------------ Quotes

    sent = read("quotes", sent_date=pl.Date).filter(col("sent_date") <= s.as_of).group_by(id="opportunity_id").agg(sent=pl.len())
    was_seen = col(f"seen_{s.ranks[s.quote_stage]}").is_not_null() if s.quote_stage else lit(False)
    quoted = decided.join(sent, on="id", how="left").with_columns(col("sent").fill_null(0)).filter((col("sent") > 0) | was_seen)
    quoted = per_subject(quoted, won=col("is_won").sum(), n=pl.len(), sent=col("sent").sum())
    put(quoted, quote_win_rate=ratio(col("won"), col("n")), quotes_per_win=ratio(col("sent"), col("won")))

    # ------------------------------------------------------------ The waterfall of the pipeline due in the quarter

    due = open_states.filter((col("close_date") <= s.end) & (col("from_day") <= s.horizon) & (col("open_until") > s.eve)).select(
        "id",
        "amount",
        day=pl.max_horizontal("from_day", lit(s.eve)),
        is_reopened=(col("from_day") > s.eve) & col("was_lost"),
    )
    won = decided.filter("is_won").select("id", "amount", day="closed_on")
    lost_before = won.join(states.filter("is_lost").select("id", "from_day", "to_day"), on="id").filter(
        (col("from_day") < col("day")) & (col("to_day") >= col("day"))
    )
    won = won.join(lost_before.select("id", is_reopened=True), on="id", how="left").with_columns(
        col("is_reopened").fill_null(False)
    )
    entries = pl.concat([due, won]).sort("day", maintain_order=True).unique("id", keep="first", maintain_order=True)
    at_horizon = states.filter((col("from_day") <= s.horizon) & (col("to_day") > s.horizon))
    moves = (
        entries.join(
            opportunities.select("id", "subject", "created_date", "closed_on", "is_won", "is_lost", final_amount="amount"),
            on="id",
        )
        .join(
            at_horizon.select("id", amount_then="amount", close_date_then="close_date", is_lost_then="is_lost"),
            on="id",
            how="left",
        )
        .select(
            "subject",
            way_in=when(col("day") == s.eve)
            .then(lit("opening"))
            .when(col("created_date") > s.eve)
            .then(lit("created"))
            .when("is_reopened")
            .then(lit("reopened"))
            .otherwise(lit("pulled_in")),
            way_out=when(col("is_won") & in_quarter("closed_on"))
            .then(lit("won"))
            .when((col("is_lost") & in_quarter("closed_on")) | col("is_lost_then"))
            .then(lit("lost"))
            .when((col("close_date_then") <= s.end) & ~has_closed)
            .then(lit("closing"))
            .otherwise(lit("pushed_out")),
            end=when(has_closed).then("final_amount").otherwise("amount_then").fill_null(0),
            start=col("amount").fill_null(0),
        )
        .with_columns(start=when(col("way_in") == "created").then("end").otherwise("start"))
    )
    parts = pl.concat(
        [
            moves.select("subject", component="way_in", amount="start"),
            moves.select("subject", component=lit("increased"), amount=(col("end") - col("start")).clip(lower_bound=0)),
            moves.select("subject", component=lit("decreased"), amount=(col("start") - col("end")).clip(lower_bound=0)),
            moves.select("subject", component="way_out", amount="end"),
        ]
    )
    components = ["opening", "created", "pulled_in", "reopened", "increased", "decreased", "pushed_out", "won", "lost", "closing"]
    fall = subjects.join(pl.LazyFrame({"component": components}), how="cross").join(
        per_subject(parts, amount=col("amount").sum(), by=("component",)), on=["subject", "component"], how="left"
    )
    put(fall, "component", waterfall=col("amount").fill_null(0) / 100)

    # ------------------------------------------------------------ The team's people

    by_rep = reps.join(results, on="subject")
    has_target = col("is_here") & (col("target") > 0)
    has_left = in_quarter("end_date")
    people_facts = by_rep.select(
        subject=lit("team"),
        at_target=(col("bookings") >= col("target")).filter(has_target).mean(),
        top2=col("bookings").top_k(2).sum(),
        bookings=col("bookings").sum(),
        heads=(col("was_here").sum() + col("is_here").sum()) / 2,
        left=has_left.sum(),
        left_voluntarily=(has_left & (col("end_type") == "voluntary")).sum(),
    ).head(1)
    pace = 365 / ((s.horizon - s.start).days + 1)
    put(
        people_facts,
        reps_at_target=col("at_target"),
        top2_share=ratio(col("top2"), col("bookings")),
        bookings_per_head=ratio(col("bookings") / 100, col("heads")),
        turnover_total=ratio(col("left") * pace, col("heads")),
        turnover_voluntary=ratio(col("left_voluntarily") * pace, col("heads")),
    )

    # How the people hired in the last two years came up to their quotas, month by month.
    hires = reps.filter(col("hire_date").is_between(s.horizon - 729 * common.DAY, s.horizon)).select(
        "subject", "hire_date", hire_month=col("hire_date").dt.truncate("1mo")
    )
    wins = (
        opportunities.filter(col("is_won") & (col("closed_on") <= s.horizon))
        .select("subject", "closed_on", "amount")
        .join(hires, on="subject")
    )
    first_wins = (
        wins.filter(col("closed_on") >= col("hire_date"))
        .group_by("subject")
        .agg(days=(col("closed_on") - col("hire_date")).dt.total_days().min())
    )
    put(first_wins.select(subject=lit("team"), days=col("days").median()).head(1), ramp_days_first_win=col("days"))
    sold = wins.group_by("subject", month=col("closed_on").dt.truncate("1mo")).agg(sold=col("amount").sum())
    # A month's quota is a third of its quarter's.
    rolling = (
        hires.with_columns(month=pl.date_ranges(col("hire_month").dt.offset_by("-2mo"), lit(s.horizon), "1mo"))
        .explode("month")
        .join(sold, on=["subject", "month"], how="left")
        .with_columns(quarter=quarter_of("month").cast(pl.Int64))
        .join(quotas.group_by("subject", "quarter").agg(quota=col("amount").sum() / 3), on=["subject", "quarter"], how="left")
        .sort("subject", "month")
        .with_columns(col("sold", "quota").fill_null(0).rolling_sum(3, min_samples=1).over("subject"))
        .filter((col("month") >= col("hire_month")) & (col("quota") > 0) & (col("sold") >= s.ramp_share * col("quota")))
    )
    month = (
        (col("month").dt.year() - col("hire_month").dt.year()) * 12 + col("month").dt.month() - col("hire_month").dt.month() + 1
    )
    ramped = rolling.group_by("subject").agg(months=month.min())
    put(ramped.select(subject=lit("team"), months=col("months").median()).head(1), ramp_months=col("months"))

    # ------------------------------------------------------------ Coaching

    is_held = col("status").is_in(["held", "completed"]) | (col("status").is_null() & (col("date") <= s.as_of))
    sessions = sessions.with_columns(
        is_held=is_held.fill_null(col("date") <= s.as_of),
        is_one_on_one=col("kind") == "one_on_one",
        is_coaching=~col("kind").is_in(["team_meeting", "interview"]),
    )
    coached = col("minutes").filter(col("is_held") & col("is_coaching")).sum()
    inside = sessions.filter(in_quarter("date"))
    inside = pl.concat(
        [
            inside.with_columns(subject=lit("team")),
            inside.drop_nulls("rep").with_columns(subject=rep("rep")),
            inside.with_columns(subject=lit("manager ") + col("manager")),
        ]
    )
    managers = pl.concat([people.select("manager"), sessions.select("manager")]).drop_nulls().unique()
    everybody = pl.concat([subjects, managers.select(subject=lit("manager ") + col("manager"))])
    counted = inside.group_by("subject").agg(
        scheduled=col("is_one_on_one").sum(),
        kept=(col("is_one_on_one") & col("is_held")).sum(),
        minutes=coached,
        held=col("is_held").sum(),
        complete=(col("is_held") & pl.all_horizontal(col("focus", "feedback", "next_step").is_not_null())).sum(),
        quality=col("score").filter("is_held").mean(),
    )
    coaching = everybody.join(counted, on="subject", how="left").with_columns(
        col("scheduled", "kept", "minutes", "held", "complete").fill_null(0)
    )
    put(
        coaching,
        one_on_ones_scheduled=col("scheduled"),
        one_on_ones_held=col("kept"),
        one_on_one_held_rate=ratio(col("kept"), col("scheduled")),
        coaching_hours=col("minutes") / 60,
        sessions=col("held"),
        session_quality=col("quality"),
        coaching_logged=ratio(col("complete"), col("held")),
    )
    put(inside.filter("is_held").group_by("subject", "kind").agg(n=pl.len()), "kind", sessions=col("n"))

    # Whether the reps coached more in the quarter before raised their win rate more: Spearman's rank correlation.
    _, _, first, last = s.quarters(-1, -1)[0]
    earlier = opportunities.filter(col("closed_on").is_between(first, last)).group_by("subject").agg(before=col("is_won").mean())
    rates = decided.group_by("subject").agg(now=col("is_won").mean()).join(earlier, on="subject")
    minutes = sessions.filter(col("date").is_between(first, last)).group_by(subject=rep("rep")).agg(minutes=coached)
    pairs = rates.join(minutes, on="subject", how="left").select(
        change=(col("now") - col("before")).round(12), minutes=col("minutes").fill_null(0)
    )
    effect = pairs.select(
        subject=lit("team"), n=pl.len(), rho=pl.corr(col("change").rank("average"), col("minutes").rank("average")).fill_nan(None)
    ).head(1)
    put(effect.filter(col("n") >= 5), coaching_effect=col("rho"))

    # Ten habits of a manager, a point for each that held; a habit that nothing can tell of is null.
    team = reps.drop_nulls("manager").join(results.select("subject", "target", "bookings"), on="subject")
    here = team.filter("is_here")
    log = sessions.drop_nulls("manager").with_columns(subject=rep("rep"))
    one_on_ones = log.filter(in_quarter("date") & col("is_one_on_one"))
    is_off = col("status").is_in(["cancelled", "canceled", "moved"]).fill_null(False)
    met = one_on_ones.filter("is_held").select("manager", "subject", met=True).unique()
    met = (
        here.join(met, on=["manager", "subject"], how="left")
        .group_by("manager")
        .agg(people=pl.len(), all_met=col("met").is_not_null().all())
    )
    called_off = (
        one_on_ones.filter(is_off)
        .group_by("manager", "subject")
        .agg(called_off=pl.len())
        .group_by("manager")
        .agg(col("called_off").max())
    )
    busiest = (
        one_on_ones.filter(~is_off).group_by("manager", "date").agg(most=pl.len()).group_by("manager").agg(col("most").max())
    )
    iso_weeks = pl.LazyFrame(s.iso_weeks(), schema=["first", "last"], orient="row")
    pipelines = open_states.filter(col("rank") >= s.qualified_rank).join_where(
        iso_weeks, col("from_day") <= col("last"), col("open_until") > col("last")
    )
    pipelines = pipelines.group_by("subject", "last").agg(amount=col("amount").sum())
    seen = log.filter("is_held").join_where(iso_weeks, col("date") >= col("first"), col("date") <= col("last"))
    seen = seen.select("manager", "subject", "last", seen=True).unique()
    covered = (
        here.filter(col("target") > 0)
        .join(iso_weeks, how="cross")
        .join(pipelines, on=["subject", "last"], how="left")
        .join(seen, on=["manager", "subject", "last"], how="left")
        .group_by("manager")
        .agg(all_covered=((col("amount").fill_null(0) >= 3 * col("target")) | col("seen").is_not_null()).all())
    )
    due = pipeline.filter(col("close_date").is_between(s.start, s.end)).join(team, on="subject")
    planned = (
        due.join(opportunities.select("id", "next_step_date"), on="id")
        .group_by("manager")
        .agg(all_planned=col("next_step_date").is_not_null().all())
    )
    forecast = (
        team.join(at_start.select("subject", "forecast"), on="subject")
        .group_by("manager")
        .agg(col("forecast").sum(), actual=col("bookings").sum())
    )
    audit = managers.with_columns(subject=lit("manager ") + col("manager")).join(coaching, on="subject")
    for part in (met, called_off, busiest, covered, planned, forecast):
        audit = audit.join(part, on="manager", how="left")
    points = [
        col("all_met"),
        ratio(col("kept"), col("scheduled")) >= 0.9,
        col("called_off").fill_null(0) < 2,
        col("minutes") / 60 + 1e-9 >= 3 * col("people") * s.months,
        ratio(col("complete"), col("held")) >= 0.9,
        col("quality") >= 4,
        col("most").fill_null(0) <= 3,
        col("all_covered"),
        col("all_planned").fill_null(True),
    ]
    if not s.is_running:
        points.append((col("actual") > 0) & (5 * (col("forecast") - col("actual")).abs() <= col("actual")))
    put(audit, management_audit=pl.sum_horizontal(*[point.cast(pl.Int32) for point in points]))

    facts = pl.concat(pl.collect_all(families))
    common.write(s.out, facts.rows())


if __name__ == "__main__":
    main()
