//! Writes a believable company's CRM exports as CSV, at any size.
//!
//! ```text
//! generate --out DIR [--opportunities N] [--activities N] [--seed 7]
//! ```
//!
//! Without `--opportunities` it writes the *sample company*: two sales teams, two full fiscal years and the third up to
//! the as-of date, with a handful of stories planted in the figures (they are told in the `README.md` it writes). With
//! `--opportunities N` the same cast is repeated under other names until there are N opportunities.
//!
//! How it works: each rep's quarters are *planned* first (how much is booked, how many deals are won, how many are lost
//! and in which stage), because a sales manager's figures are counted by the day a deal is decided. The plan is then
//! filled with deals, and each deal is lived backwards from its decision: creation, stages, pushed close dates, changed
//! amounts, quotes, activities. A deal is written to all files and forgotten, so memory grows with the number of
//! reps and not of opportunities. Everything follows from the seed.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program of its own, with its own console and files"
)]

use std::collections::VecDeque;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

const USAGE: &str = "usage: generate --out DIR [--opportunities N] [--activities N] [--seed N]";

/// The day of the export, a Monday. Nothing that has happened is dated later.
const AS_OF: NaiveDate = date(2026, 11, 16);

/// The first day of the first fiscal quarter told about; deals decided before it are not in the export.
const FIRST_DAY: NaiveDate = date(2024, 2, 1);

/// The sample company began to capture activities in its CRM on this day.
const CAPTURE_SINCE: NaiveDate = date(2025, 11, 1);

/// Managers have logged their coaching since this day.
const COACHING_SINCE: NaiveDate = date(2025, 11, 3);

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", options.out.display());
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> io::Result<()> {
    fs::create_dir_all(&options.out)?;
    let company = Company::new(options);
    write_people(&options.out, &company)?;
    write_quotas(&options.out, &company)?;
    write_coaching(&options.out, &company, options.seed)?;
    let booked = Exporter::new(&options.out, &company, options)?.run()?;
    write_forecasts(&options.out, &company, &booked, options.seed)?;
    fs::write(options.out.join("quarterdeck.toml"), CONFIGURATION)?;
    fs::write(options.out.join("README.md"), README)
}

// ---------------------------------------------------------------------------------------------------------------------
// Command line

struct Options {
    out: PathBuf,
    /// How many opportunities to write; `None` is the sample company.
    opportunities: Option<u64>,
    /// How many activities to write; only with a number of opportunities.
    activities: u64,
    seed: u64,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut out, mut opportunities, mut activities, mut seed) = (None, None, None, 7);
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--out" => out = Some(PathBuf::from(value)),
                "--opportunities" => opportunities = Some(whole_number(&name, &value)?),
                "--activities" => activities = Some(whole_number(&name, &value)?),
                "--seed" => seed = whole_number(&name, &value)?,
                _ => return Err(format!("unknown option {name}")),
            }
        }
        if opportunities == Some(0) {
            return Err("--opportunities must be at least 1".to_owned());
        }
        if activities.is_some() && opportunities.is_none() {
            return Err("--activities goes with --opportunities; the sample company has its own number".to_owned());
        }
        Ok(Self {
            out: out.ok_or("--out is missing")?,
            opportunities,
            activities: activities.or(opportunities.map(|n| n.saturating_mul(10))).unwrap_or(0),
            seed,
        })
    }
}

fn whole_number(name: &str, value: &str) -> Result<u64, String> {
    value.replace('_', "").parse().map_err(|_| format!("{name} needs a whole number, not {value:?}"))
}

// ---------------------------------------------------------------------------------------------------------------------
// Chance

/// SplitMix64 (Steele, Lea and Flood 2014): small, fast, and good enough to make up a company.
struct Rng(u64);

impl Rng {
    /// An independent stream for one use of the seed, so that adding a table does not change the others.
    fn stream(seed: u64, stream: u64) -> Self {
        let mut rng = Self(seed ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03));
        rng.next();
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `[0, 1)`.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number in `low..=high`.
    fn whole(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }

    /// A standard normal number (Box and Muller).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A log-normal number with median 1.
    fn skewed(&mut self, sigma: f64) -> f64 {
        (sigma * self.normal()).exp()
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[(self.next() % items.len() as u64) as usize]
    }

    fn weighted<T: Copy>(&mut self, items: &[(T, f64)]) -> T {
        let mut left = self.unit() * items.iter().map(|(_, weight)| weight).sum::<f64>();
        for &(item, weight) in items {
            left -= weight;
            if left < 0.0 {
                return item;
            }
        }
        items[items.len() - 1].0
    }
}

/// Turns a series of fractional numbers into whole ones whose running sums agree, so that a small company does not
/// drift from its plan by rounding.
struct Rounding(f64);

impl Rounding {
    fn take(&mut self, amount: f64) -> u32 {
        let whole = (self.0 + amount).floor().max(0.0);
        self.0 += amount - whole;
        whole as u32
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Calendar

const fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date of the calendar")
}

fn days(number: i64) -> chrono::TimeDelta {
    chrono::TimeDelta::days(number)
}

/// A working day near `day`: Monday for a Sunday, else the last one up to it. It keeps the order of dates, so no event
/// overtakes another.
fn business_day(mut day: NaiveDate) -> NaiveDate {
    if day.weekday() == Weekday::Sun {
        day += days(1);
    }
    while is_free(day) {
        day -= days(1);
    }
    day
}

fn next_business_day(mut day: NaiveDate) -> NaiveDate {
    while is_free(day) {
        day += days(1);
    }
    day
}

fn is_free(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
        || matches!((day.month(), day.day()), (12, 25..=31) | (1, 1) | (7, 1))
}

fn month_end(day: NaiveDate) -> NaiveDate {
    let first = day - Days::new(u64::from(day.day0()));
    first + Months::new(1) - days(1)
}

/// A fiscal quarter, counted from the one that begins on [`FIRST_DAY`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Quarter(usize);

impl Quarter {
    const LAST_COMPLETE: Self = Self(10);
    const RUNNING: Self = Self(11);
    const COUNT: usize = 12;

    fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }

    fn of(day: NaiveDate) -> Self {
        let months = (day.year() - FIRST_DAY.year()) * 12 + day.month0() as i32 - FIRST_DAY.month0() as i32;
        Self((months.max(0) / 3) as usize)
    }

    fn start(self) -> NaiveDate {
        FIRST_DAY + Months::new(3 * self.0 as u32)
    }

    fn end(self) -> NaiveDate {
        self.start() + Months::new(3) - days(1)
    }

    /// 0 in the first fiscal year told about.
    fn year(self) -> usize {
        self.0 / 4
    }

    /// 0 in the first quarter of a fiscal year.
    fn within_year(self) -> usize {
        self.0 % 4
    }
}

/// As in `2027-Q3`: the fiscal year is named for the calendar year in which it ends.
impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-Q{}", FIRST_DAY.year() + 1 + self.year() as i32, self.within_year() + 1)
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// CSV

/// A CSV file with a header row.
struct Table(BufWriter<File>);

impl Table {
    fn create(directory: &Path, name: &str, header: &str) -> io::Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 18, File::create(directory.join(name))?);
        writeln!(file, "{header}")?;
        Ok(Self(file))
    }

    fn row(&mut self, fields: fmt::Arguments<'_>) -> io::Result<()> {
        self.0.write_fmt(fields)?;
        self.0.write_all(b"\n")
    }

    fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Text as a CSV field, quoted where it has to be.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains([',', '"', '\n']) {
            write!(f, "\"{}\"", self.0.replace('"', "\"\""))
        } else {
            f.write_str(self.0)
        }
    }
}

/// A field that may be empty.
struct Maybe<T>(Option<T>);

impl<T: fmt::Display> fmt::Display for Maybe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |value| value.fmt(f))
    }
}

/// An amount in cents, written in dollars, with cents only where there are some.
#[derive(Clone, Copy, PartialEq)]
struct Money(i64);

impl Money {
    fn dollars(self) -> f64 {
        self.0 as f64 / 100.0
    }

    fn rounded(dollars: f64, step: f64) -> Self {
        Self(((dollars / step).round().max(1.0) * step * 100.0).round() as i64)
    }

