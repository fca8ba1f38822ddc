"""The facts of a quarter in pandas.

Money is in whole minor units until it is written; float64 holds them exactly, and an absent amount as NaN. Every table
has a column `subject`, the rep it belongs to, and a figure is a series by subject: `team`, `rep NAME` or `manager NAME`.
"""

import numpy as np
import pandas as pd

import common

FOREVER = pd.Timestamp.max.normalize()


class Facts:
    def __init__(self):
        self.rows = []

    def put(self, metric: str, values: pd.Series, dimension: str | None = None) -> None:
        """Values by subject, or by subject and key where they are of a dimension. An absent one is no fact."""
        values = values.dropna().astype(float)
        if dimension is None:
            self.rows += [(metric, subject, None, value) for subject, value in zip(values.index, values)]
        else:
            self.rows += [(metric, subject, f"{dimension}={key}", value) for (subject, key), value in zip(values.index, values)]


def read(s: common.Settings, table: str, columns: list[str], dates: list[str]) -> pd.DataFrame:
    return pd.read_csv(s.csv(table), usecols=columns, parse_dates=dates)[columns]


def groups_of(frame: pd.DataFrame, by: tuple[str, ...] = ()):
    """The team as one group, and each rep."""
    return frame.assign(subject="team").groupby(["subject", *by]), frame.groupby(["subject", *by])


def per_subject(frame: pd.DataFrame, by: tuple[str, ...] = (), **figures) -> pd.DataFrame:
    """Aggregates of the team and of each rep."""
    return pd.concat([groups.agg(**figures) for groups in groups_of(frame, by)])


def ratio(numerator, denominator):
    """Absent where the denominator is 0."""
    return numerator / denominator.where(denominator != 0)


