-- The facts of a quarter, from the exports. Money is in whole minor units (BIGINT) until it is written.
-- A subject is `team`, `rep NAME` or `manager NAME`; where sets are grouped, an owner of NULL stands for the team.

CREATE MACRO subject(owner) AS if(owner IS NULL, 'team', 'rep ' || owner);
CREATE MACRO in_quarter(day) AS day BETWEEN getvariable('quarter_start') AND getvariable('horizon');

CREATE TEMP TABLE facts (metric VARCHAR, subject VARCHAR, dimension VARCHAR, value DOUBLE);

-- ---------------------------------------------------------------- The tables

CREATE TEMP TABLE history AS
SELECT opportunity_id AS id, changed_at, changed_at::DATE AS day, rank, is_lost, (amount * 100)::BIGINT AS amount,
    close_date, forecast_category, (probability * 10000)::BIGINT AS probability
FROM read_csv(getvariable('stage_history'), types = {'amount': 'DECIMAL(18,2)', 'probability': 'DECIMAL(9,4)'})
JOIN stages USING (stage);

-- Opportunities as they stand, with the day they closed: the close date of the won; of the lost the last change into a
-- lost stage, since the close dates of dead deals are stale.
CREATE TEMP TABLE opportunities AS
WITH changes AS (
    SELECT *, lag(is_lost, 1, false) OVER (PARTITION BY id ORDER BY changed_at) AS was_lost FROM history
), journeys AS (
    SELECT id, max(day) FILTER (is_lost AND NOT was_lost) AS lost_on, arg_min(amount, changed_at) AS first_amount
    FROM changes GROUP BY id
)
SELECT id, owner, created_date AS created_on, (amount * 100)::BIGINT AS amount, first_amount, is_won, is_lost,
    CASE WHEN is_won THEN close_date
        WHEN is_lost THEN coalesce(lost_on, least(close_date, getvariable('as_of'))) END AS closed_on,
    competitor, reason, product, segment, source, type, next_step_date
FROM read_csv(getvariable('opportunities'), types = {'amount': 'DECIMAL(18,2)'})
JOIN stages USING (stage)
LEFT JOIN journeys USING (id);

-- Everybody in the list is measured but managers without a deal of their own.
CREATE TEMP TABLE people AS FROM read_csv(getvariable('reps'));
CREATE TEMP TABLE reps AS
SELECT *, coalesce(hire_date <= getvariable('quarter_start'), true)
    AND coalesce(end_date > getvariable('quarter_start'), true) AS is_here_at_start,
    coalesce(hire_date <= getvariable('horizon'), true) AND coalesce(end_date > getvariable('horizon'), true) AS is_here
FROM people WHERE role <> 'manager' OR name IN (SELECT owner FROM opportunities);
CREATE TEMP TABLE subjects AS SELECT 'team' AS subject UNION ALL SELECT subject(name) FROM reps;

-- The state of an opportunity at the end of each day on which it changed. An amount left empty keeps its value, and
-- the first known one holds since creation.
CREATE TEMP TABLE states AS
WITH filled AS (
    SELECT * REPLACE (last_value(amount IGNORE NULLS) OVER changes AS amount), lead(day) OVER changes AS next_day
    FROM history
    WINDOW changes AS (PARTITION BY id ORDER BY changed_at)
)
SELECT id, owner, day AS from_day, coalesce(next_day, DATE 'infinity') AS to_day,
    least(next_day, closed_on, DATE 'infinity') AS open_until, rank, s.is_lost, coalesce(s.amount, first_amount) AS amount,
    close_date, forecast_category, probability,
    lag(close_date) OVER days AS close_date_before, lag(s.is_lost) OVER days AS was_lost
FROM filled s JOIN opportunities USING (id)
WHERE next_day IS DISTINCT FROM day
WINDOW days AS (PARTITION BY id ORDER BY day);

-- An opportunity is open in a state from `from_day` to the day before `open_until`.
CREATE TEMP VIEW open_states AS
SELECT *, rank >= getvariable('qualified_rank') AS is_qualified FROM states WHERE NOT is_lost AND from_day < open_until;

CREATE TEMP TABLE open_at_horizon AS
FROM open_states WHERE from_day <= getvariable('horizon') AND open_until > getvariable('horizon');

CREATE TEMP TABLE decided AS FROM opportunities WHERE in_quarter(closed_on);

CREATE TEMP TABLE quotas AS
SELECT rep AS owner, quarter, sum((amount * 100)::BIGINT) AS amount
FROM read_csv(getvariable('quotas'), types = {'amount': 'DECIMAL(18,2)'})
JOIN quarters USING (period)
SEMI JOIN reps ON name = rep
GROUP BY ALL;

-- ---------------------------------------------------------------- Activities