    /// A price as people write it: mostly round, sometimes docks times a monthly fee, sometimes with cents after a
    /// discount.
    fn believable(rng: &mut Rng, dollars: f64) -> Self {
        match rng.unit() {
            style if style < 0.50 => Self::rounded(dollars, 500.0),
            style if style < 0.80 => Self::rounded(dollars, 100.0),
            style if style < 0.92 => Self::rounded(dollars, 12.0 * rng.pick(&[39.0, 49.0, 59.0])),
            _ => Self::rounded(dollars, 0.05),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 100 {
            0 => write!(f, "{}", self.0 / 100),
            cents => write!(f, "{}.{cents:02}", self.0 / 100),
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// People

/// What is peculiar about a person, and what the reports should find.
#[derive(Clone, Copy, PartialEq)]
enum Story {
    Steady,
    /// Sends proposals before discovery is done, since the last complete quarter, and loses them.
    ProposalCollapse,
    /// Calls everything Commit, and pushes it month after month.
    Slips,
    /// Keeps no meetings in the calendar ahead.
    NothingBooked,
    /// A manager who coaches every week and writes it down.
    Coaches,
    /// A manager who has no time for one-on-ones, and since the last complete quarter hardly any.
    Cancels,
}

#[derive(Clone, Copy)]
enum Departure {
    Voluntary(NaiveDate),
    Involuntary(NaiveDate),
}

impl Departure {
    fn day(self) -> NaiveDate {
        match self {
            Self::Voluntary(day) | Self::Involuntary(day) => day,
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Voluntary(_) => "voluntary",
            Self::Involuntary(_) => "involuntary",
        }
    }
}

/// One of the cast: how somebody sells, and what happens to them.
#[derive(Clone, Copy)]
struct Character {
    name: &'static str,
    team: usize,
    story: Story,
    hired: NaiveDate,
    left: Option<Departure>,
    /// Dollars a quarter in the current fiscal year; 0 for a manager who does not sell.
    quota: f64,
    /// The median deal in dollars.
    deal: f64,
    /// Share of decided deals won.
    win_rate: f64,
    /// Median days from creation to a win.
    cycle: f64,
    /// Usual share of quota booked, and that of the last complete quarter.
    attainment: [f64; 2],
    /// Qualified pipeline over quota on [`AS_OF`].
    coverage: f64,
}

const TEAMS: [&str; 2] = ["East", "West"];

/// A rep without anything special; the cast below says how each differs.
const REP: Character = Character {
    name: "",
    team: 0,
    story: Story::Steady,
    hired: date(2021, 6, 1),
    left: None,
    quota: 150_000.0,
    deal: 32_000.0,
    win_rate: 0.29,
    cycle: 66.0,
    attainment: [0.95, 0.95],
    coverage: 3.3,
};

/// Managers first, in the order of [`TEAMS`].
#[rustfmt::skip]
const CAST: [Character; 15] = [
    Character { name: "Colette Marchand", story: Story::Cancels, hired: date(2019, 4, 15), quota: 60_000.0,
        deal: 24_000.0, win_rate: 0.33, attainment: [0.95, 0.78], coverage: 3.4, ..REP },
    Character { name: "Daniel Oyelaran", team: 1, story: Story::Coaches, hired: date(2020, 9, 8), quota: 0.0, ..REP },
    Character { name: "Priya Raghunathan", hired: date(2021, 3, 1), quota: 260_000.0, deal: 42_000.0, win_rate: 0.34,
        cycle: 72.0, attainment: [1.08, 1.28], coverage: 2.2, ..REP },
    Character { name: "Marek Zieliński", story: Story::ProposalCollapse, hired: date(2023, 2, 13), quota: 130_000.0,
        deal: 12_000.0, win_rate: 0.30, cycle: 50.0, attainment: [0.98, 0.58], coverage: 2.7, ..REP },
    Character { name: "Sofia Castellano", hired: date(2022, 5, 16), attainment: [0.94, 0.93], coverage: 3.4, ..REP },
    Character { name: "Jean-Philippe Gagnon", story: Story::NothingBooked, hired: date(2019, 10, 7), quota: 170_000.0,
        deal: 35_000.0, win_rate: 0.24, cycle: 74.0, attainment: [0.86, 0.82], coverage: 2.6, ..REP },
    Character { name: "Amara Okonkwo", hired: date(2023, 5, 8), left: Some(Departure::Voluntary(date(2026, 9, 18))),
        quota: 140_000.0, attainment: [0.97, 0.78], ..REP },
    Character { name: "Wei-Ling Chen", hired: date(2024, 6, 10), quota: 120_000.0, deal: 17_500.0, cycle: 48.0,
        attainment: [0.96, 1.04], coverage: 3.7, ..REP },
    Character { name: "Callum Fraser", team: 1, story: Story::Slips, hired: date(2020, 1, 20), quota: 190_000.0,
        deal: 22_500.0, win_rate: 0.23, cycle: 84.0, attainment: [0.80, 0.72], coverage: 4.4, ..REP },
    Character { name: "Noor Haddad", team: 1, hired: date(2026, 4, 13), quota: 140_000.0, deal: 12_500.0,
        win_rate: 0.25, cycle: 48.0, attainment: [0.42, 0.92], coverage: 2.7, ..REP },
    Character { name: "Gurpreet Sandhu", team: 1, hired: date(2025, 3, 3), quota: 135_000.0, deal: 21_000.0,
        win_rate: 0.32, cycle: 52.0, attainment: [1.06, 1.14], coverage: 3.5, ..REP },
    Character { name: "Zoë Petersen", team: 1, hired: date(2022, 9, 6), quota: 160_000.0, attainment: [0.97, 0.98],
        ..REP },
    Character { name: "Tadeo Villanueva", team: 1, hired: date(2024, 8, 12), quota: 145_000.0, win_rate: 0.31,
        attainment: [0.98, 1.06], coverage: 2.4, ..REP },
    Character { name: "Ingrid Solheim", team: 1, hired: date(2018, 11, 5), quota: 280_000.0, deal: 58_000.0,
        win_rate: 0.27, cycle: 98.0, attainment: [0.99, 0.95], coverage: 3.7, ..REP },
    Character { name: "Bradley Hume", team: 1, hired: date(2023, 9, 18),
        left: Some(Departure::Involuntary(date(2024, 10, 25))), quota: 140_000.0, win_rate: 0.17,
        attainment: [0.55, 0.55], ..REP },
];

/// How much deal sizes spread (the standard deviation of their logarithm).
const DEAL_SIGMA: f64 = 0.55;

/// Share of the lost deals that are lost in each open stage.
const LOSSES: [f64; 4] = [0.22, 0.27, 0.31, 0.20];
const LOSSES_IN_COLLAPSE: [f64; 4] = [0.14, 0.13, 0.69, 0.04];

struct Person {
    character: Character,
    name: String,
    team: String,
    /// Index of the manager among the company's people; `None` for a manager.
    manager: Option<usize>,
    /// Index of the colleague whose open deals this person took over.
    inherits_from: Option<usize>,
    /// How many times the deals (and the quota) of the sample's character.
    volume: f64,
}

impl Person {
    fn on_board(&self, day: NaiveDate) -> bool {
        self.character.hired <= day && self.character.left.is_none_or(|left| day < left.day())
    }

    /// The first day of selling: nothing is dated before somebody has settled in.
    fn first_day(&self) -> NaiveDate {
        self.character.hired + days(4)
    }

    /// The quota of a quarter in dollars: grows by the year, ramps for a new hire, ends with a departure.
    fn quota(&self, quarter: Quarter) -> f64 {
        let growth = [0.86, 0.93, 1.0][quarter.year()];
        let length = (quarter.end() - quarter.start()).num_days() as f64;
        let stay = self.character.left.map_or(1.0, |left| (left.day() - quarter.start()).num_days() as f64 / length);
        let quota = self.character.quota * self.volume * growth * self.ramp(quarter) * stay.clamp(0.0, 1.0);
        (quota / 1000.0).round() * 1000.0
    }

    /// The share of a full quota that somebody of this tenure carries.
    fn ramp(&self, quarter: Quarter) -> f64 {
        match (quarter.start() - self.character.hired).num_days() {
            ..0 => 0.0,
            0..60 => 0.25,
            60..170 => 0.6,
            _ => 1.0,
        }
    }

    /// The share of quota booked in a quarter that the plan aims at.
    fn attainment(&self, quarter: Quarter, rng: &mut Rng) -> f64 {
        let [usual, recent] = self.character.attainment;
        if quarter == Quarter::LAST_COMPLETE {
            return recent;
        }
        let season = [-0.05, 0.0, 0.0, 0.06][quarter.within_year()];
        usual + season + rng.between(-0.14, 0.14)
    }

    /// Whether proposals go out before discovery is done, in deals decided on `day`.
    fn rushes(&self, day: NaiveDate) -> bool {
        self.character.story == Story::ProposalCollapse && day >= Quarter::LAST_COMPLETE.start()
    }

    fn losses(&self, decided: NaiveDate) -> [f64; 4] {
        if self.rushes(decided) { LOSSES_IN_COLLAPSE } else { LOSSES }
    }

    fn win_rate(&self, decided: NaiveDate) -> f64 {
        self.character.win_rate * if self.rushes(decided) { 0.5 } else { 1.0 }
    }

    fn mean_deal(&self) -> f64 {
        self.character.deal * (DEAL_SIGMA * DEAL_SIGMA / 2.0).exp()
    }

    fn email(&self) -> String {
        let plain = |c: char| match c {
            'é' | 'è' | 'ë' => Some('e'),
            'ń' | 'ñ' => Some('n'),
            'ø' | 'ö' | 'ó' => Some('o'),
            'ü' => Some('u'),
            'í' => Some('i'),
            'á' => Some('a'),
            'ç' => Some('c'),
            ' ' => Some('.'),
            _ => c.is_ascii_alphanumeric().then_some(c),
        };
        let local: String = self.name.to_lowercase().chars().filter_map(plain).collect();
        format!("{local}@kedgemoor.example")
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The company and its plan

/// What a rep decides in one quarter (as far as it has gone).
struct Block {
    from: NaiveDate,
    to: NaiveDate,
    /// Dollars of all wins together.
    bookings: f64,
    wins: u32,
    /// By the stage they are lost in.
    losses: [u32; 4],
}

impl Block {
    fn size(&self) -> u32 {
        self.wins + self.losses.iter().sum::<u32>()
    }
}

/// What a rep has decided, quarter by quarter, and how many deals are open on [`AS_OF`].
#[derive(Default)]
struct Plan {
    blocks: Vec<Block>,
    open: u32,
}

impl Plan {
    fn of(person: &Person, rng: &mut Rng) -> Self {
        let mut plan = Self::default();
        if person.character.quota == 0.0 {
            return plan;
        }
        let mut wins = Rounding(0.5);
        let mut losses = [0.2, 0.4, 0.6, 0.8].map(Rounding);
        for quarter in Quarter::all() {
            let from = quarter.start().max(person.first_day() + days(60));
            let leaves = person.character.left.map_or(AS_OF, |left| left.day() - days(1));
            let to = quarter.end().min(leaves).min(AS_OF);
            let attainment = person.attainment(quarter, rng);
            if from >= to {
                continue;
            }
            // Deals are won late in a quarter and lost at any time.
            let (won_so_far, lost_so_far) = if quarter == Quarter::RUNNING { (0.12, 0.17) } else { (1.0, 1.0) };
            let bookings = person.quota(quarter) * attainment;
            let won = bookings / person.mean_deal();
            let win_rate = person.win_rate(from);
            let lost = won * (1.0 - win_rate) / win_rate * lost_so_far;
            let shares = person.losses(from);
            plan.blocks.push(Block {
                from,
                to,
                bookings: bookings * won_so_far,
                wins: wins.take(won * won_so_far),
                losses: std::array::from_fn(|stage| losses[stage].take(lost * shares[stage])),
            });
        }
        if person.on_board(AS_OF) {
            // About four fifths of the open deals are qualified.
            let value = person.character.coverage * person.quota(Quarter::RUNNING);
            plan.open = (value / (0.8 * person.mean_deal())).round() as u32;
        }
        plan
    }

    fn size(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.size())).sum::<u64>() + u64::from(self.open)
    }

    /// Adds or takes away a deal here and there until there are `size` of them.
    fn fit_to(&mut self, size: u64) {
        let mut missing = size as i64 - self.size() as i64;
        let mut counters: Vec<&mut u32> = Vec::new();
        for block in &mut self.blocks {
            counters.extend(&mut block.losses);
            counters.push(&mut block.wins);
        }
        // Who has left must not get an open deal.
        counters.extend(Some(&mut self.open).filter(|open| **open > 0));
        let mut turn = 0;
        while missing != 0 {
            let counter = turn % counters.len();
            if missing > 0 {
                *counters[counter] += 1;
                missing -= 1;
            } else if *counters[counter] > 0 {
                *counters[counter] -= 1;
                missing += 1;
            }
            turn += 1;
        }
    }
}

struct Company {
    people: Vec<Person>,
    /// Of each person, in the same order.
    plans: Vec<Plan>,
    /// All opportunities together.
    size: u64,
    /// Activities are known since this day.
    captured_since: NaiveDate,
}

impl Company {
    fn new(options: &Options) -> Self {
        match options.opportunities {
            None => Self::sample(options.seed),
            Some(size) => Self::of_size(size, options.seed),
        }
    }

    fn sample(seed: u64) -> Self {
        let names = CAST.map(|character| character.name.to_owned());
        let people = office(TEAMS.map(str::to_owned), names, 0, 1.0);
        let plans = plan_all(&people, seed);
        let size = plans.iter().map(Plan::size).sum();
        Self { people, plans, size, captured_since: CAPTURE_SINCE }
    }

    /// The cast as often as it takes to have a rep for about every 125 opportunities (90 in two years), up to a limit
    /// from which on everybody has more of them.
    fn of_size(size: u64, seed: u64) -> Self {
        const PER_REP: u64 = 125;
        const MOST_REPS: usize = 2000;
        let reps = CAST.len() - 1;
        let offices = ((size / PER_REP) as usize / reps).clamp(1, MOST_REPS / reps);
        let natural = Self::sample(seed).size * offices as u64;
        let volume = size as f64 / natural as f64;

        let mut people = Vec::with_capacity(offices * CAST.len());
        for number in 0..offices {
            let first = people.len();
            let teams = TEAMS.map(|team| format!("{team} {}", number + 1));
            people.extend(office(teams, std::array::from_fn(|index| made_up_name(first + index)), first, volume));
        }
        let mut plans = plan_all(&people, seed);
        fit(&mut plans, size);
        Self { people, plans, size, captured_since: NaiveDate::MIN }
    }

    fn name(&self, person: usize) -> &str {
        &self.people[person].name
    }

    /// The people who report to a manager.
    fn reports(&self, manager: usize) -> Vec<&Person> {
        self.people.iter().filter(|person| person.manager == Some(manager)).collect()
    }
}

/// The cast under the given names; `first` is the index that its first member will have.
fn office(teams: [String; 2], names: [String; CAST.len()], first: usize, volume: f64) -> Vec<Person> {
    let leaver =
        |team| CAST.iter().position(|other| other.team == team && matches!(other.left, Some(Departure::Voluntary(_))));
    let hire = |(index, (character, name)): (usize, (Character, String))| {
        let is_manager = index < TEAMS.len();
        let takes_over = !is_manager && character.story == Story::Steady && character.left.is_none();
        Person {
            character,
            name,
            team: teams[character.team].clone(),
            manager: (!is_manager).then_some(first + character.team),
            inherits_from: leaver(character.team).filter(|_| takes_over).map(|leaver| first + leaver),
            volume,
        }
    };
    CAST.into_iter().zip(names).enumerate().map(hire).collect()
}

fn plan_all(people: &[Person], seed: u64) -> Vec<Plan> {
    let mut rng = Rng::stream(seed, streams::PLAN);
    people.iter().map(|person| Plan::of(person, &mut rng)).collect()
}

/// Fits all plans so that they add up to `size`, each by its share.
fn fit(plans: &mut [Plan], size: u64) {
    // In a very small company a plan may have quarters and still no deal.
    let weight = |plan: &Plan| plan.size() + u64::from(!plan.blocks.is_empty());
    let planned: u64 = plans.iter().map(weight).sum();
    let (mut seen, mut given) = (0, 0);
    for plan in plans {
        seen += weight(plan);
        let upto = (u128::from(seen) * u128::from(size) / u128::from(planned)) as u64;
        plan.fit_to(upto - given);
        given = upto;
    }
}

/// One of 3599 names, no two the same: the numbers of given and family names have no common divisor.
fn made_up_name(index: usize) -> String {
    format!("{} {}", GIVEN_NAMES[index % GIVEN_NAMES.len()], FAMILY_NAMES[index * 7 % FAMILY_NAMES.len()])
}

/// The uses of the seed.
mod streams {
    pub const PLAN: u64 = 1;
    pub const DEALS: u64 = 2;
    pub const COACHING: u64 = 3;
    pub const FORECASTS: u64 = 4;
}

// ---------------------------------------------------------------------------------------------------------------------
// Deals

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Qualified,
    Discovery,
    Proposal,
    Negotiation,
    Won,
    Lost,
    NoDecision,
}

impl Stage {
    const OPEN: [Self; 4] = [Self::Qualified, Self::Discovery, Self::Proposal, Self::Negotiation];

    fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Qualified => "Qualified",
            Self::Discovery => "Discovery",
            Self::Proposal => "Proposal",
            Self::Negotiation => "Negotiation",
            Self::Won => "Closed Won",
            Self::Lost => "Closed Lost",
            Self::NoDecision => "Closed - No Decision",
        }
    }

    fn probability(self) -> &'static str {
        match self {
            Self::Qualified => "0.1",
            Self::Discovery => "0.25",
            Self::Proposal => "0.5",
            Self::Negotiation => "0.75",
            Self::Won => "1",
            Self::Lost | Self::NoDecision => "0",
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Category {
    Pipeline,
    BestCase,
    Commit,
    Closed,
    Omitted,
}

impl Category {
    fn name(self) -> &'static str {
        match self {
            Self::Pipeline => "Pipeline",
            Self::BestCase => "Best Case",
            Self::Commit => "Commit",
            Self::Closed => "Closed",
            Self::Omitted => "Omitted",
        }
    }

    /// What a rep calls a deal that comes into a stage. Most have a feeling for how it will end.
    fn of(stage: Stage, person: &Person, end: Stage, rng: &mut Rng) -> Self {
        let commit = match (person.character.story == Story::Slips, stage, end == Stage::Won) {
            (_, Stage::Won, _) => return Self::Closed,
            (_, Stage::Lost | Stage::NoDecision, _) => return Self::Omitted,
            (_, Stage::Qualified, _) => return Self::Pipeline,
            (true, Stage::Discovery, _) => 0.6,
            (true, Stage::Proposal, _) => 0.90,
            (true, _, _) => 0.95,
            (false, Stage::Discovery, _) => 0.0,
            (false, Stage::Proposal, true) => 0.65,
            (false, Stage::Proposal, false) => 0.06,
            (false, _, true) => 0.92,
            (false, _, false) => 0.25,
        };
        if rng.chance(commit) {
            Self::Commit
        } else if rng.chance(if stage == Stage::Discovery { 0.2 } else { 0.65 }) {
            Self::BestCase
        } else {
            Self::Pipeline
        }
    }
}

/// What is wrong with an open deal.
#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    CloseDatePast,
    NoAmount,
    NoNextStep,
    PushedOften,
    Reopened,
    /// Its stage was changed in the last days on this day, and nothing happened before.
    MovedInSilence(NaiveDate),
}

impl Flaw {
    /// Of the n-th open deal: every fourth has one, each kind as often as the others.
    fn of(n: u64) -> Option<Self> {
        const SILENT_MOVES: [u32; 6] = [9, 16, 12, 13, 16, 10];
        let silent_day = SILENT_MOVES[(n / 24) as usize % SILENT_MOVES.len()];
        match n % 24 {
            2 => Some(Self::CloseDatePast),
            6 => Some(Self::NoAmount),
            10 => Some(Self::NoNextStep),
            14 => Some(Self::PushedOften),
            18 => Some(Self::Reopened),
            22 => Some(Self::MovedInSilence(date(2026, 11, silent_day))),
            _ => None,
        }
    }
}

/// How a deal ends, and in which stage it stood.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Won,
    LostIn(usize),
}