def main() -> None:
    s = common.settings(__doc__)
    as_of, start, end, horizon, eve = map(pd.Timestamp, (s.as_of, s.start, s.end, s.horizon, s.eve))
    quarters = pd.DataFrame(s.quarters(-12, 1), columns=["quarter", "period", "first", "last"])
    quarters[["first", "last"]] = quarters[["first", "last"]].astype("datetime64[us]")
    year_start = quarters.loc[quarters.quarter == s.quarter - 3, "first"].item()
    facts = Facts()

    def in_quarter(days: pd.Series) -> pd.Series:
        return days.between(start, horizon)

    # ------------------------------------------------------------ The tables

    opportunities = read(
        s,
        "opportunities",
        [
            "id",
            "owner",
            "stage",
            "amount",
            "created_date",
            "close_date",
            "competitor",
            "reason",
            "product",
            "segment",
            "source",
            "type",
            "next_step_date",
        ],
        ["created_date", "close_date", "next_step_date"],
    )
    opportunities["subject"] = "rep " + opportunities.owner
    opportunities["amount"] = (opportunities.amount * 100).round()
    opportunities["is_won"] = opportunities.stage.isin(s.won_stages)
    opportunities["is_lost"] = opportunities.stage.isin(s.lost_stages)

    history = read(
        s,
        "stage_history",
        ["opportunity_id", "changed_at", "stage", "amount", "close_date", "forecast_category", "probability"],
        ["changed_at", "close_date"],
    )
    history["opportunity"] = pd.Index(opportunities.id).get_indexer(history.pop("opportunity_id"))
    history = history.sort_values(["opportunity", "changed_at"], ignore_index=True)
    history["day"] = history.changed_at.dt.normalize()
    history["rank"] = history.stage.map(s.ranks)
    history["is_lost"] = history.stage.isin(s.lost_stages)
    history["amount"] = (history.amount * 100).round()
    changes = history.groupby("opportunity")

    # The won closed on their close date; the lost on their last change into a lost stage, since the close dates of
    # dead deals are stale.
    into_lost = history[history.is_lost & ~changes.is_lost.shift(fill_value=False)]
    lost_on = into_lost.groupby("opportunity").day.max().reindex(opportunities.index)
    lost_on = lost_on.fillna(opportunities.close_date.clip(upper=as_of))
    opportunities["closed_on"] = opportunities.close_date.where(opportunities.is_won, lost_on.where(opportunities.is_lost))
    opportunities["first_amount"] = changes.amount.first().reindex(opportunities.index)

    # Everybody in the list is measured but managers without a deal of their own.
    people = read(s, "reps", ["name", "manager", "role", "hire_date", "end_date", "end_type"], ["hire_date", "end_date"])
    reps = people[(people.role != "manager") | people.name.isin(opportunities.owner)].copy()
    reps["subject"] = "rep " + reps.name
    reps = reps.set_index("subject")
    subjects = pd.Index(["team", *reps.index])

    def is_here(day: pd.Timestamp) -> pd.Series:
        return (reps.hire_date.isna() | (reps.hire_date <= day)) & (reps.end_date.isna() | (reps.end_date > day))

    # The state of an opportunity at the end of each day on which it changed. An amount left empty keeps its value, and
    # the first known one holds since creation.
    next_day = changes.day.shift(-1)
    filled = changes.amount.ffill().fillna(history.opportunity.map(opportunities.first_amount))
    states = history.assign(amount=filled, to_day=next_day.fillna(FOREVER))[next_day != history.day]
    states = states.drop(columns=["changed_at", "stage"]).rename(columns={"day": "from_day"})
    states = states.join(opportunities[["subject", "created_date", "closed_on"]], on="opportunity")
    states["open_until"] = states[["to_day", "closed_on"]].min(axis=1)
    days = states.groupby("opportunity")
    states["was_lost"] = days.is_lost.shift(fill_value=False)
    states["close_date_before"] = days.close_date.shift()

    # An opportunity is open in a state from `from_day` to the day before `open_until`.
    open_states = states[~states.is_lost & (states.from_day < states.open_until)]

    def open_at(day: pd.Timestamp) -> pd.DataFrame:
        return open_states[(open_states.from_day <= day) & (open_states.open_until > day)]

    pipeline = open_at(horizon)
    qualified = pipeline[pipeline["rank"] >= s.qualified_rank]
    decided = opportunities[in_quarter(opportunities.closed_on)]

    quotas = read(s, "quotas", ["rep", "period", "amount"], [])
    quotas["subject"] = "rep " + quotas.rep
    quotas = quotas[quotas.subject.isin(reps.index)].merge(quarters, on="period")
    quotas["amount"] = (quotas.amount * 100).round()
    quota = per_subject(quotas, ("quarter",), amount=("amount", "sum")).amount.unstack().reindex(subjects)

    # ------------------------------------------------------------ Activities

    activities = read(s, "activities", ["owner", "date", "type", "status", "outcome"], ["date"])
    activities = activities[in_quarter(activities.date) & activities.status.str.lower().isin(["completed", "done", "held"])]
    activities = activities[activities.owner.isin(reps.name)]
    kind = activities.type.str.lower()
    activities = activities.assign(
        subject="rep " + activities.owner,
        is_talk=kind.isin(s.meaningful) | (kind + ":" + activities.outcome.str.lower()).isin(s.meaningful),
        is_discovery=kind.isin(s.discovery),
    )
    sums = per_subject(
        activities, activities=("type", "size"), conversations=("is_talk", "sum"), discoveries=("is_discovery", "sum")
    )
    for metric, values in sums.reindex(subjects, fill_value=0).items():
        facts.put(metric, values)
    facts.put("activities", per_subject(activities, ("type",), count=("date", "size"))["count"], "activity_type")
    facts.put("activities_per_rep", sums.activities.reindex(["team"], fill_value=0) / is_here(horizon).sum())

    # ------------------------------------------------------------ Pipeline, results and what both make together

    following = quarters[quarters.quarter == s.quarter + 1].iloc[0]
    figures = per_subject(
        qualified.assign(
            weighted=np.rint(qualified.amount * (qualified.probability * 10000).round() / 10000),
            due=qualified.amount.where(qualified.close_date.between(horizon, end)),
            due_next=qualified.amount.where(qualified.close_date.between(following["first"], following["last"])),
        ),
        count=("opportunity", "size"),
        value=("amount", "sum"),
        weighted=("weighted", "sum"),
        due=("due", "sum"),
        due_next=("due_next", "sum"),
    ).reindex(subjects, fill_value=0)

    cycle = (decided.closed_on - decided.created_date).dt.days
    closed = decided.assign(
        won_amount=decided.amount.where(decided.is_won),
        lost_amount=decided.amount.where(decided.is_lost),
        won_cycle=cycle.where(decided.is_won),
        lost_cycle=cycle.where(decided.is_lost),
    )
    results = per_subject(
        closed,
        won=("is_won", "sum"),
        lost=("is_lost", "sum"),
        bookings=("won_amount", "sum"),
        lost_amount=("lost_amount", "sum"),
        size_mean=("won_amount", "mean"),
        size_median=("won_amount", "median"),
        cycle_mean=("won_cycle", "mean"),
        cycle_median=("won_cycle", "median"),
        lost_cycle=("lost_cycle", "median"),
    ).reindex(subjects)
    sums = ["won", "lost", "bookings", "lost_amount"]
    results[sums] = results[sums].fillna(0)

    year = opportunities[opportunities.closed_on.between(year_start, horizon)]
    year = per_subject(year.assign(won=year.amount.where(year.is_won)), won=("won", "sum"), decided=("amount", "sum")).reindex(
        subjects
    )
    created = opportunities[in_quarter(opportunities.created_date)]
    created = per_subject(created, count=("id", "size"), value=("first_amount", "sum")).reindex(subjects, fill_value=0)

    target, next_target = (quota[q] if q in quota else pd.Series(np.nan, subjects) for q in (s.quarter, s.quarter + 1))
    remaining = target - results.bookings
    win_rate = ratio(results.won, results.won + results.lost)
    facts.put("pipeline_count", figures["count"])
    facts.put("pipeline_value", figures.value / 100)
    facts.put("weighted_pipeline", figures.weighted / 100)
    facts.put("target", target / 100)
    facts.put("coverage_ratio", ratio(figures.value, target))
    facts.put("coverage_gap", (s.healthy * target - figures.value).clip(lower=0) / 100)
    facts.put("coverage_remaining", figures.due / remaining.where(remaining > 0))
    facts.put("pipeline_needed", (next_target * ratio(year.decided, year.won) - figures.due_next).clip(lower=0) / 100)
    facts.put("new_opportunities", created["count"])
    facts.put("new_opportunities_value", created.value / 100)
    facts.put("win_rate", win_rate)
    facts.put("win_rate_value", ratio(results.bookings, results.bookings + results.lost_amount))
    facts.put("losses", results.lost)
    facts.put("bookings", results.bookings / 100)
    facts.put("attainment", ratio(results.bookings, target))
    facts.put("deal_size_mean", results.size_mean / 100)
    facts.put("deal_size_median", results.size_median / 100)
    facts.put("cycle_days_mean", results.cycle_mean)
    facts.put("cycle_days_median", results.cycle_median)
    facts.put("cycle_days_p90", pd.concat([groups.won_cycle.quantile(0.9) for groups in groups_of(closed)]))
    facts.put("lost_cycle_days_median", results.lost_cycle)
    facts.put(
        "sales_velocity",
        figures["count"] * win_rate * results.size_mean / 100 / results.cycle_mean.where(results.cycle_mean != 0),
    )

    # What it took in the four quarters before.
    won = opportunities[opportunities.is_won]
    yields = []
    for _, _, first, last in s.quarters(-4, -1):
        opening = open_at(pd.Timestamp(first) - pd.Timedelta(days=1))
        opening = per_subject(opening[opening["rank"] >= s.qualified_rank], amount=("amount", "sum")).amount
        bookings = per_subject(
            won[won.closed_on.between(pd.Timestamp(first), pd.Timestamp(last))], amount=("amount", "sum")
        ).amount
        yields.append(bookings.reindex(opening.index, fill_value=0) / opening.where(opening > 0))
    yields = pd.concat(yields, axis=1)
    median = yields.median(axis=1).where(yields.count(axis=1) >= 2)
    facts.put("coverage_required", 1 / median.where(median > 0))

    # ------------------------------------------------------------ Win rates by dimension, and losses by reason

    for dimension in ("competitor", "reason", "product", "segment", "source", "type"):
        keyed = decided[["subject", "is_won", "is_lost", dimension]].dropna(subset=dimension)
        if dimension == "competitor":
            keyed = keyed.assign(competitor=keyed.competitor.str.split(";")).explode("competitor")
        counted = per_subject(keyed, (dimension,), rate=("is_won", "mean"), lost=("is_lost", "sum"))
        facts.put("win_rate", counted.rate, dimension)
        if dimension == "reason":
            facts.put("losses", counted.lost[counted.lost > 0], dimension)

    # ------------------------------------------------------------ Stages

    # When each opportunity entered each open stage: the first day on which it stood there or further on. A won one has
    # entered them all by the day it closed.
    ranks = range(1, len(s.open_stages) + 1)
    in_open_stage = history[history["rank"] <= len(s.open_stages)]
    seen = in_open_stage.groupby(["opportunity", "rank"]).day.min().unstack().reindex(index=opportunities.index, columns=ranks)
    won_on = opportunities.closed_on.where(opportunities.is_won)
    advanced_on, entered_on = won_on, None
    stages = {}
    for rank in reversed(ranks):
        entered_on = pd.concat([seen[rank], won_on if entered_on is None else entered_on], axis=1).min(axis=1)
        lost_on = opportunities.closed_on.where(opportunities.is_lost & advanced_on.isna())
        left_on = advanced_on.fillna(lost_on).where(entered_on.notna())
        is_in, is_out = in_quarter(entered_on), in_quarter(left_on)
        passages = pd.DataFrame(
            {
                "subject": opportunities.subject,
                "entered": is_in,
                "left": is_out,
                "advanced": is_out & advanced_on.notna(),
                "cohort_left": is_in & left_on.notna(),
                "cohort_advanced": is_in & advanced_on.notna(),
                "days": (left_on - entered_on).dt.days.where(is_out & seen[rank].notna()),
            }
        )
        columns = ["entered", "left", "advanced", "cohort_left", "cohort_advanced"]
        counted = per_subject(passages, days=("days", "median"), **{c: (c, "sum") for c in columns}).reindex(subjects)
        stages[s.open_stages[rank - 1]] = counted.assign(**counted[columns].fillna(0))
        if rank == s.qualified_rank:
            facts.put("new_qualified", counted.entered.fillna(0))
        advanced_on = entered_on
    stages = pd.concat(stages).swaplevel()
    facts.put("stage_entered", stages.entered, "stage")
    facts.put("stage_conversion", ratio(stages.advanced, stages.left), "stage")
    facts.put("stage_conversion_cohort", ratio(stages.cohort_advanced, stages.cohort_left), "stage")
    facts.put("stage_days_median", stages.days, "stage")

    # ------------------------------------------------------------ Won within so many days (Aalen-Johansen)

    followed = opportunities[
        opportunities.created_date.between(year_start, horizon) & ~(opportunities.closed_on < opportunities.created_date)
    ]
    has_closed = followed.closed_on <= horizon
    followed = followed.assign(
        days=(followed.closed_on.where(has_closed, horizon) - followed.created_date).dt.days,
        has_won=has_closed & followed.is_won,
        has_closed=has_closed,
    )
    steps = per_subject(
        followed, ("days",), n=("days", "size"), won=("has_won", "sum"), closed=("has_closed", "sum")
    ).sort_index()
    by_subject = steps.groupby("subject")
    steps["risk"] = steps.n[::-1].groupby("subject").cumsum()
    steps["alive"] = (1 - steps.closed / steps.risk).groupby("subject").cumprod()
    steps["step"] = steps.won / steps.risk * by_subject.alive.shift(fill_value=1)
    steps = steps.reset_index("days")
    longest = steps.groupby("subject").tail(1)
    is_all_decided = longest.n == longest.closed
    for span in (30, 60, 90, 180):
        incidence = steps.step.where(steps.days <= span, 0).groupby("subject").sum()
        is_known = (longest.days >= span) | is_all_decided
        facts.put("won_within", pd.concat({str(span): incidence.where(is_known)}).swaplevel(), "days")

    # ------------------------------------------------------------ Forecast

    submissions = read(s, "forecasts", ["period", "submitted_on", "amount", "rep", "category"], ["submitted_on"])
    submissions = submissions[
        (submissions.period == s.label) & (submissions.category.isna() | submissions.category.isin(s.categories))
    ]
    submissions = submissions.assign(amount=(submissions.amount * 100).round(), subject=("rep " + submissions.rep).fillna("team"))
    submissions = submissions.sort_values("submitted_on", kind="stable")

    def predicted(day: pd.Timestamp) -> pd.DataFrame:
        due = open_at(day)
        return due[due.close_date.between(start, end) & due.forecast_category.isin(s.categories)]

    def forecast(day: pd.Timestamp) -> pd.Series:
        """What was submitted within a week, else what was predicted and won by then."""
        known = submissions[submissions.submitted_on <= min(day + pd.Timedelta(days=7), as_of)]
        submitted = known.groupby("subject").amount.last()
        derived = (
            pd.concat([predicted(day), decided[decided.is_won & (decided.closed_on <= day)]]).groupby("subject").amount.sum()
        )
        by_rep = submitted.reindex(reps.index).fillna(derived).fillna(0)
        return pd.concat([pd.Series({"team": submitted.get("team", by_rep.sum())}), by_rep])

    def accuracy(values: pd.Series) -> pd.Series:
        exact = (1 - (values - results.bookings).abs() / results.bookings.where(results.bookings > 0)).clip(lower=0)
        return exact.mask((results.bookings == 0) & (values > 0), 0)

    if eve <= as_of:
        at_start = forecast(eve)
        facts.put("forecast_value", at_start / 100)
        if not s.is_running:
            miss = at_start - results.bookings
            facts.put("forecast_accuracy", accuracy(at_start))
            facts.put("forecast_bias", ratio(miss, results.bookings))
            of_reps = results.bookings[reps.index].sum()
            facts.put("forecast_wape", pd.Series({"team": miss[reps.index].abs().sum() / of_reps if of_reps else np.nan}))
    weeks = {str(week): forecast(pd.Timestamp(day)) for week, day in s.weeks() if day <= s.as_of}
    if weeks:
        facts.put("forecast_value", pd.concat(weeks).swaplevel() / 100, "week")
        if not s.is_running:
            facts.put(
                "forecast_accuracy", pd.concat({week: accuracy(values) for week, values in weeks.items()}).swaplevel(), "week"
            )

    due = predicted(eve)[["opportunity", "subject"]].join(opportunities[["is_won", "is_lost", "closed_on"]], on="opportunity")
    is_in_time = due.is_won & in_quarter(due.closed_on)
    due = due.assign(won=is_in_time, won_later=due.is_won & ~is_in_time, lost=due.is_lost, open=~due.is_won & ~due.is_lost)
    outcomes = per_subject(due, **{o: (o, "sum") for o in ("won", "won_later", "lost", "open")}).reindex(subjects, fill_value=0)
    facts.put("forecast_outcome", outcomes.stack(), "outcome")
    facts.put("forecast_hit_rate", ratio(outcomes.won, outcomes.sum(axis=1)))

    # ------------------------------------------------------------ Slips and pushes

    due = open_at(eve)
    due = due[due.close_date.between(start, end)]
    slipped = pipeline[pipeline.close_date > end] if s.is_running else pipeline
    due = due.assign(slipped=due.opportunity.isin(slipped.opportunity))
    facts.put("slip_rate", per_subject(due, rate=("slipped", "mean")).rate)

    pushed = open_states[
        in_quarter(open_states.from_day) & ~open_states.was_lost & (open_states.close_date > open_states.close_date_before)
    ]
    months = {
        when: pushed[when].dt.year * 12 + pushed[when].dt.month - s.calendar.first_month
        for when in ("close_date", "close_date_before")
    }
    pushed = pushed.assign(is_out=months["close_date"] // 3 != months["close_date_before"] // 3)
    counted = per_subject(pushed, pushes=("opportunity", "size"), out=("is_out", "sum")).reindex(subjects, fill_value=0)
    facts.put("pushes", counted.pushes)
    facts.put("pushes_out", counted.out)

    # ------------------------------------------------------------ Quotes

    quotes = read(s, "quotes", ["opportunity_id", "sent_date"], ["sent_date"])
    sent = decided.id.map(quotes[quotes.sent_date <= as_of].opportunity_id.value_counts()).fillna(0)
    was_seen = seen[s.ranks[s.quote_stage]].notna().reindex(decided.index) if s.quote_stage else False
    quoted = decided.assign(sent=sent)[(sent > 0) | was_seen]
    quoted = per_subject(quoted, won=("is_won", "sum"), n=("is_won", "size"), sent=("sent", "sum"))
    facts.put("quote_win_rate", quoted.won / quoted.n)
    facts.put("quotes_per_win", ratio(quoted.sent, quoted.won))

    # ------------------------------------------------------------ The waterfall of the pipeline due in the quarter

    due = open_states[(open_states.close_date <= end) & (open_states.from_day <= horizon) & (open_states.open_until > eve)]
    due = due.assign(day=due.from_day.clip(lower=eve), is_reopened=(due.from_day > eve) & due.was_lost)
    wins = decided[decided.is_won].rename_axis("opportunity").reset_index()
    before = wins[["opportunity", "closed_on"]].merge(states[["opportunity", "from_day", "to_day", "is_lost"]], on="opportunity")
    before = before[before.is_lost & (before.from_day < before.closed_on) & (before.to_day >= before.closed_on)]
    wins = wins.assign(day=wins.closed_on, is_reopened=wins.opportunity.isin(before.opportunity))
    columns = ["opportunity", "day", "amount", "is_reopened"]
    entries = (
        pd.concat([due[columns], wins[columns]])
        .sort_values("day", kind="stable")
        .drop_duplicates("opportunity")
        .set_index("opportunity")
    )
    at_horizon = states[(states.from_day <= horizon) & (states.to_day > horizon)].set_index("opportunity")
    moves = entries.join(opportunities[["subject", "created_date", "closed_on", "is_won", "is_lost"]])
    moves = moves.join(opportunities.amount.rename("final_amount")).join(
        at_horizon[["amount", "close_date", "is_lost"]].add_suffix("_then")
    )
    has_closed = moves.closed_on <= horizon
    end_amount = moves.final_amount.where(has_closed, moves.amount_then).fillna(0)
    way_in = np.select(
        [moves.day == eve, moves.created_date > eve, moves.is_reopened], ["opening", "created", "reopened"], default="pulled_in"
    )
    way_out = np.select(
        [
            moves.is_won & in_quarter(moves.closed_on),
            (moves.is_lost & in_quarter(moves.closed_on)) | (moves.is_lost_then == True),  # noqa: E712 (absent is not lost)
            (moves.close_date_then <= end) & ~has_closed,
        ],
        ["won", "lost", "closing"],
        default="pushed_out",
    )
    start_amount = end_amount.where(way_in == "created", moves.amount.fillna(0))
    parts = pd.concat(
        [
            pd.DataFrame({"subject": moves.subject, "component": component, "amount": amount})
            for component, amount in (
                (way_in, start_amount),
                ("increased", (end_amount - start_amount).clip(lower=0)),
                ("decreased", (start_amount - end_amount).clip(lower=0)),
                (way_out, end_amount),
            )
        ]
    )
    components = ["opening", "created", "pulled_in", "reopened", "increased", "decreased", "pushed_out", "won", "lost", "closing"]
    fall = per_subject(parts, ("component",), amount=("amount", "sum")).amount
    fall = fall.reindex(pd.MultiIndex.from_product([subjects, components]), fill_value=0)
    facts.put("waterfall", fall / 100, "component")

    # ------------------------------------------------------------ The team's people

    def of_team(metric: str, value: float) -> None:
        facts.put(metric, pd.Series({"team": value}))

    bookings = results.bookings[reps.index]
    with_target = is_here(horizon) & (target[reps.index] > 0)
    of_team("reps_at_target", (bookings >= target[reps.index])[with_target].mean())
    of_team("top2_share", bookings.nlargest(2).sum() / bookings.sum() if bookings.sum() else np.nan)
    heads = (is_here(start).sum() + is_here(horizon).sum()) / 2
    left = reps[in_quarter(reps.end_date)]
    pace = 365 / ((horizon - start).days + 1) / heads if heads else np.nan
    of_team("bookings_per_head", results.bookings["team"] / 100 / heads if heads else np.nan)
    of_team("turnover_total", len(left) * pace)
    of_team("turnover_voluntary", (left.end_type == "voluntary").sum() * pace)

    # How the people hired in the last two years came up to their quotas, month by month; the first of them look back on
    # the two months before they came.
    hires = reps[reps.hire_date.between(horizon - pd.Timedelta(days=729), horizon)][["hire_date"]]
    wins = opportunities[opportunities.is_won & (opportunities.closed_on <= horizon)].merge(
        hires, left_on="subject", right_index=True
    )
    after = wins[wins.closed_on >= wins.hire_date]
    of_team("ramp_days_first_win", (after.closed_on - after.hire_date).dt.days.groupby(after.subject).min().median())
    months = pd.period_range(horizon - pd.DateOffset(months=27), horizon, freq="M")
    sold = wins.groupby(["subject", wins.closed_on.dt.to_period("M")]).amount.sum().unstack()
    sold = sold.reindex(index=hires.index, columns=months).fillna(0)
    numbers = [s.calendar.number(month.start_time) for month in months]
    # A month's quota is a third of its quarter's.
    quota_of_months = quota.reindex(index=hires.index, columns=numbers).set_axis(months, axis=1).fillna(0) / 3
    sold, due = (frame.T.rolling(3, min_periods=1).sum().T for frame in (sold, quota_of_months))
    place = pd.DataFrame(
        np.array([m.ordinal for m in months])
        - hires.hire_date.dt.to_period("M").map(lambda m: m.ordinal).to_numpy()[:, None]
        + 1,
        index=hires.index,
        columns=months,
    )
    is_ramped = (due > 0) & (sold >= s.ramp_share * due) & (place >= 1)
    of_team("ramp_months", place.where(is_ramped).min(axis=1).median())

    # ------------------------------------------------------------ Coaching

    sessions = read(
        s,
        "coaching",
        ["date", "manager", "rep", "kind", "status", "minutes", "focus", "feedback", "next_step", "score"],
        ["date"],
    )
    is_held = sessions.status.isin(["held", "completed"]) | (sessions.status.isna() & (sessions.date <= as_of))
    is_one_on_one = sessions.kind == "one_on_one"
    sessions = sessions.assign(
        is_held=is_held,
        scheduled=is_one_on_one,
        kept=is_one_on_one & is_held,
        coached=sessions.minutes.fillna(0).where(is_held & ~sessions.kind.isin(["team_meeting", "interview"]), 0),
        scored=sessions.score.where(is_held),
        complete=is_held & sessions[["focus", "feedback", "next_step"]].notna().all(axis=1),
    )
    seen = sessions[in_quarter(sessions.date)]
    seen = pd.concat(
        [
            seen.assign(subject="team"),
            seen.assign(subject="rep " + seen.rep).dropna(subset="subject"),
            seen.assign(subject="manager " + seen.manager),
        ]
    )
    managers = "manager " + pd.concat([people.manager, sessions.manager]).dropna().drop_duplicates()
    coaching = (
        seen.groupby("subject")
        .agg(
            scheduled=("scheduled", "sum"),
            kept=("kept", "sum"),
            minutes=("coached", "sum"),
            held=("is_held", "sum"),
            quality=("scored", "mean"),
            complete=("complete", "sum"),
        )
        .reindex([*subjects, *managers])
    )
    counts = ["scheduled", "kept", "minutes", "held", "complete"]
    coaching[counts] = coaching[counts].fillna(0)
    facts.put("one_on_ones_scheduled", coaching.scheduled)
    facts.put("one_on_ones_held", coaching.kept)
    facts.put("one_on_one_held_rate", ratio(coaching.kept, coaching.scheduled))
    facts.put("coaching_hours", coaching.minutes / 60)
    facts.put("sessions", coaching.held)
    facts.put("sessions", seen[seen.is_held].groupby(["subject", "kind"]).size(), "kind")
    facts.put("session_quality", coaching.quality)
    facts.put("coaching_logged", ratio(coaching.complete, coaching.held))

    # Whether the reps coached more in the quarter before raised their win rate more: Spearman's rank correlation.
    first, last = quarters.loc[quarters.quarter == s.quarter - 1, ["first", "last"]].iloc[0]
    earlier = opportunities[opportunities.closed_on.between(first, last)]
    change = decided.groupby("owner").is_won.mean() - earlier.groupby("owner").is_won.mean()
    change = change.dropna().round(12)
    minutes = sessions[sessions.date.between(first, last)].groupby("rep").coached.sum().reindex(change.index, fill_value=0)
    varies = len(change) >= 5 and change.nunique() > 1 and minutes.nunique() > 1
    of_team("coaching_effect", change.rank().corr(minutes.rank()) if varies else np.nan)

    # Ten habits of a manager, a point for each that held; a habit that nothing can tell of is absent.
    managers = pd.Index(managers.str.removeprefix("manager "), name="manager")
    log = coaching.loc["manager " + managers].set_axis(managers)
    held = log.held.where(log.held > 0)
    team = reps.assign(target=target, present=is_here(horizon)).dropna(subset="manager")
    here = team[team.present].reset_index()
    log_of_quarter = sessions[in_quarter(sessions.date)]
    one_on_ones = log_of_quarter[log_of_quarter.scheduled]
    is_off = one_on_ones.status.isin(["cancelled", "canceled", "moved"])
    met = one_on_ones[one_on_ones.is_held][["manager", "rep"]].drop_duplicates().assign(met=True)
    met = (
        here.merge(met, left_on=["manager", "name"], right_on=["manager", "rep"], how="left")
        .met.notna()
        .groupby(here.manager)
        .all()
    )
    called_off = one_on_ones[is_off].groupby(["manager", "rep"], dropna=False).size().groupby("manager").max()
    busiest = one_on_ones[~is_off].groupby(["manager", "date"]).size().groupby("manager").max()
    covered = []
    for first, last in s.iso_weeks():
        open_then = open_at(pd.Timestamp(last))
        amounts = open_then[open_then["rank"] >= s.qualified_rank].groupby("subject").amount.sum()
        low = here[here.target > 0]
        low = low[low.subject.map(amounts).fillna(0) < 3 * low.target]
        seen = sessions[sessions.is_held & sessions.date.between(pd.Timestamp(first), pd.Timestamp(last))][
            ["manager", "rep"]
        ].drop_duplicates()
        covered.append(low.merge(seen.rename(columns={"rep": "name"}), on=["manager", "name"], how="left", indicator=True))
    covered = pd.concat(covered)
    is_alone = (covered._merge == "left_only").groupby(covered.manager).any()
    with_target = here.target.gt(0).groupby(here.manager).any()
    due = pipeline[pipeline.close_date.between(start, end)]
    due = due.assign(manager=due.subject.map(team.manager), planned=due.opportunity.map(opportunities.next_step_date).notna())
    points = pd.DataFrame(
        {
            "met": met.reindex(managers).astype(float),
            "kept": (log.kept / log.scheduled >= 0.9).where(log.scheduled > 0),
            "called_off": called_off.reindex(managers, fill_value=0) < 2,
            "coached": (log.minutes / 60 + 1e-9 >= 3 * here.groupby("manager").size().reindex(managers) * s.months),
            "logged": (log.complete / held >= 0.9).where(log.held > 0),
            "scored": (log.quality >= 4).where(log.quality.notna()),
            "spread": busiest.reindex(managers, fill_value=0) <= 3,
            "covered": (~is_alone.reindex(managers, fill_value=False)) & with_target.reindex(managers, fill_value=False),
            "planned": due.groupby("manager").planned.all().reindex(managers, fill_value=True),
        }
    )
    if not s.is_running:
        forecast_of_team = (
            pd.DataFrame({"forecast": at_start, "actual": results.bookings})
            .join(team.manager, how="inner")
            .groupby("manager")
            .sum()
        )
        miss = (forecast_of_team.forecast - forecast_of_team.actual).abs()
        points["forecast"] = ((forecast_of_team.actual > 0) & (5 * miss <= forecast_of_team.actual)).reindex(
            managers, fill_value=False
        )
    facts.put("management_audit", points.astype(float).sum(axis=1).rename(index=lambda name: "manager " + name))

    common.write(s.out, facts.rows)


if __name__ == "__main__":
    main()