CREATE TEMP TABLE activities AS
SELECT owner, type, count(*) AS activities,
    count(*) FILTER (lower(type) IN getvariable('meaningful') OR lower(type || ':' || outcome) IN getvariable('meaningful'))
        AS conversations,
    count(*) FILTER (lower(type) IN getvariable('discovery')) AS discoveries
FROM read_csv(getvariable('activities')) SEMI JOIN reps ON name = owner
WHERE in_quarter(date) AND lower(status) IN ('completed', 'done', 'held')
GROUP BY owner, type;

INSERT INTO facts
SELECT 'activities', subject(owner), 'activity_type=' || type, sum(activities)
FROM activities WHERE type IS NOT NULL GROUP BY GROUPING SETS ((type), (owner, type));

CREATE TEMP TABLE activity_sums AS
SELECT subject, coalesce(activities, 0) AS activities, coalesce(conversations, 0) AS conversations,
    coalesce(discoveries, 0) AS discoveries,
    if(subject = 'team', activities / (SELECT count(*) FROM reps WHERE is_here), NULL) AS activities_per_rep
FROM subjects LEFT JOIN (
    SELECT subject(owner) AS subject, sum(activities) AS activities, sum(conversations) AS conversations,
        sum(discoveries) AS discoveries
    FROM activities GROUP BY GROUPING SETS ((), (owner))
) USING (subject);

-- ---------------------------------------------------------------- Pipeline, results and what both make together

CREATE TEMP TABLE results AS
WITH pipeline AS (
    SELECT subject(owner) AS subject, count(*) AS pipeline_count, sum(amount) AS pipeline,
        sum(round_even(amount * probability / 10000, 0)) AS weighted,
        sum(amount) FILTER (close_date BETWEEN getvariable('horizon') AND getvariable('quarter_end')) AS due,
        sum(amount) FILTER (close_date BETWEEN getvariable('next_start') AND getvariable('next_end')) AS due_next
    FROM open_at_horizon WHERE is_qualified GROUP BY GROUPING SETS ((), (owner))
), closed AS (
    SELECT subject(owner) AS subject, count(*) FILTER (is_won) AS won, count(*) FILTER (is_lost) AS lost,
        sum(amount) FILTER (is_won) AS bookings, sum(amount) FILTER (is_lost) AS lost_amount,
        avg(amount) FILTER (is_won) AS deal_size_mean, quantile_cont(amount, 0.5) FILTER (is_won) AS deal_size_median,
        avg(closed_on - created_on) FILTER (is_won) AS cycle_days_mean,
        quantile_cont(closed_on - created_on, 0.5) FILTER (is_won) AS cycle_days_median,
        quantile_cont(closed_on - created_on, 0.9) FILTER (is_won) AS cycle_days_p90,
        quantile_cont(closed_on - created_on, 0.5) FILTER (is_lost) AS lost_cycle_days_median
    FROM decided GROUP BY GROUPING SETS ((), (owner))
), year AS (
    SELECT subject(owner) AS subject, sum(amount) FILTER (is_won) AS year_won, sum(amount) AS year_decided
    FROM opportunities WHERE closed_on BETWEEN getvariable('year_start') AND getvariable('horizon')
    GROUP BY GROUPING SETS ((), (owner))
), created AS (
    SELECT subject(owner) AS subject, count(*) AS created, sum(first_amount) AS created_amount
    FROM opportunities WHERE in_quarter(created_on) GROUP BY GROUPING SETS ((), (owner))
), targets AS (
    SELECT subject(owner) AS subject, sum(amount) FILTER (quarter = getvariable('quarter')) AS target,
        sum(amount) FILTER (quarter = getvariable('quarter') + 1) AS next_target
    FROM quotas GROUP BY GROUPING SETS ((), (owner))
)
SELECT subject, target, next_target, year_won, year_decided, deal_size_mean, deal_size_median, cycle_days_mean, cycle_days_median,
    cycle_days_p90, lost_cycle_days_median, coalesce(pipeline_count, 0) AS pipeline_count, coalesce(pipeline, 0) AS pipeline,
    coalesce(weighted, 0) AS weighted, coalesce(due, 0) AS due, coalesce(due_next, 0) AS due_next, coalesce(won, 0) AS won,
    coalesce(lost, 0) AS lost, coalesce(bookings, 0) AS bookings, coalesce(lost_amount, 0) AS lost_amount,
    coalesce(created, 0) AS created, coalesce(created_amount, 0) AS created_amount
FROM subjects
LEFT JOIN pipeline USING (subject)
LEFT JOIN closed USING (subject)
LEFT JOIN year USING (subject)
LEFT JOIN created USING (subject)
LEFT JOIN targets USING (subject);