impl Fate {
    fn draw(person: &Person, rng: &mut Rng) -> Self {
        if rng.chance(person.win_rate(AS_OF)) {
            return Self::Won;
        }
        let [first, second, third, fourth] = person.losses(AS_OF);
        Self::LostIn(rng.weighted(&[(0, first), (1, second), (2, third), (3, fourth)]))
    }

    /// Days from creation to decision.
    fn length(self, person: &Person, rng: &mut Rng) -> i64 {
        let stretch = match self {
            Self::Won => 1.0,
            Self::LostIn(stage) => [0.75, 1.3, 1.65, 1.7][stage],
        };
        // Who pushes instead of asking for a decision carries dead deals along.
        let lingering = if self != Self::Won && person.character.story == Story::Slips { 1.3 } else { 1.0 };
        (person.character.cycle * stretch * lingering * rng.skewed(0.33)).round().max(6.0) as i64
    }
}

/// The life of a deal, also beyond [`AS_OF`].
struct Deal {
    created: NaiveDate,
    decided: NaiveDate,
    /// A closed stage.
    end: Stage,
    /// The last open stage it comes into.
    reached: usize,
    /// When it comes into each open stage it reaches.
    entered: [NaiveDate; 4],
    skips_discovery: bool,
    /// Lost and taken up again.
    reopened: Option<(NaiveDate, NaiveDate)>,
    /// Dollars.
    size: f64,
    flaw: Option<Flaw>,
}

impl Deal {
    fn new(person: &Person, fate: Fate, created: NaiveDate, decided: NaiveDate, rng: &mut Rng) -> Self {
        let created = business_day(created.max(person.first_day()));
        let (reached, end) = match fate {
            Fate::Won => (3, Stage::Won),
            Fate::LostIn(stage) if rng.chance(0.3) => (stage, Stage::NoDecision),
            Fate::LostIn(stage) => (stage, Stage::Lost),
        };
        let mut deal = Self {
            created,
            decided: business_day(decided).max(created + days(1)),
            end,
            reached,
            entered: [created; 4],
            skips_discovery: reached > 1 && rng.chance(0.04),
            reopened: None,
            size: person.character.deal * rng.skewed(DEAL_SIGMA),
            flaw: None,
        };
        deal.enter_stages(person.rushes(decided), rng);
        if rng.chance(0.015) {
            deal.reopen();
        }
        deal
    }

    /// Spreads the stages over the life: each takes its usual share of the time up to the end.
    fn enter_stages(&mut self, rushed: bool, rng: &mut Rng) {
        let starts = if rushed { [0.0, 0.18, 0.26, 0.74, 1.0] } else { [0.0, 0.16, 0.42, 0.74, 1.0] };
        let length = (self.decided - self.created).num_days() as f64;
        for stage in 1..=self.reached {
            let share = starts[stage] / starts[self.reached + 1] * rng.between(0.85, 1.15);
            let day = self.created + days((length * share.min(0.97)) as i64);
            self.entered[stage] = business_day(day).max(self.entered[stage - 1]);
        }
        if self.skips_discovery {
            self.entered[1] = self.entered[2];
        }
    }

    /// Loses the deal in the middle of its last stage and takes it up again, if there is time for both.
    fn reopen(&mut self) {
        let from = self.entered[self.stage_on(AS_OF)];
        let length = (self.decided.min(AS_OF) - from).num_days();
        if length >= 25 {
            let lost = next_business_day(from + days(length * 3 / 10));
            self.reopened = Some((lost, next_business_day(lost + days(length * 4 / 10))));
        }
    }

    fn is_open(&self) -> bool {
        self.decided > AS_OF
    }

    /// The rank of the open stage it stands in, or stood in last.
    fn stage_on(&self, day: NaiveDate) -> usize {
        (0..=self.reached).rev().find(|&stage| self.entered[stage] <= day).unwrap_or(0)
    }

    fn blemish(&mut self, flaw: Option<Flaw>) {
        self.flaw = flaw;
        match flaw {
            Some(Flaw::Reopened) => self.reopen(),
            Some(Flaw::MovedInSilence(day)) => self.move_on(day),
            _ => {}
        }
    }

    /// Lets the present stage begin on `day`, or the next one where it is still in its first.
    fn move_on(&mut self, day: NaiveDate) {
        let stage = self.stage_on(AS_OF).max(1);
        self.reached = self.reached.max(stage);
        self.entered[stage] = day.max(self.entered[stage - 1]);
        self.reopened = None;
        self.skips_discovery = false;
    }

    /// Every stage it comes into, in order, with the day.
    fn path(&self) -> Vec<(NaiveDate, Stage)> {
        let mut path: Vec<_> = (0..=self.reached)
            .filter(|&stage| stage != 1 || !self.skips_discovery)
            .map(|stage| (self.entered[stage], Stage::OPEN[stage]))
            .collect();
        if let Some((lost, again)) = self.reopened {
            let position = path.iter().rposition(|&(day, _)| day <= lost).unwrap_or(0);
            path.insert(position + 1, (lost, Stage::Lost));
            path.insert(position + 2, (again, path[position].1));
        }
        path.push((self.decided, self.end));
        path
    }
}

/// The close dates that a rep expects: the first, and each later one with the day of the change.
fn expected_closes(deal: &Deal, person: &Person, rng: &mut Rng) -> (NaiveDate, Vec<(NaiveDate, NaiveDate)>) {
    if deal.flaw == Some(Flaw::CloseDatePast) {
        let past = AS_OF - days(rng.whole(4, 40));
        return (past.max(deal.created + days(3)), Vec::new());
    }
    let hope = match (person.character.story, deal.flaw) {
        (Story::Slips, _) => 0.38,
        (_, Some(Flaw::PushedOften)) => 0.35,
        _ => 0.75,
    };
    let first = guess(deal, deal.created, 10.0, hope, rng);
    let (mut expected, mut changed, mut pushes) = (first, deal.created, Vec::new());
    while expected < deal.decided {
        changed = next_business_day(expected + days(rng.whole(-4, 2))).max(changed + days(1));
        if changed >= deal.decided {
            break;
        }
        expected = guess(deal, changed, 12.0, hope, rng).max(expected + days(7));
        pushes.push((changed, expected));
    }
    (first, pushes)
}

/// A close date guessed on `from`: `hope` is the share of the way to the end that the rep sees.
fn guess(deal: &Deal, from: NaiveDate, least: f64, hope: f64, rng: &mut Rng) -> NaiveDate {
    let ahead = (deal.decided - from).num_days() as f64 * hope * rng.between(0.6, 1.4);
    usual_close(from + days(ahead.max(least) as i64), rng)
}

/// Rounds an expected close date as people do: to the end of the month, a Friday, or a working day.
fn usual_close(day: NaiveDate, rng: &mut Rng) -> NaiveDate {
    let day = next_business_day(day);
    match rng.unit() {
        style if style < 0.45 => business_day(month_end(day)),
        style if style < 0.75 => day + days(4 - i64::from(day.weekday().num_days_from_monday())),
        _ => day,
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Writing deals

/// A deal's fields that change, at some time.
#[derive(Clone, Copy)]
struct Standing {
    stage: Stage,
    amount: Option<Money>,
    close: NaiveDate,
    category: Category,
}

#[derive(Clone, Copy)]
enum Change {
    Stage(Stage),
    Close(NaiveDate),
}

/// A change with its second of the day: an even one for a stage, an odd one for a close date, so that no two changes
/// of a deal are at the same time.
struct Moment {
    day: NaiveDate,
    second: i64,
    change: Change,
}

/// A deal on its way into the files.
struct Record<'a> {
    /// Index of the rep among the company's people.
    owner: usize,
    deal: &'a Deal,
    id: String,
    /// The stages it has come into so far.
    path: Vec<(NaiveDate, Stage)>,
    /// By open stage.
    prices: [Option<Money>; 4],
}

impl Record<'_> {
    fn first_day_in(&self, wanted: Stage) -> Option<NaiveDate> {
        self.path.iter().find(|&&(_, stage)| stage == wanted).map(|&(day, _)| day)
    }

    /// The first expected close date, and all changes so far in order of time.
    fn moments(&self, person: &Person, rng: &mut Rng) -> (NaiveDate, Vec<Moment>) {
        const NINE_HOURS: i64 = 9 * 3600;
        const EIGHT_O_CLOCK: i64 = 8 * 3600;
        let (first_close, pushes) = expected_closes(self.deal, person, rng);
        let mut moments: Vec<Moment> = Vec::with_capacity(self.path.len() + pushes.len());
        for &(day, stage) in &self.path {
            let second = match moments.last() {
                Some(last) if last.day == day => last.second + 2 * rng.whole(100, 600),
                _ => EIGHT_O_CLOCK + 2 * rng.whole(0, NINE_HOURS / 2),
            };
            moments.push(Moment { day, second, change: Change::Stage(stage) });
        }
        for (day, close) in pushes.into_iter().filter(|&(day, _)| day <= AS_OF) {
            let second = EIGHT_O_CLOCK + 2 * rng.whole(0, NINE_HOURS / 2) + 1;
            moments.push(Moment { day, second, change: Change::Close(close) });
        }
        moments.sort_by_key(|moment| (moment.day, moment.second));
        (first_close, moments)
    }
}

/// What is sold to whom.
struct Sale {
    account: String,
    kind: &'static str,
    product: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Email,
    Call,
    Meeting,
    Demo,
    Discovery,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Call => "call",
            Self::Meeting => "meeting",
            Self::Demo => "demo",
            Self::Discovery => "discovery",
        }
    }

    /// What usually brings a deal into a stage.
    fn before(stage: Stage, rng: &mut Rng) -> Self {
        match stage {
            Stage::Qualified | Stage::Discovery => rng.weighted(&[(Self::Call, 0.5), (Self::Discovery, 0.5)]),
            Stage::Proposal => rng.weighted(&[(Self::Discovery, 0.45), (Self::Demo, 0.4), (Self::Meeting, 0.15)]),
            Stage::Negotiation => rng.weighted(&[(Self::Meeting, 0.7), (Self::Call, 0.3)]),
            _ => rng.weighted(&[(Self::Call, 0.5), (Self::Meeting, 0.2), (Self::Email, 0.3)]),
        }
    }

    /// What fills the days in a stage (a rank).
    fn during(stage: usize, rng: &mut Rng) -> Self {
        let [demo, discovery] = [[0.02, 0.05], [0.06, 0.16], [0.10, 0.03], [0.03, 0.0]][stage];
        rng.weighted(&[
            (Self::Email, 0.42),
            (Self::Call, 0.34),
            (Self::Meeting, 0.14),
            (Self::Demo, demo),
            (Self::Discovery, discovery),
        ])
    }

    fn subjects(self) -> &'static [&'static str] {
        match self {
            Self::Email => &EMAILS,
            Self::Call => &CALLS,
            Self::Meeting => &MEETINGS,
            Self::Demo => &DEMOS,
            Self::Discovery => &DISCOVERIES,
        }
    }

    /// Status, outcome and minutes of one that has taken place, or should have.
    fn result(self, rng: &mut Rng) -> (&'static str, &'static str, Option<i64>) {
        match self {
            Self::Email => ("completed", rng.weighted(&[("sent", 0.7), ("replied", 0.3)]), None),
            Self::Call => match rng.weighted(&[("connected", 0.46), ("voicemail", 0.34), ("no answer", 0.2)]) {
                "connected" => ("completed", "connected", Some(rng.whole(3, 30))),
                other => ("completed", other, Some(1)),
            },
            _ if rng.chance(0.05) => ("cancelled", "", None),
            _ if rng.chance(0.03) => ("no_show", "", None),
            _ => ("completed", "held", Some(rng.pick(&[30, 30, 45, 45, 60, 90]))),
        }
    }
}

/// Writes the deals, and keeps what later rows need of earlier ones.
struct Exporter<'a> {
    company: &'a Company,
    rng: Rng,
    opportunities: Table,
    history: Table,
    activities: Table,
    quotes: Table,
    /// How many activities are asked for; 0 leaves it to the length of the deals.
    activities_wanted: u64,
    activities_written: u64,
    deals_written: u64,
    open_written: u64,
    /// Steps through the deal numbers, which would otherwise be in order of the reps.
    number_step: u64,
    /// Recent wins of the present rep, to whom more is sold: account and day.
    customers: VecDeque<(u64, NaiveDate)>,
    /// Dollars booked of each person, by quarter.
    booked: Vec<[f64; Quarter::COUNT]>,
}