CREATE TEMP TABLE figures AS
SELECT subject,
    pipeline_count, pipeline / 100 AS pipeline_value, weighted / 100 AS weighted_pipeline, target / 100 AS target,
    pipeline / nullif(target, 0) AS coverage_ratio,
    if(target IS NULL, NULL, greatest(0, getvariable('healthy') * target - pipeline) / 100) AS coverage_gap,
    if(target > bookings, due / (target - bookings), NULL) AS coverage_remaining,
    if(year_won > 0 AND next_target IS NOT NULL, greatest(0, next_target * year_decided / year_won - due_next) / 100, NULL)
        AS pipeline_needed,
    created AS new_opportunities, created_amount / 100 AS new_opportunities_value,
    won / nullif(won + lost, 0) AS win_rate, bookings / nullif(bookings + lost_amount, 0) AS win_rate_value,
    lost AS losses, bookings / 100 AS bookings, bookings / nullif(target, 0) AS attainment,
    deal_size_mean / 100 AS deal_size_mean, deal_size_median / 100 AS deal_size_median,
    cycle_days_mean, cycle_days_median, cycle_days_p90, lost_cycle_days_median,
    pipeline_count * (won / nullif(won + lost, 0)) * deal_size_mean / 100 / nullif(cycle_days_mean, 0) AS sales_velocity
FROM results;

-- What it took in the four quarters before.
CREATE TEMP TABLE coverage_required AS
WITH openings AS (
    SELECT quarter, subject(owner) AS subject, sum(amount) AS opening
    FROM quarters JOIN open_states ON from_day < first AND open_until >= first
    WHERE is_qualified AND quarter BETWEEN getvariable('quarter') - 4 AND getvariable('quarter') - 1
    GROUP BY GROUPING SETS ((quarter), (quarter, owner))
), wins AS (
    SELECT quarter, subject(owner) AS subject, sum(amount) AS bookings
    FROM quarters JOIN opportunities ON closed_on BETWEEN first AND last
    WHERE is_won AND quarter BETWEEN getvariable('quarter') - 4 AND getvariable('quarter') - 1
    GROUP BY GROUPING SETS ((quarter), (quarter, owner))
)
SELECT subject, if(count(*) >= 2, 1 / nullif(median(coalesce(bookings, 0) / opening), 0), NULL) AS coverage_required
FROM openings LEFT JOIN wins USING (quarter, subject)
WHERE opening > 0 GROUP BY subject;

-- ---------------------------------------------------------------- Win rates by dimension, and losses by reason

INSERT INTO facts
WITH keyed AS (
    UNPIVOT (SELECT id, owner, is_won, reason, product, segment, source, type FROM decided)
    ON reason, product, segment, source, type INTO NAME dimension VALUE key
    UNION ALL
    SELECT DISTINCT id, owner, is_won, 'competitor', trim(unnest(string_split(competitor, ';'))) FROM decided
), counted AS (
    SELECT subject(owner) AS subject, dimension, key, count(*) FILTER (is_won) AS won, count(*) AS decided
    FROM keyed WHERE key <> '' GROUP BY GROUPING SETS ((dimension, key), (owner, dimension, key))
)
SELECT 'win_rate', subject, dimension || '=' || key, won / decided FROM counted
UNION ALL
SELECT 'losses', subject, 'reason=' || key, decided - won FROM counted WHERE dimension = 'reason' AND decided > won;

-- ---------------------------------------------------------------- Stages

-- When each opportunity entered each open stage: the first day on which it stood there or further on. A won one has
-- entered them all by the day it closed.
CREATE TEMP TABLE passages AS
WITH seen AS (
    SELECT id, rank, min(day) AS day FROM history WHERE rank <= getvariable('last_rank') GROUP BY id, rank
), entries AS (
    SELECT o.id, owner, is_won, is_lost, closed_on, s.stage, s.rank, day IS NOT NULL AS was_seen,
        least(min(day) OVER further, if(is_won, closed_on, NULL)) AS entered_on
    FROM opportunities o CROSS JOIN (SELECT stage, rank FROM stages WHERE rank <= getvariable('last_rank')) s
    LEFT JOIN seen ON seen.id = o.id AND seen.rank = s.rank
    WINDOW further AS (PARTITION BY o.id ORDER BY s.rank DESC)
)
SELECT *, lead(entered_on, 1, if(is_won, closed_on, NULL)) OVER (PARTITION BY id ORDER BY rank) AS advanced_on,
    if(is_lost AND advanced_on IS NULL, closed_on, NULL) AS lost_on, coalesce(advanced_on, lost_on) AS left_on
FROM entries WHERE entered_on IS NOT NULL;