impl<'a> Exporter<'a> {
    fn new(directory: &Path, company: &'a Company, options: &Options) -> io::Result<Self> {
        Ok(Self {
            company,
            rng: Rng::stream(options.seed, streams::DEALS),
            opportunities: Table::create(
                directory,
                "opportunities.csv",
                "id,name,account,owner,stage,amount,currency,created_date,close_date,forecast_category,probability,\
                 type,segment,product,source,competitor,reason,next_step,next_step_date,last_activity_date",
            )?,
            history: Table::create(
                directory,
                "stage_history.csv",
                "opportunity_id,changed_at,stage,amount,close_date,forecast_category,probability",
            )?,
            activities: Table::create(
                directory,
                "activities.csv",
                "id,owner,date,type,opportunity_id,account,status,outcome,minutes,subject",
            )?,
            quotes: Table::create(directory, "quotes.csv", "opportunity_id,sent_date,amount,status")?,
            activities_wanted: options.activities,
            activities_written: 0,
            deals_written: 0,
            open_written: 0,
            number_step: scattering_step(company.size),
            customers: VecDeque::new(),
            booked: vec![[0.0; Quarter::COUNT]; company.people.len()],
        })
    }

    /// Writes everything and returns what each person booked by quarter.
    fn run(mut self) -> io::Result<Vec<[f64; Quarter::COUNT]>> {
        let company = self.company;
        for (index, plan) in company.plans.iter().enumerate() {
            self.customers.clear();
            for block in &plan.blocks {
                self.write_block(index, block)?;
            }
            self.write_open(index, plan.open)?;
        }
        self.opportunities.finish()?;
        self.history.finish()?;
        self.activities.finish()?;
        self.quotes.finish()?;
        Ok(self.booked)
    }

    fn write_block(&mut self, owner: usize, block: &Block) -> io::Result<()> {
        let person = &self.company.people[owner];
        let length = (block.to - block.from).num_days() as f64 + 1.0;
        let decide = |fate: Fate, share: f64, rng: &mut Rng| {
            let decided = block.from + days((share * length) as i64);
            let decided = business_day(decided).clamp(next_business_day(block.from), block.to);
            let created = decided - days(fate.length(person, rng));
            Deal::new(person, fate, created, decided, rng)
        };
        let rng = &mut self.rng;
        // Deals are won late in a quarter; those of a new hire later still, small at first and growing.
        let ramping = person.ramp(Quarter::of(block.from)) < 1.0;
        let mut wins: Vec<Deal> = (0..block.wins)
            .map(|turn| {
                let share = (f64::from(turn) + rng.between(0.1, 0.9)) / f64::from(block.wins);
                let mut deal = decide(Fate::Won, share.powf(if ramping { 0.6 } else { 0.75 }), rng);
                if ramping {
                    deal.size = person.character.deal * (0.4 + share);
                }
                deal
            })
            .collect();
        let worth = wins.iter().map(|deal| deal.size).sum();
        resize(&mut wins, worth, block.bookings);
        let lateness = if person.rushes(block.from) { 0.55 } else { 1.0 };
        let losses: Vec<Deal> = (0..4)
            .flat_map(|stage| std::iter::repeat_n(stage, block.losses[stage] as usize))
            .map(|stage| decide(Fate::LostIn(stage), rng.unit().powf(lateness), rng))
            .collect();
        wins.iter().chain(&losses).try_for_each(|deal| self.write_deal(owner, deal))
    }

    fn write_open(&mut self, owner: usize, number: u32) -> io::Result<()> {
        let person = &self.company.people[owner];
        let rng = &mut self.rng;
        let mut deals = Vec::with_capacity(number as usize);
        for _ in 0..number {
            // Of the deals open on a day the long ones are more; each is somewhere in the middle of its life.
            let fate = Fate::draw(person, rng);
            let length = fate.length(person, rng).max(fate.length(person, rng)) as f64;
            let age = rng.between(0.05, 0.95) * length;
            let decided = next_business_day(AS_OF + days(2 + (length - age) as i64));
            let mut deal = Deal::new(person, fate, AS_OF - days(age as i64), decided, rng);
            deal.blemish(Flaw::of(self.open_written + deals.len() as u64));
            deals.push(deal);
        }
        // Only what is qualified and has an amount counts as pipeline.
        let counts = |deal: &&Deal| deal.stage_on(AS_OF) >= 1 && deal.flaw != Some(Flaw::NoAmount);
        let worth = deals.iter().filter(counts).map(|deal| deal.size).sum();
        resize(&mut deals, worth, person.character.coverage * person.quota(Quarter::RUNNING));
        self.open_written += deals.len() as u64;
        deals.iter().try_for_each(|deal| self.write_deal(owner, deal))
    }

    fn write_deal(&mut self, owner: usize, deal: &Deal) -> io::Result<()> {
        let number = self.deals_written * self.number_step % self.company.size;
        self.deals_written += 1;
        let record = Record {
            owner,
            deal,
            id: format!("O-{}", 100_001 + number),
            path: deal.path().into_iter().filter(|&(day, _)| day <= AS_OF).collect(),
            prices: self.prices(deal),
        };
        let standing = self.write_history(&record)?;
        if standing.stage == Stage::Won {
            let amount = standing.amount.map_or(0.0, Money::dollars);
            self.booked[owner][Quarter::of(standing.close).0] += amount;
        }
        self.write_quotes(&record)?;
        let sale = self.sale(number, deal);
        let last_activity = self.write_activities(&record, &sale)?;
        self.write_opportunity(&record, &sale, standing, last_activity)
    }

    /// The amount in each open stage: an estimate, a quote, and what is agreed.
    fn prices(&mut self, deal: &Deal) -> [Option<Money>; 4] {
        if deal.flaw == Some(Flaw::NoAmount) {
            return [None; 4];
        }
        let rng = &mut self.rng;
        let agreed = Money::believable(rng, deal.size);
        let markup = if rng.chance(0.45) { 1.0 } else { rng.between(1.0, 1.12) };
        let quoted = if markup > 1.0 { Money::believable(rng, deal.size * markup) } else { agreed };
        let estimate = Money::rounded(deal.size * rng.between(0.8, 1.2), 1000.0);
        let at_first = (!rng.chance(0.08)).then_some(estimate);
        [at_first, Some(estimate), Some(quoted), Some(agreed)]
    }

    /// Writes each state of the deal up to the export and returns the last.
    fn write_history(&mut self, record: &Record<'_>) -> io::Result<Standing> {
        let person = &self.company.people[record.owner];
        let (first_close, moments) = record.moments(person, &mut self.rng);
        let rng = &mut self.rng;
        let mut standing = Standing {
            stage: Stage::Qualified,
            amount: record.prices[0],
            close: first_close,
            category: Category::Pipeline,
        };
        for Moment { day, second, change } in moments {
            match change {
                Change::Stage(stage) => {
                    standing.stage = stage;
                    standing.category = Category::of(stage, person, record.deal.end, rng);
                    standing.amount = amount_in(stage, &record.prices).unwrap_or(standing.amount);
                    standing.close = close_in(stage, day, standing.close, rng);
                }
                Change::Close(_) if !standing.stage.is_open() => continue,
                Change::Close(close) => {
                    standing.close = close;
                    let keeps_faith = person.character.story == Story::Slips || rng.chance(0.5);
                    if standing.category == Category::Commit && !keeps_faith {
                        standing.category = Category::BestCase;
                    }
                }
            }
            self.history.row(format_args!(
                "{},{day}T{:02}:{:02}:{:02},{},{},{},{},{}",
                record.id,
                second / 3600,
                second / 60 % 60,
                second % 60,
                standing.stage.name(),
                Maybe(standing.amount),
                standing.close,
                standing.category.name(),
                standing.stage.probability(),
            ))?;
        }
        Ok(standing)
    }

    /// A quote when the proposal goes out, and a second one where the price changed in negotiation.
    fn write_quotes(&mut self, record: &Record<'_>) -> io::Result<()> {
        let Some(proposed) = record.first_day_in(Stage::Proposal) else {
            return Ok(());
        };
        let outcome = match record.deal.end {
            _ if record.deal.is_open() => "sent",
            Stage::Won => "accepted",
            Stage::Lost => "declined",
            _ => "expired",
        };
        let [_, _, quoted, agreed] = record.prices;
        let revised = record.first_day_in(Stage::Negotiation).filter(|_| quoted != agreed);
        let first_outcome = if revised.is_some() { "superseded" } else { outcome };
        self.quotes.row(format_args!("{},{proposed},{},{first_outcome}", record.id, Maybe(quoted)))?;
        match revised {
            Some(day) => self.quotes.row(format_args!("{},{day},{},{outcome}", record.id, Maybe(agreed))),
            None => Ok(()),
        }
    }

    /// To whom the deal with this number sells: a new account, or a customer who buys more.
    fn sale(&mut self, number: u64, deal: &Deal) -> Sale {
        let customer = self.customers.iter().find(|&&(_, won)| won < deal.created).copied();
        let (account, kind) = match customer {
            Some((account, _)) if self.rng.chance(0.26) => {
                self.customers.retain(|&(other, _)| other != account);
                (account, self.rng.weighted(&[("Expansion", 0.75), ("Renewal", 0.25)]))
            }
            _ => (number, "New Business"),
        };
        if deal.end == Stage::Won && !deal.is_open() {
            self.customers.push_back((account, deal.decided));
            if self.customers.len() > 24 {
                self.customers.pop_front();
            }
        }
        Sale { account: account_name(account), kind, product: self.rng.weighted(&PRODUCTS) }
    }

    fn write_opportunity(
        &mut self,
        record: &Record<'_>,
        sale: &Sale,
        standing: Standing,
        last_activity: Option<NaiveDate>,
    ) -> io::Result<()> {
        let deal = record.deal;
        let rng = &mut self.rng;
        let segment = match deal.size {
            ..15_000.0 => "Small business",
            15_000.0..50_000.0 => "Mid-market",
            _ => "Enterprise",
        };
        let source = rng.weighted(if deal.end == Stage::Won { &SOURCES_OF_WINS } else { &SOURCES });
        let (competitor, second) = competitors(deal, rng);
        let reason = if deal.is_open() { "" } else { reason(deal.end, competitor, rng) };
        let (next_step, next_step_date) = next_step(deal, rng);
        let Sale { account, kind, product } = sale;
        self.opportunities.row(format_args!(
            "{},{account} - {product},{account},{},{},{},CAD,{},{},{},{},{kind},{segment},{product},{source},\
             {competitor}{second},{reason},{},{},{}",
            record.id,
            self.company.name(record.owner),
            standing.stage.name(),
            Maybe(standing.amount),
            deal.created,
            standing.close,
            standing.category.name(),
            standing.stage.probability(),
            Text(next_step),
            Maybe(next_step_date),
            Maybe(last_activity),
        ))
    }