INSERT INTO facts
WITH counted AS (
    SELECT subject(owner) AS subject, stage,
        count(*) FILTER (in_quarter(advanced_on)) AS advanced, count(*) FILTER (in_quarter(left_on)) AS gone,
        count(*) FILTER (in_quarter(entered_on)) AS entered,
        count(advanced_on) FILTER (in_quarter(entered_on)) AS cohort_advanced,
        count(left_on) FILTER (in_quarter(entered_on)) AS cohort_gone,
        quantile_cont(left_on - entered_on, 0.5) FILTER (was_seen AND in_quarter(left_on)) AS days
    FROM passages GROUP BY GROUPING SETS ((stage), (owner, stage))
), filled AS (
    SELECT subject, stage, coalesce(entered, 0)::DOUBLE AS stage_entered,
        (advanced / nullif(gone, 0))::DOUBLE AS stage_conversion,
        (cohort_advanced / nullif(cohort_gone, 0))::DOUBLE AS stage_conversion_cohort, days::DOUBLE AS stage_days_median
    FROM subjects CROSS JOIN (SELECT stage FROM stages WHERE rank <= getvariable('last_rank'))
    LEFT JOIN counted USING (subject, stage)
)
SELECT metric, subject, 'stage=' || stage, value
FROM (UNPIVOT filled ON COLUMNS(* EXCLUDE (subject, stage)) INTO NAME metric VALUE value);

CREATE TEMP TABLE qualified AS
SELECT subject, coalesce(new_qualified, 0) AS new_qualified
FROM subjects LEFT JOIN (
    SELECT subject(owner) AS subject, count(*) AS new_qualified
    FROM passages WHERE rank = getvariable('qualified_rank') AND in_quarter(entered_on)
    GROUP BY GROUPING SETS ((), (owner))
) USING (subject);

-- ---------------------------------------------------------------- Won within so many days (Aalen-Johansen)