    /// Writes what was done for a deal and returns the day of the last of it.
    fn write_activities(&mut self, record: &Record<'_>, sale: &Sale) -> io::Result<Option<NaiveDate>> {
        let deal = record.deal;
        let from = deal.created.max(self.company.captured_since);
        let until = deal.decided.min(AS_OF);
        let wanted = self.activities_due((until - from).num_days());
        let touches = if from <= until { self.touches(record, from, until, wanted) } else { Vec::new() };

        let predecessor = self.predecessor(record);
        let mut last = None;
        for (day, kind) in touches {
            let owner = predecessor.filter(|&(_, left)| day < left).map_or(record.owner, |(index, _)| index);
            let rng = &mut self.rng;
            let (status, outcome, minutes) = if day > AS_OF { ("planned", "", None) } else { kind.result(rng) };
            let subject = rng.pick(kind.subjects());
            self.activities_written += 1;
            // Prospecting comes before there is an opportunity to name.
            let opportunity = if day < deal.created { "" } else { &record.id };
            self.activities.row(format_args!(
                "A-{},{},{day},{},{opportunity},{},{status},{outcome},{},{subject}",
                100_000 + self.activities_written,
                self.company.name(owner),
                kind.name(),
                sale.account,
                Maybe(minutes),
            ))?;
            if status == "completed" && !opportunity.is_empty() {
                last = last.max(Some(day));
            }
        }
        Ok(last)
    }

    /// How many activities the present deal gets: what the length of its life suggests, or its part of the total.
    fn activities_due(&mut self, length: i64) -> u64 {
        if self.activities_wanted == 0 {
            return (2 + length / 17 + self.rng.whole(-1, 2)).max(1) as u64;
        }
        let size = u128::from(self.company.size);
        let upto = (u128::from(self.activities_wanted) * u128::from(self.deals_written) / size) as u64;
        let unevenness = if self.deals_written == self.company.size { 0 } else { self.rng.whole(-3, 3) };
        upto.saturating_add_signed(unevenness).saturating_sub(self.activities_written)
    }

    /// The days on which something was done or is planned, in order: before each change of stage, and in between.
    fn touches(
        &mut self,
        record: &Record<'_>,
        from: NaiveDate,
        until: NaiveDate,
        wanted: u64,
    ) -> Vec<(NaiveDate, Kind)> {
        let deal = record.deal;
        let person = &self.company.people[record.owner];
        let rng = &mut self.rng;
        let mut touches = Vec::with_capacity(wanted as usize);
        for &(day, stage) in record.path.iter().rev() {
            if day >= from && rng.chance(0.96) {
                touches.push((business_day(day - days(rng.whole(0, 4))).max(from), Kind::before(stage, rng)));
            }
        }
        touches.truncate(wanted as usize);
        if deal.is_open() && person.character.story != Story::NothingBooked && rng.chance(0.6) {
            touches.truncate((wanted as usize).saturating_sub(1));
            let kind = rng.pick(&[Kind::Call, Kind::Meeting, Kind::Meeting, Kind::Demo]);
            touches.push((next_business_day(AS_OF + days(rng.whole(1, 18))), kind));
        }
        let earliest = (from - days(12)).max(self.company.captured_since).max(person.first_day());
        let span = (until - earliest).num_days() as f64;
        while touches.len() < wanted as usize {
            let day = business_day(earliest + days((rng.unit().powf(0.8) * (span + 1.0)) as i64));
            touches.push((day.max(earliest), Kind::during(deal.stage_on(day), rng)));
        }
        for (day, kind) in &mut touches {
            if let Some(Flaw::MovedInSilence(moved)) = deal.flaw
                && *day <= AS_OF
            {
                *day = business_day((*day).min(moved - days(9))).max(earliest);
            }
            if person.rushes(*day) && matches!(kind, Kind::Discovery | Kind::Demo) {
                *kind = Kind::Email;
            }
        }
        touches.sort_by_key(|&(day, _)| day);
        touches
    }

    /// The colleague who had the deal before leaving the company, and when.
    fn predecessor(&mut self, record: &Record<'_>) -> Option<(usize, NaiveDate)> {
        let index = self.company.people[record.owner].inherits_from?;
        let left = self.company.people[index].character.left?.day();
        let spans = record.deal.created < left && left < record.deal.decided;
        (spans && self.rng.chance(0.3)).then_some((index, left))
    }
}

/// Scales deals so that those worth `worth` are worth `wanted`, as far as their sizes stay believable.
fn resize(deals: &mut [Deal], worth: f64, wanted: f64) {
    let factor = (wanted / worth.max(1.0)).clamp(0.4, 2.5);
    deals.iter_mut().for_each(|deal| deal.size *= factor);
}

/// A step with which `n * step % size` takes every number below `size` once, in no visible order.
fn scattering_step(size: u64) -> u64 {
    let gcd = |mut a: u64, mut b: u64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let golden = (size as f64 * 0.618) as u64;
    (golden.max(1)..).find(|&step| gcd(step, size) == 1).unwrap_or(1)
}

/// The amount that a stage brings; `None` where it leaves the amount as it was.
fn amount_in(stage: Stage, prices: &[Option<Money>; 4]) -> Option<Option<Money>> {
    match stage {
        Stage::Qualified => Some(prices[0]),
        Stage::Discovery => Some(prices[1]),
        Stage::Proposal => Some(prices[2]),
        Stage::Negotiation | Stage::Won => Some(prices[3]),
        Stage::Lost | Stage::NoDecision => None,
    }
}

/// The close date after a change of stage. A win is booked on its day, now and then on the earlier day of the
/// signature; a loss often keeps the date that was hoped for.
fn close_in(stage: Stage, day: NaiveDate, expected: NaiveDate, rng: &mut Rng) -> NaiveDate {
    match stage {
        Stage::Won if rng.chance(0.03) => business_day(day - days(1)),
        Stage::Won => day,
        Stage::Lost | Stage::NoDecision if rng.chance(0.6) => day,
        _ => expected,
    }
}

/// Up to two competitors, the second with its separator. Quayvane came up after it bought a carrier network.
fn competitors(deal: &Deal, rng: &mut Rng) -> (&'static str, &'static str) {
    let quayvane = match (deal.decided >= Quarter::LAST_COMPLETE.start(), deal.end) {
        (true, Stage::Lost) if !deal.is_open() => 0.37,
        (true, Stage::Won) if !deal.is_open() => 0.05,
        (true, _) => 0.20,
        (false, _) => 0.11,
    };
    if rng.chance(quayvane) {
        return ("Quayvane", if rng.chance(0.12) { ";Loadmere" } else { "" });
    }
    let others = [("", 0.5), ("Loadmere", 0.18), ("Tarnbay", 0.14), ("Gatewhistle", 0.10), ("Ostrel", 0.08)];
    match rng.weighted(&others) {
        "Loadmere" if rng.chance(0.15) => ("Loadmere", ";Tarnbay"),
        other => (other, ""),
    }
}

fn reason(end: Stage, competitor: &str, rng: &mut Rng) -> &'static str {
    match end {
        Stage::NoDecision => {
            rng.weighted(&[("No budget", 0.35), ("Priorities changed", 0.35), ("Stays with spreadsheets", 0.3)])
        }
        Stage::Lost if competitor == "Quayvane" => {
            rng.weighted(&[("Carrier network", 0.6), ("Price", 0.25), ("Missing feature", 0.15)])
        }
        Stage::Lost => rng.weighted(&[
            ("Price", 0.34),
            ("Missing feature", 0.22),
            ("Relationship", 0.14),
            ("Champion left", 0.12),
            ("Carrier network", 0.06),
            ("", 0.12),
        ]),
        _ => "",
    }
}

/// What the rep wants to do next in an open deal, and when; sometimes the day has passed.
fn next_step(deal: &Deal, rng: &mut Rng) -> (&'static str, Option<NaiveDate>) {
    if !deal.is_open() || deal.flaw == Some(Flaw::NoNextStep) {
        return ("", None);
    }
    let step = rng.pick(&NEXT_STEPS[deal.stage_on(AS_OF)]);
    let due = match rng.unit() {
        when if when < 0.80 => Some(next_business_day(AS_OF + days(rng.whole(0, 21)))),
        when if when < 0.92 => Some(business_day(AS_OF - days(rng.whole(3, 20))).max(deal.created)),
        _ => None,
    };
    (step, due)
}

/// Different for every number below 71,000.
fn account_name(number: u64) -> String {
    let (name, trade) = (ACCOUNT_NAMES.len() as u64, TRADES.len() as u64);
    let base = format!("{} {}", ACCOUNT_NAMES[(number % name) as usize], TRADES[(number % trade) as usize]);
    match (number / (name * trade)) % (CITIES.len() as u64 + 1) {
        0 => base,
        city => format!("{base} {}", CITIES[city as usize - 1]),
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// People, quotas, forecasts

fn write_people(directory: &Path, company: &Company) -> io::Result<()> {
    let header = "name,id,email,manager,team,role,hire_date,end_date,end_type";
    let mut table = Table::create(directory, "reps.csv", header)?;
    for (index, person) in company.people.iter().enumerate() {
        let left = person.character.left;
        table.row(format_args!(
            "{},R-{},{},{},{},{},{},{},{}",
            person.name,
            101 + index,
            person.email(),
            Maybe(person.manager.map(|manager| company.name(manager))),
            person.team,
            if person.manager.is_some() { "rep" } else { "manager" },
            person.character.hired,
            Maybe(left.map(Departure::day)),
            Maybe(left.map(Departure::kind)),
        ))?;
    }
    table.finish()
}

fn write_quotas(directory: &Path, company: &Company) -> io::Result<()> {
    let mut table = Table::create(directory, "quotas.csv", "rep,period,amount,currency")?;
    for person in &company.people {
        for quarter in Quarter::all() {
            let quota = person.quota(quarter);
            if quota > 0.0 {
                table.row(format_args!("{},{quarter},{quota},CAD", person.name))?;
            }
        }
    }
    table.finish()
}

/// Each rep submits a forecast on the first Monday of each month of a quarter, the later ones better informed.
fn write_forecasts(directory: &Path, company: &Company, booked: &[[f64; Quarter::COUNT]], seed: u64) -> io::Result<()> {
    let mut rng = Rng::stream(seed, streams::FORECASTS);
    let mut table = Table::create(directory, "forecasts.csv", "period,submitted_on,amount,rep,category")?;
    for (person, booked) in company.people.iter().zip(booked) {
        for quarter in Quarter::all().filter(|&quarter| person.quota(quarter) > 0.0) {
            let outcome = if quarter == Quarter::RUNNING {
                person.quota(quarter) * person.character.attainment[0]
            } else {
                booked[quarter.0]
            };
            for month in 0..3 {
                let day = first_monday(quarter.start() + Months::new(month as u32));
                let factor = match person.character.story {
                    Story::Slips => [1.75, 1.55, 1.3][month] * rng.between(0.92, 1.08),
                    _ => 1.0 + [0.12, 0.08, 0.04][month] * rng.normal(),
                };
                let commit = outcome * factor.max(0.5);
                let best_case = commit * rng.between(1.15, 1.45);
                if day > AS_OF || !person.on_board(day) {
                    continue;
                }
                for (amount, category) in [(commit, "Commit"), (best_case, "Best Case")] {
                    let amount = Money::rounded(amount, 500.0);
                    table.row(format_args!("{quarter},{day},{amount},{},{category}", person.name))?;
                }
            }
        }
    }
    table.finish()
}

fn first_monday(mut day: NaiveDate) -> NaiveDate {
    while day.weekday() != Weekday::Mon {
        day += days(1);
    }
    day
}

// ---------------------------------------------------------------------------------------------------------------------
// Coaching

/// How a manager keeps one-on-ones.
#[derive(Clone, Copy, PartialEq)]
enum Habit {
    /// Every week, each rep on a day of their own.
    Weekly,
    /// Every other Friday, everybody on the same day, if at all.
    Fridays,
}

/// Writes one manager's log.
struct CoachingLog<'a> {
    table: &'a mut Table,
    rng: &'a mut Rng,
    manager: &'a str,
    habit: Habit,
}

fn write_coaching(directory: &Path, company: &Company, seed: u64) -> io::Result<()> {
    let mut rng = Rng::stream(seed, streams::COACHING);
    let header = "date,manager,rep,kind,status,minutes,focus,feedback,next_step,score";
    let mut table = Table::create(directory, "coaching.csv", header)?;
    for (index, manager) in company.people.iter().enumerate() {
        let habit = match manager.character.story {
            Story::Coaches => Habit::Weekly,
            Story::Cancels => Habit::Fridays,
            _ => continue,
        };
        let mut log = CoachingLog { table: &mut table, rng: &mut rng, manager: &manager.name, habit };
        log.write(&company.reports(index))?;
    }
    table.finish()
}

impl CoachingLog<'_> {
    fn write(&mut self, reports: &[&Person]) -> io::Result<()> {
        let last_week = AS_OF + days(14);
        // When each rep's one-on-one was last missed: a manager who keeps them does not miss one twice in a quarter.
        let mut missed: Vec<Option<Quarter>> = vec![None; reports.len()];
        for week in 0.. {
            let monday = COACHING_SINCE + days(7 * week);
            if monday > last_week {
                return Ok(());
            }
            if self.habit == Habit::Weekly || week % 2 == 0 {
                self.session(monday, "", "team_meeting", 45)?;
            }
            for (turn, person) in reports.iter().enumerate() {
                self.one_on_one(week, turn, person, &mut missed[turn])?;
                self.other_sessions(week, turn, person)?;
            }
            for &(habit, day) in &INTERVIEWS {
                if habit == self.habit && (0..7).contains(&(day - monday).num_days()) {
                    self.session(day, "", "interview", 60)?;
                }
            }
        }
        Ok(())
    }

    fn one_on_one(&mut self, week: i64, turn: usize, person: &Person, missed: &mut Option<Quarter>) -> io::Result<()> {
        let weekday = if self.habit == Habit::Weekly { turn as i64 % 5 } else { 4 };
        let day = COACHING_SINCE + days(7 * week + weekday);
        if is_free(day) || !person.on_board(day) || (self.habit == Habit::Fridays && week % 2 == 1) {
            return Ok(());
        }
        if day > AS_OF {
            return self.empty_row(day, &person.name, "scheduled");
        }
        let quarter = Quarter::of(day);
        let skips = match self.habit {
            Habit::Weekly if *missed == Some(quarter) => 0.0,
            Habit::Weekly => 0.07,
            Habit::Fridays if quarter >= Quarter::LAST_COMPLETE => 0.60,
            Habit::Fridays => 0.26,
        };
        if !self.rng.chance(skips) {
            return self.session(day, &person.name, "one_on_one", 30);
        }
        *missed = Some(quarter);
        if self.rng.chance(0.55) {
            return self.empty_row(day, &person.name, "cancelled");
        }
        self.empty_row(day, &person.name, "moved")?;
        let moved_to = next_business_day(day + days(3));
        if self.habit == Habit::Weekly && person.on_board(moved_to) {
            return self.session(moved_to, &person.name, "one_on_one", 30);
        }
        Ok(())
    }

    fn other_sessions(&mut self, week: i64, turn: usize, person: &Person) -> io::Result<()> {
        let count = week + turn as i64;
        let planned: &[(i64, &str, i64)] = match self.habit {
            Habit::Weekly => &[
                (3, "call_review", 45),
                (5, "skill_session", 60),
                (7, "pre_brief", 20),
                (7, "debrief", 20),
                (11, "ride_along", 120),
            ],
            Habit::Fridays => &[(10, "call_review", 30), (17, "ride_along", 90)],
        };
        for &(every, kind, minutes) in planned {
            let day = COACHING_SINCE + days(7 * week + (count + every) % 5);
            if count % every == 0 && person.on_board(day) && !is_free(day) {
                self.session(day, &person.name, kind, minutes)?;
            }
        }
        Ok(())
    }

    /// A session that was held, with as much of a log as the manager writes. One in the future is not written.
    fn session(&mut self, day: NaiveDate, rep: &str, kind: &str, minutes: i64) -> io::Result<()> {
        if day > AS_OF || is_free(day) {
            return Ok(());
        }
        let rng = &mut *self.rng;
        let (logs, scores, marks): (f64, f64, &[f64]) = match self.habit {
            Habit::Weekly => (0.95, 0.85, &[3.5, 4.0, 4.0, 4.5, 4.5, 5.0]),
            Habit::Fridays => (0.12, 0.25, &[2.5, 3.0, 3.0, 3.5]),
        };
        let minutes = minutes + rng.pick(&[-5, 0, 0, 0, 5, 10]);
        let (focus, feedback, next_step) = match rng.pick(&COACHING_NOTES) {
            _ if rep.is_empty() => ("", "", ""),
            notes if rng.chance(logs) => notes,
            (focus, ..) if rng.chance(0.4) => (focus, "", ""),
            _ => ("", "", ""),
        };
        let score = (!rep.is_empty() && rng.chance(scores)).then(|| rng.pick(marks));
        self.table.row(format_args!(
            "{day},{},{rep},{kind},held,{minutes},{},{},{},{}",
            self.manager,
            Text(focus),
            Text(feedback),
            Text(next_step),
            Maybe(score),
        ))
    }

    fn empty_row(&mut self, day: NaiveDate, rep: &str, status: &str) -> io::Result<()> {
        self.table.row(format_args!("{day},{},{rep},one_on_one,{status},,,,,", self.manager))
    }
}

const INTERVIEWS: [(Habit, NaiveDate); 6] = [
    (Habit::Weekly, date(2026, 2, 18)),
    (Habit::Weekly, date(2026, 2, 25)),
    (Habit::Weekly, date(2026, 3, 11)),
    (Habit::Fridays, date(2026, 10, 7)),
    (Habit::Fridays, date(2026, 10, 22)),
    (Habit::Fridays, date(2026, 11, 5)),
];

/// Focus, feedback and next step.
#[rustfmt::skip]
const COACHING_NOTES: [(&str, &str, &str); 12] = [
    ("Discovery depth", "Asked about cost once, then moved on", "Two questions on cost in the next call"),
    ("Proposal follow-up", "Quote went out without a date to talk", "Book the review before sending"),
    ("Close dates", "Dates are hopes of ours, not plans of theirs", "Ask each buyer for their own date"),
    ("Negotiation", "Gave the discount before it was asked for", "Trade for the term, not for silence"),
    ("Multi-threading", "One contact in operations, none in finance", "Ask for an introduction to finance"),
    ("Qualification", "Good on pain, thin on budget", "Budget question in the first call"),
    ("Pipeline creation", "Mornings are kept free and used", "Ten new docks a week"),
    ("Demo", "Showed everything; the buyer wanted the gate", "Open with their gate, stop after twenty minutes"),
    ("Competitor", "Let their carrier list stand unanswered", "Bring the three carriers that matter"),
    ("Forecast", "Two commits without a signer", "Name the signer or take them out"),
    ("Listening", "Talked for two thirds of the call", "Wait three seconds before answering"),
    ("Next steps", "Clear end to each call, date in the calendar", "Keep it, and write it down the same day"),
];

// ---------------------------------------------------------------------------------------------------------------------
// Words

const PRODUCTS: [(&str, f64); 4] =
    [("Dock Scheduler", 0.46), ("Yard Map", 0.24), ("Carrier Desk", 0.18), ("Cold Log", 0.12)];

const SOURCES: [(&str, f64); 5] =
    [("Outbound", 0.36), ("Inbound", 0.30), ("Event", 0.14), ("Partner", 0.12), ("Referral", 0.08)];

const SOURCES_OF_WINS: [(&str, f64); 5] =
    [("Outbound", 0.24), ("Inbound", 0.33), ("Event", 0.10), ("Partner", 0.15), ("Referral", 0.18)];

#[rustfmt::skip]
const EMAILS: [&str; 6] = [
    "Follow-up", "Quote questions", "Dates for a site visit", "References", "Agenda", "Recap",
];

#[rustfmt::skip]
const CALLS: [&str; 6] = [
    "Check-in", "Next steps", "Budget", "Dock counts", "Introduction", "Timing of the rollout",
];

#[rustfmt::skip]
const MEETINGS: [&str; 5] = [
    "Review with operations", "Commercial terms", "Site visit", "Rollout plan", "IT review",
];