INSERT INTO facts
WITH followed AS (
    SELECT owner, least(closed_on, getvariable('horizon')) - created_on AS days,
        closed_on <= getvariable('horizon') AND is_won AS has_won, closed_on <= getvariable('horizon') AND is_lost AS has_lost
    FROM opportunities
    WHERE created_on BETWEEN getvariable('year_start') AND getvariable('horizon') AND coalesce(closed_on >= created_on, true)
), counted AS (
    SELECT subject(owner) AS subject, days, count(*) AS followed, count(*) FILTER (has_won) AS won,
        count(*) FILTER (has_won OR has_lost) AS decided
    FROM followed GROUP BY GROUPING SETS ((days), (owner, days))
), at_risk AS (
    SELECT *, sum(followed) OVER (PARTITION BY subject ORDER BY days DESC) AS risk FROM counted
), steps AS (
    SELECT *, won / risk * coalesce(product(1 - decided / risk) OVER (
        PARTITION BY subject ORDER BY days ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1) AS step
    FROM at_risk
)
SELECT 'won_within', subject, 'days=' || span,
    if(span > max(days) AND arg_max(followed - decided, days) > 0, NULL, coalesce(sum(step) FILTER (days <= span), 0))
FROM steps CROSS JOIN (VALUES (30), (60), (90), (180)) spans (span)
GROUP BY subject, span;

-- ---------------------------------------------------------------- Forecast

CREATE TEMP TABLE predicted AS
SELECT week, id, owner, amount
FROM weeks JOIN open_states ON from_day <= day AND open_until > day
WHERE close_date BETWEEN getvariable('quarter_start') AND getvariable('quarter_end')
    AND forecast_category IN getvariable('categories')
    AND day <= getvariable('as_of');

-- What was submitted within a week, else what was predicted and won by then.
CREATE TEMP TABLE forecasts AS
WITH submissions AS (
    SELECT week, rep AS owner, arg_max((amount * 100)::BIGINT, submitted_on) AS amount
    FROM read_csv(getvariable('forecasts'), types = {'amount': 'DECIMAL(18,2)'})
    JOIN weeks ON submitted_on::DATE <= least(day + 7, getvariable('as_of'))
    WHERE period = getvariable('label') AND (category IS NULL OR category IN getvariable('categories'))
    GROUP BY week, rep
), derived AS (
    SELECT week, owner, sum(amount) AS amount
    FROM (
        SELECT week, owner, amount FROM predicted
        UNION ALL
        SELECT week, owner, amount FROM decided JOIN weeks ON closed_on <= day WHERE is_won
    )
    GROUP BY week, owner
), by_rep AS (
    SELECT weeks.week, name AS owner, coalesce(s.amount, d.amount, 0) AS amount
    FROM weeks CROSS JOIN reps
    LEFT JOIN submissions s ON s.week = weeks.week AND s.owner = name
    LEFT JOIN derived d ON d.week = weeks.week AND d.owner = name
    WHERE day <= getvariable('as_of')
), by_team AS (
    SELECT week, coalesce(any_value(s.amount), sum(r.amount)) AS amount
    FROM by_rep r LEFT JOIN (FROM submissions WHERE owner IS NULL) s USING (week)
    GROUP BY week
)
SELECT week, subject(owner) AS subject, amount FROM by_rep UNION ALL SELECT week, 'team', amount FROM by_team;

INSERT INTO facts
WITH held AS (
    SELECT subject, if(week = 0, NULL, 'week=' || week) AS dimension, amount,
        if(getvariable('is_running'), NULL, bookings) AS bookings
    FROM forecasts JOIN results USING (subject)
)
SELECT 'forecast_value', subject, dimension, amount / 100 FROM held
UNION ALL
SELECT 'forecast_accuracy', subject, dimension,
    CASE WHEN bookings > 0 THEN greatest(0, 1 - abs(amount - bookings) / bookings)
        WHEN bookings = 0 AND amount > 0 THEN 0 END
FROM held
UNION ALL
SELECT 'forecast_bias', subject, NULL, (amount - bookings) / nullif(bookings, 0) FROM held WHERE dimension IS NULL
UNION ALL
SELECT 'forecast_wape', 'team', NULL, sum(abs(amount - bookings)) / nullif(sum(bookings), 0) FROM held
WHERE dimension IS NULL AND subject <> 'team';

INSERT INTO facts
WITH counted AS (
    SELECT subject(p.owner) AS subject, count(*) AS predicted, count(*) FILTER (is_won AND in_quarter(closed_on)) AS won,
        count(*) FILTER (is_won AND NOT in_quarter(closed_on)) AS won_later, count(*) FILTER (is_lost) AS lost,
        count(*) FILTER (NOT is_won AND NOT is_lost) AS open
    FROM predicted p JOIN opportunities USING (id) WHERE week = 0 GROUP BY GROUPING SETS ((), (p.owner))
), outcomes AS (
    SELECT subject, coalesce(won, 0) AS won, coalesce(won_later, 0) AS won_later, coalesce(lost, 0) AS lost,
        coalesce(open, 0) AS open
    FROM subjects LEFT JOIN counted USING (subject)
)
SELECT 'forecast_outcome', subject, 'outcome=' || outcome, value
FROM (UNPIVOT outcomes ON won, won_later, lost, open INTO NAME outcome VALUE value)
UNION ALL
SELECT 'forecast_hit_rate', subject, NULL, won / predicted FROM counted WHERE predicted > 0;

-- ---------------------------------------------------------------- Slips and pushes

INSERT INTO facts
SELECT 'slip_rate', subject(d.owner), NULL, count(h.id) / count(*)
FROM open_states d LEFT JOIN open_at_horizon h ON h.id = d.id
    AND (NOT getvariable('is_running') OR h.close_date > getvariable('quarter_end'))
WHERE d.from_day <= getvariable('eve') AND d.open_until > getvariable('eve')
    AND d.close_date BETWEEN getvariable('quarter_start') AND getvariable('quarter_end')
GROUP BY GROUPING SETS ((), (d.owner)) HAVING count(*) > 0;

CREATE TEMP TABLE pushes AS
SELECT subject, coalesce(pushes, 0) AS pushes, coalesce(pushes_out, 0) AS pushes_out
FROM subjects LEFT JOIN (
    SELECT subject(owner) AS subject, count(*) AS pushes, count(*) FILTER (was.quarter IS DISTINCT FROM now.quarter) AS pushes_out
    FROM open_states
    LEFT JOIN quarters was ON close_date_before BETWEEN was.first AND was.last
    LEFT JOIN quarters now ON close_date BETWEEN now.first AND now.last
    WHERE in_quarter(from_day) AND NOT was_lost AND close_date > close_date_before
    GROUP BY GROUPING SETS ((), (owner))
) USING (subject);

-- ---------------------------------------------------------------- Quotes

CREATE TEMP TABLE quotes AS
WITH sent AS (
    SELECT opportunity_id AS id, count(*) AS sent FROM read_csv(getvariable('quotes'))
    WHERE sent_date <= getvariable('as_of') GROUP BY ALL
), seen AS (
    SELECT DISTINCT id FROM history WHERE rank = getvariable('quote_rank')
)
SELECT subject(owner) AS subject, count(*) FILTER (is_won) / count(*) AS quote_win_rate,
    sum(coalesce(sent, 0)) / nullif(count(*) FILTER (is_won), 0) AS quotes_per_win
FROM decided LEFT JOIN sent USING (id)
WHERE sent > 0 OR id IN (FROM seen)
GROUP BY GROUPING SETS ((), (owner));

-- ---------------------------------------------------------------- The waterfall of the pipeline due in the quarter

INSERT INTO facts
WITH candidates AS (
    SELECT id, greatest(from_day, getvariable('eve')) AS day, amount,
        from_day > getvariable('eve') AND coalesce(was_lost, false) AS is_reopened
    FROM open_states
    WHERE close_date <= getvariable('quarter_end') AND from_day <= getvariable('horizon') AND open_until > getvariable('eve')
    UNION ALL
    SELECT d.id, d.closed_on, d.amount, coalesce(s.is_lost, false)
    FROM decided d LEFT JOIN states s ON s.id = d.id AND s.from_day < d.closed_on AND s.to_day >= d.closed_on
    WHERE d.is_won
), entries AS (
    SELECT id, min(day) AS day, coalesce(arg_min_null(amount, day), 0) AS amount, arg_min(is_reopened, day) AS is_reopened
    FROM candidates GROUP BY id
), moves AS (
    SELECT o.owner, e.day, created_on, is_reopened, e.amount,
        coalesce(if(o.closed_on <= getvariable('horizon'), o.amount, s.amount), 0) AS end_amount,
        CASE WHEN o.is_won AND in_quarter(o.closed_on) THEN 'won'
            WHEN o.is_lost AND in_quarter(o.closed_on) OR s.is_lost THEN 'lost'
            WHEN s.close_date <= getvariable('quarter_end') AND coalesce(o.closed_on > getvariable('horizon'), true) THEN 'closing'
            ELSE 'pushed_out' END AS way_out
    FROM entries e JOIN opportunities o USING (id)
    LEFT JOIN (SELECT id, amount, close_date, is_lost FROM states
        WHERE from_day <= getvariable('horizon') AND to_day > getvariable('horizon')) s USING (id)
), parts AS (
    SELECT *, CASE WHEN day = getvariable('eve') THEN 'opening' WHEN created_on > getvariable('eve') THEN 'created'
        WHEN is_reopened THEN 'reopened' ELSE 'pulled_in' END AS way_in,
        if(way_in = 'created', end_amount, amount) AS start_amount
    FROM moves
), components AS (
    SELECT owner, way_in AS component, start_amount AS amount FROM parts
    UNION ALL SELECT owner, 'increased', end_amount - start_amount FROM parts WHERE end_amount > start_amount
    UNION ALL SELECT owner, 'decreased', start_amount - end_amount FROM parts WHERE end_amount < start_amount
    UNION ALL SELECT owner, way_out, end_amount FROM parts
), sums AS (
    SELECT subject(owner) AS subject, component, sum(amount) AS amount FROM components
    GROUP BY GROUPING SETS ((component), (owner, component))
)
SELECT 'waterfall', subject, 'component=' || component, coalesce(amount, 0) / 100
FROM subjects
CROSS JOIN (SELECT unnest(['opening', 'created', 'pulled_in', 'reopened', 'increased', 'decreased', 'pushed_out', 'won',
    'lost', 'closing']) AS component)
LEFT JOIN sums USING (subject, component);

-- ---------------------------------------------------------------- The team's people

INSERT INTO facts
WITH by_rep AS (
    SELECT reps.*, bookings, target FROM reps JOIN results ON results.subject = subject(name)
), heads AS (
    SELECT (count(*) FILTER (is_here_at_start) + count(*) FILTER (is_here)) / 2 AS heads FROM reps
), leavers AS (
    SELECT count(*) AS total, count(*) FILTER (end_type = 'voluntary') AS voluntary FROM reps WHERE in_quarter(end_date)
), pace AS (
    SELECT 365 / (getvariable('horizon') - getvariable('quarter_start') + 1) / nullif(heads, 0) AS pace FROM heads
)
SELECT 'reps_at_target', 'team', NULL, count(*) FILTER (bookings >= target) / nullif(count(*), 0) FROM by_rep
WHERE is_here AND target > 0
UNION ALL
SELECT 'top2_share', 'team', NULL,
    (SELECT sum(bookings) FROM (FROM by_rep ORDER BY bookings DESC LIMIT 2)) / nullif(sum(bookings), 0) FROM by_rep
UNION ALL
SELECT 'bookings_per_head', 'team', NULL, bookings / 100 / nullif(heads, 0) FROM results, heads WHERE subject = 'team'
UNION ALL
SELECT 'turnover_total', 'team', NULL, total * pace FROM leavers, pace
UNION ALL
SELECT 'turnover_voluntary', 'team', NULL, voluntary * pace FROM leavers, pace;

-- How the people hired in the last two years came up to their quotas, month by month.
INSERT INTO facts
WITH hires AS (
    SELECT name AS owner, hire_date, date_trunc('month', hire_date)::DATE AS hire_month
    FROM reps WHERE hire_date BETWEEN getvariable('horizon') - 729 AND getvariable('horizon')
), wins AS (
    SELECT owner, hire_date, closed_on, amount FROM hires JOIN opportunities USING (owner)
    WHERE is_won AND closed_on <= getvariable('horizon')
), first_wins AS (
    SELECT min(closed_on - hire_date) AS days FROM wins WHERE closed_on >= hire_date GROUP BY owner
), months AS (
    SELECT owner, hire_month,
        unnest(generate_series(hire_month - INTERVAL 2 MONTH, getvariable('horizon')::TIMESTAMP, INTERVAL 1 MONTH))::DATE AS month
    FROM hires
), sold AS (
    SELECT owner, date_trunc('month', closed_on)::DATE AS month, sum(amount) AS amount FROM wins GROUP BY ALL
), rolling AS (
    -- A month's quota is a third of its quarter's.
    SELECT owner, hire_month, month, sum(sold.amount) OVER three AS sold, sum(q.amount) OVER three AS quota_of_quarters
    FROM months LEFT JOIN sold USING (owner, month)
    LEFT JOIN quarters ON month BETWEEN first AND last LEFT JOIN quotas q USING (owner, quarter)
    WINDOW three AS (PARTITION BY owner ORDER BY month ROWS 2 PRECEDING)
), ramped AS (
    SELECT min(date_diff('month', hire_month, month) + 1) AS months FROM rolling
    WHERE month >= hire_month AND 3 * sold >= getvariable('ramp_share') * quota_of_quarters GROUP BY owner
)
SELECT 'ramp_days_first_win', 'team', NULL, median(days) FROM first_wins
UNION ALL
SELECT 'ramp_months', 'team', NULL, median(months) FROM ramped;

-- ---------------------------------------------------------------- Coaching

CREATE TEMP TABLE all_sessions AS
SELECT date, manager, rep, kind, status, score, focus IS NOT NULL AND feedback IS NOT NULL AND next_step IS NOT NULL AS is_logged,
    coalesce(status IN ('held', 'completed'), date <= getvariable('as_of')) AS is_held,
    if(is_held AND kind NOT IN ('team_meeting', 'interview'), coalesce(minutes, 0), 0) AS coached_minutes
FROM read_csv(getvariable('coaching'));
CREATE TEMP TABLE sessions AS FROM all_sessions WHERE in_quarter(date);
CREATE TEMP TABLE managers AS
SELECT manager FROM people WHERE manager IS NOT NULL UNION SELECT manager FROM all_sessions WHERE manager IS NOT NULL;
CREATE TEMP TABLE coached AS FROM subjects UNION ALL SELECT 'manager ' || manager FROM managers;

CREATE TEMP TABLE sessions_of AS
SELECT 'team' AS subject, * FROM sessions
UNION ALL SELECT 'rep ' || rep, * FROM sessions WHERE rep IS NOT NULL
UNION ALL SELECT 'manager ' || manager, * FROM sessions;

INSERT INTO facts SELECT 'sessions', subject, 'kind=' || kind, count(*) FROM sessions_of WHERE is_held GROUP BY subject, kind;

CREATE TEMP TABLE coaching AS
SELECT subject, coalesce(scheduled, 0) AS one_on_ones_scheduled, coalesce(kept, 0) AS one_on_ones_held,
    kept / nullif(scheduled, 0) AS one_on_one_held_rate, coalesce(minutes, 0) / 60 AS coaching_hours,
    coalesce(held, 0) AS sessions,
    session_quality, logged / nullif(held, 0) AS coaching_logged
FROM coached LEFT JOIN (
    SELECT subject, count(*) FILTER (kind = 'one_on_one') AS scheduled, count(*) FILTER (kind = 'one_on_one' AND is_held) AS kept,
        sum(coached_minutes) AS minutes, count(*) FILTER (is_held) AS held, avg(score) FILTER (is_held) AS session_quality,
        count(*) FILTER (is_held AND is_logged) AS logged
    FROM sessions_of GROUP BY subject
) USING (subject);

-- Whether the reps coached more in the quarter before raised their win rate more: Spearman's rank correlation.
INSERT INTO facts
WITH before AS (FROM quarters WHERE quarter = getvariable('quarter') - 1),
rates AS (
    SELECT owner, avg(is_won::INTEGER) FILTER (in_quarter(closed_on)) AS now,
        avg(is_won::INTEGER) FILTER (closed_on < getvariable('quarter_start')) AS earlier, round(now - earlier, 12) AS change
    FROM opportunities, before WHERE closed_on BETWEEN first AND getvariable('horizon') GROUP BY owner
), minutes AS (
    SELECT rep AS owner, sum(coached_minutes) AS minutes FROM all_sessions, before WHERE date BETWEEN first AND last GROUP BY rep
), pairs AS (
    SELECT change, coalesce(minutes, 0) AS minutes FROM rates LEFT JOIN minutes USING (owner) WHERE change IS NOT NULL
), ranked AS (
    SELECT rank() OVER (ORDER BY change) + (count(*) OVER (PARTITION BY change) - 1) / 2 AS x,
        rank() OVER (ORDER BY minutes) + (count(*) OVER (PARTITION BY minutes) - 1) / 2 AS y
    FROM pairs
)
SELECT 'coaching_effect', 'team', NULL, if(count(*) >= 5 AND stddev_pop(x) > 0 AND stddev_pop(y) > 0, corr(x, y), NULL)
FROM ranked;

-- Ten habits of a manager, a point for each that held; a habit that nothing can tell of is NULL.
INSERT INTO facts
WITH team AS (
    SELECT manager, name AS rep, is_here, target FROM reps JOIN results ON subject = subject(name) WHERE manager IS NOT NULL
), one_on_ones AS (
    FROM sessions WHERE kind = 'one_on_one'
), met AS (
    SELECT manager, count(*) AS people,
        bool_and(rep IN (SELECT rep FROM one_on_ones o WHERE is_held AND o.manager = team.manager)) AS all_met
    FROM team WHERE is_here GROUP BY manager
), called_off AS (
    SELECT manager, max(times) AS called_off
    FROM (SELECT manager, rep, count(*) AS times FROM one_on_ones WHERE status IN ('cancelled', 'canceled', 'moved') GROUP BY ALL)
    GROUP BY manager
), busiest AS (
    SELECT manager, max(times) AS most
    FROM (SELECT manager, date, count(*) AS times FROM one_on_ones
        WHERE coalesce(status NOT IN ('cancelled', 'canceled', 'moved'), true) GROUP BY ALL)
    GROUP BY manager
), pipelines AS (
    SELECT last, owner AS rep, sum(amount) AS pipeline
    FROM iso_weeks JOIN open_states ON from_day <= last AND open_until > last WHERE is_qualified GROUP BY ALL
), weeks_of_reps AS (
    SELECT manager, rep, first, last, coalesce(pipeline, 0) < 3 * target AS is_low
    FROM team CROSS JOIN iso_weeks LEFT JOIN pipelines USING (rep, last) WHERE is_here AND target > 0
), seen AS (
    SELECT DISTINCT manager, rep, first FROM all_sessions JOIN iso_weeks ON date BETWEEN first AND last WHERE is_held
), covered AS (
    SELECT w.manager, bool_and(NOT is_low OR seen.first IS NOT NULL) AS all_covered
    FROM weeks_of_reps w LEFT JOIN seen USING (manager, rep, first) GROUP BY w.manager
), planned AS (
    SELECT manager, bool_and(next_step_date IS NOT NULL) AS all_planned
    FROM open_at_horizon h JOIN opportunities USING (id) JOIN team ON rep = h.owner
    WHERE h.close_date BETWEEN getvariable('quarter_start') AND getvariable('quarter_end') GROUP BY manager
), forecast AS (
    SELECT manager, sum(amount) AS forecast, sum(bookings) AS actual
    FROM team JOIN forecasts f ON f.subject = subject(rep) JOIN results USING (subject) WHERE week = 0 GROUP BY manager
), points AS (
    SELECT manager, unnest([
        all_met,
        one_on_one_held_rate >= 0.9,
        coalesce(called_off, 0) < 2,
        coaching_hours + 1e-9 >= 3 * people * getvariable('months'),
        coaching_logged >= 0.9,
        session_quality >= 4,
        coalesce(most, 0) <= 3,
        all_covered,
        coalesce(all_planned, true),
        if(getvariable('is_running') OR (forecast = 0 AND actual = 0), NULL, actual > 0 AND 5 * abs(forecast - actual) <= actual)
    ]) AS point
    FROM managers
    JOIN coaching ON subject = 'manager ' || manager
    LEFT JOIN met USING (manager)
    LEFT JOIN called_off USING (manager)
    LEFT JOIN busiest USING (manager)
    LEFT JOIN covered USING (manager)
    LEFT JOIN planned USING (manager)
    LEFT JOIN forecast USING (manager)
)
SELECT 'management_audit', 'manager ' || manager, NULL, sum(point::INTEGER) FROM points GROUP BY manager;

-- ---------------------------------------------------------------- Wide tables, one column for each metric, become facts

INSERT INTO facts
WITH wide AS (
    SELECT subject, COLUMNS(* EXCLUDE (subject))::DOUBLE
    FROM coached
    LEFT JOIN activity_sums USING (subject)
    LEFT JOIN figures USING (subject)
    LEFT JOIN coverage_required USING (subject)
    LEFT JOIN qualified USING (subject)
    LEFT JOIN pushes USING (subject)
    LEFT JOIN quotes USING (subject)
    LEFT JOIN coaching USING (subject)
)
SELECT metric, subject, NULL, value FROM (UNPIVOT wide ON COLUMNS(* EXCLUDE (subject)) INTO NAME metric VALUE value);