const DEMOS: [&str; 3] = ["Dock calendar demo", "Demo for carriers", "Yard map demo"];

const DISCOVERIES: [&str; 3] = ["Gate to dock walk-through", "Current process", "Cost of waiting trucks"];

/// By the rank of the stage.
#[rustfmt::skip]
const NEXT_STEPS: [[&str; 5]; 4] = [
    ["Discovery call", "Find who owns the budget", "Send dock checklist", "Call back", "Introduce to operations"],
    ["Walk the dock with operations", "Demo for shift leads", "Count gates and carriers", "Meet finance", "Demo"],
    ["Review the quote together", "Revised quote, two sites", "Reference call", "IT questions", "Meet the signer"],
    ["Contract to legal", "Signature", "Agree on the term, then price", "Security form", "Plan the first site"],
];

#[rustfmt::skip]
const ACCOUNT_NAMES: [&str; 47] = [
    "Tamarack", "Blue Heron", "Chaleur", "Kestrel", "Grand Portage", "Bow Valley", "Selkirk", "Harrowgate",
    "Three Rivers", "Saltspring", "Lakehead", "Rideau", "Gaspé", "Caribou", "Prairie Rose", "North Shore", "Wapiti",
    "Cedar Point", "Fundy", "Larch Hill", "Stonebridge", "Beaufort", "Okanagan", "Algoma", "Madawaska",
    "Silver Birch", "Niagara", "Clearwater", "Vermilion", "Sable", "Miramichi", "Kootenay", "Humber", "Laurier",
    "Belle Rivière", "Red Willow", "Ironwood", "Bluewater", "Juniper", "Peace River", "Quinte", "Wolfe Island",
    "Battle Creek", "Yellowhead", "Moss Lake", "Trillium", "Fraser",
];

#[rustfmt::skip]
const TRADES: [&str; 41] = [
    "Foods", "Cold Storage", "Produce", "Freight", "Logistics", "Lumber", "Grain", "Dairy", "Packaging",
    "Warehousing", "Distribution", "Meats", "Seafoods", "Beverages", "Building Supply", "Paper", "Steel",
    "Pharma Supply", "Poultry", "Transport", "Furniture", "Brewing", "Bakeries", "Plastics", "Tire & Wheel",
    "Farm Supply", "Grocers", "Hardware", "Textiles", "Roofing", "Glass", "Pet Foods", "Chemicals", "Appliances",
    "Auto Parts", "Flooring", "Nurseries", "Fertilizer", "Printing", "Medical Supply", "Juice",
];

#[rustfmt::skip]
const CITIES: [&str; 36] = [
    "Brampton", "Laval", "Calgary", "Surrey", "Halifax", "Winnipeg", "Moncton", "Regina", "Guelph", "Kelowna",
    "Sherbrooke", "Barrie", "Red Deer", "Saskatoon", "Sudbury", "Lévis", "Nanaimo", "Windsor", "Oshawa", "Delta",
    "Fredericton", "Lethbridge", "Kingston", "Gatineau", "Abbotsford", "Milton", "Brandon", "Saguenay", "Kamloops",
    "Whitby", "Granby", "Airdrie", "Cambridge", "Medicine Hat", "Dartmouth", "St. John's",
];

#[rustfmt::skip]
const GIVEN_NAMES: [&str; 61] = [
    "Aaliyah", "Adrien", "Aiko", "Alasdair", "Amadou", "Anjali", "Annika", "Arjun", "Beatriz", "Bilal", "Camille",
    "Chidi", "Clara", "Dariusz", "Deepa", "Elias", "Élodie", "Emeka", "Esther", "Farah", "Felix", "Fiona", "Gabriel",
    "Hana", "Harpreet", "Hugo", "Imran", "Isla", "Jamal", "Jing", "Joanna", "Kavita", "Kenji", "Kwame", "Leila",
    "Liam", "Lucía", "Malik", "Mei", "Mikael", "Nadia", "Naveen", "Olga", "Oscar", "Paloma", "Petra", "Quentin",
    "Rania", "Rosa", "Samir", "Simone", "Sunita", "Tariq", "Thandiwe", "Tomás", "Uma", "Viktor", "Wanjiru", "Yasmin",
    "Yusuf", "Zofia",
];

#[rustfmt::skip]
const FAMILY_NAMES: [&str; 59] = [
    "Abara", "Almeida", "Andersen", "Baptiste", "Begum", "Bianchi", "Boateng", "Bouchard", "Campbell", "Castro",
    "Chandra", "Cheung", "Cloutier", "Dhaliwal", "Diallo", "Dubois", "Eriksen", "Farouk", "Ferreira", "Gill",
    "Grant", "Gupta", "Hassan", "Hoang", "Ibrahim", "Ivanov", "Jansen", "Kaminski", "Kimura", "Kowalski", "Lam",
    "Lavoie", "Lindqvist", "MacKay", "Mahmoud", "Mbeki", "Mendoza", "Moreau", "Nakamura", "Nguyen", "Novak",
    "Ochoa", "Okafor", "Park", "Pelletier", "Qureshi", "Rossi", "Roy", "Santos", "Sharma", "Singh", "Sokolov",
    "Tanaka", "Tremblay", "Usman", "Vargas", "Watanabe", "Yilmaz", "Zhang",
];

const CONFIGURATION: &str = r#"# Kedgemoor Software: what quarterdeck reads, and how.

[sources]
opportunities = "opportunities.csv"
stage_history = "stage_history.csv"
activities    = "activities.csv"
quotas        = "quotas.csv"
reps          = "reps.csv"
coaching      = "coaching.csv"
quotes        = "quotes.csv"
forecasts     = "forecasts.csv"

[calendar]
fiscal_year_start_month = 2
timezone = "America/Toronto"

[money]
currency = "CAD"

[stages]
open = ["Qualified", "Discovery", "Proposal", "Negotiation"]
won = ["Closed Won"]
lost = ["Closed Lost"]
no_decision = ["Closed - No Decision"]
qualified_from = "Discovery"
quote = "Proposal"
probability = { Qualified = 0.1, Discovery = 0.25, Proposal = 0.5, Negotiation = 0.75 }

[forecast]
categories = ["Commit"]
day = 0

[activities]
meaningful = ["meeting", "demo", "discovery", "call:connected"]
discovery = ["discovery"]

[thresholds]
coverage_healthy = 3.0
coverage_warning = 2.5

[playbook.stage.Qualified]
questions = ["Which pain did they put in money?", "Who holds the budget, and who said so?"]

[playbook.stage.Discovery]
questions = ["What does an hour of waiting trucks cost them?", "Who else has to agree, and have we met them?"]

[playbook.stage.Proposal]
questions = ["What did we learn that made it time for a price?", "On which day do we go through the quote together?"]

[playbook.stage.Negotiation]
questions = ["Who signs, and on which day?", "What do we get for what we give?"]

[playbook.metric.win_rate]
questions = ["How did the last three wins start?"]

[playbook.metric.stage_conversion]
questions = ["How did you prepare the last one that went on?", "How would you know earlier that one will not?"]

[playbook.metric.coverage_ratio]
questions = ["Which hours of the week are for new pipeline?"]

[playbook.metric.forecast_hit_rate]
questions = ["How do you know that this one is a commit?"]
"#;

const README: &str = r"# Kedgemoor Software, a company that does not exist

Kedgemoor sells software that gives trucks an appointment at the dock: Dock Scheduler, Yard Map, Carrier Desk and Cold
Log. Its customers are food distributors, warehouses and mills across Canada. The fiscal year starts in February, so
2027-Q3 is August to October 2026. Two teams sell: East, led by Colette Marchand, who carries a few deals of her own,
and West, led by Daniel Oyelaran. These are the exports of Monday, 16 November 2026: every deal closed since
1 February 2024, and everything open. Activities are captured, and coaching is logged, since November 2025.
People, accounts and competitors are made up; `examples/generate.rs` writes it all from a seed. In a company made with
`--opportunities` each pair of teams repeats this cast under other names.

## What is in the figures

Read them with `--as-of 2026-11-16`; the quarter is 2027-Q3 unless another is named.

1. **Marek Zieliński lost his middle game.** Until July two of three of his proposals went on to negotiation, since
   August about one of four. He sends them within days and holds no discovery meeting any more; he is the busiest
   e-mailer of the company. `stage_conversion` of Proposal, `stage_days_median` of Discovery, `discoveries`.
2. **Callum Fraser commits everything and pushes it.** A deal is a commit once the quote is out, and moves a month on
   the day before it is due. His coverage looks like the best of all. `forecast_hit_rate`, `slip_rate`, `pushes`,
   `forecast_accuracy`, `forecast_bias`.
3. **Noor Haddad**, hired in April 2026, finds her feet month by month on a ramped quota. **Gurpreet Sandhu**, hired in
   March 2025, was up to speed within half a year and is over target now. `ramp_months`, `ramp_days_first_win`.
4. **Two ways to manage.** Daniel sees each of his people every week and writes it down. Colette puts everybody on the
   same Friday; since August more than half of her one-on-ones are cancelled or moved, Marek's too.
   `one_on_one_held_rate`, `coaching_hours`, `coaching_logged`, `management_audit`.
5. **Quayvane has bought a carrier network.** It used to be named in about one lost deal of ten, now in one of
   three, and we hardly ever win against it any more. `losses` by reason, `win_rate` by competitor.
6. **Amara Okonkwo left** of her own accord on 18 September 2026; colleagues took over her open deals. Bradley Hume had
   to go in October 2024. `turnover_voluntary`, `turnover_total`.
7. **Priya Raghunathan is far over target and has little left.** The best quarter of the company, and thin coverage for
   the running one. Tadeo Villanueva, Jean-Philippe Gagnon, Marek and Noor are below three times too; the rest are not.
   `attainment`, `coverage_ratio`, `coverage_gap`. Jean-Philippe has nothing in his calendar: `no_upcoming_activity`.
8. **Deals that moved by themselves.** Between 9 and 16 November about a dozen deals changed their stage, and nothing had
   been done for them in the week before. The flag is `stage_change_without_activity`.
9. **The usual dust.** Open deals with a close date gone by, without an amount, without a next step, pushed again and
   again, or lost and taken up again. `close_date_past`, `missing_amount`, `no_next_step`, `pushed_repeatedly`.

The team closed 2027-Q3 a little under target.
";
