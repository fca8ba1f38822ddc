//! What the user types.

use super::examples;
use chrono::NaiveDate;
use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// The colours of the help. Weight says the same where there are none: with NO_COLOR, or where no terminal reads.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Blue.on_default().bold())
    .usage(AnsiColor::Blue.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default())
    .error(AnsiColor::Red.on_default().bold())
    .valid(AnsiColor::Green.on_default())
    .invalid(AnsiColor::Yellow.on_default().bold());

/// Turns a folder of CRM exports into the reports that run a sales team.
#[derive(Debug, Parser)]
#[command(name = "quarterdeck", version, propagate_version = true, arg_required_else_help = true, styles = STYLES)]
#[command(after_help = "To begin: quarterdeck demo, then quarterdeck init FOLDER_OF_YOUR_EXPORTS")]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that stand before or after any command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The configuration
    #[arg(short, long, global = true, value_name = "FILE", default_value = "quarterdeck.toml")]
    pub config: PathBuf,
    /// The day the run looks from; nothing later is known [default: today]
    #[arg(long, global = true, value_name = "DATE", value_parser = day)]
    pub as_of: Option<NaiveDate>,
    /// The folder that reports are written to
    #[arg(long, global = true, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Only this team
    #[arg(long, global = true, value_name = "NAME")]
    pub team: Option<String>,
    /// Only the people of this manager
    #[arg(long, global = true, value_name = "NAME")]
    pub manager: Option<String>,
    /// Only this rep
    #[arg(long, global = true, value_name = "NAME")]
    pub rep: Option<String>,
    /// Say nothing but what is wrong
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say at the end where the time went
    #[arg(long, global = true)]
    pub timings: bool,
    /// End with exit code 3 where one of these is met; may be given several times
    #[arg(long, global = true, value_enum, value_delimiter = ',', value_name = "THRESHOLD")]
    pub fail_on: Vec<Threshold>,
}

impl Global {
    /// The same run for everyone, with another configuration, and without a threshold.
    pub fn for_everyone(&self, config: PathBuf) -> Self {
        Global {
            config,
            as_of: self.as_of,
            out: self.out.clone(),
            team: None,
            manager: None,
            rep: None,
            quiet: self.quiet,
            timings: self.timings,
            fail_on: Vec::new(),
        }
    }
}

/// What can make a run that was written end with exit code 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Threshold {
    /// A figure of the team is alarming in the period of the report
    Alert,
    /// A record of an export was rejected
    Rejected,
    /// Something was found that affects figures
    Warning,
    /// A flag was raised that the last banked run did not raise
    NewFlag,
    /// A figure of a finished period is not what a banked run gave
    Restated,
}

impl Threshold {
    /// As it is typed.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default()
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Unpack the sample company and write every report of it
    #[command(after_long_help = examples::of("demo"))]
    Demo {
        /// Where to
        #[arg(value_name = "DIR", default_value = "quarterdeck-demo")]
        folder: PathBuf,
    },
    /// Look at the exports of a folder and write a commented quarterdeck.toml for them
    #[command(after_long_help = examples::of("init"))]
    Init {
        /// Where the exports are
        #[arg(value_name = "DIR", default_value = ".")]
        folder: PathBuf,
    },
    /// Read everything, and say what is wrong and which figures are possible
    #[command(after_long_help = examples::of("check"))]
    Check {
        /// Write every rejected record with its reason to a CSV file
        #[arg(long, value_name = "FILE")]
        rejected: Option<PathBuf>,
        /// How to print what was found
        #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
        format: CheckFormat,
    },
    /// Write the health of the pipeline, a worklist for the Monday review
    #[command(after_long_help = examples::of("weekly"))]
    Weekly {
        /// The week, such as 2026-W47 [default: the one that holds the as-of date]
        #[arg(long, value_name = "WEEK")]
        week: Option<String>,
        /// The files to write, with commas between
        #[arg(long, value_name = "FORMATS", value_delimiter = ',', default_value = "md,html", value_parser = without_slides())]
        format: Vec<FileFormat>,
        /// Print the report as Markdown, and write no file
        #[arg(long, conflicts_with = "format")]
        stdout: bool,
    },
    /// Write one summary per rep for the one-on-one, and each manager's page
    #[command(after_long_help = examples::of("monthly"))]
    Monthly {
        /// The month, such as 2026-10 [default: the last complete one]
        #[arg(long, value_name = "MONTH")]
        month: Option<String>,
        /// The files to write, with commas between
        #[arg(long, value_name = "FORMATS", value_delimiter = ',', default_value = "md,html", value_parser = without_slides())]
        format: Vec<FileFormat>,
        /// Print the one report of --rep as Markdown, and write no file
        #[arg(long, conflicts_with = "format")]
        stdout: bool,
    },
    /// Write the quarterly business review
    #[command(after_long_help = examples::of("qbr"))]
    Qbr {
        /// The fiscal quarter, such as 2026-Q3 [default: the last complete one]
        #[arg(long, value_name = "QUARTER")]
        quarter: Option<String>,
        /// The files to write, with commas between
        #[arg(long, value_name = "FORMATS", value_delimiter = ',', default_value = "md,html", value_enum)]
        format: Vec<FileFormat>,
        /// Your company's PowerPoint file (.pptx, .potx), on whose master the slides are made
        #[arg(long, value_name = "FILE", conflicts_with = "stdout")]
        deck_template: Option<PathBuf>,
        /// Print the report as Markdown, and write no file
        #[arg(long, conflicts_with = "format")]
        stdout: bool,
    },
    /// Print the facts behind every report
    #[command(after_long_help = examples::of("metrics"))]
    Metrics {
        /// A week, month, quarter or fiscal year: 2026-W47, 2026-10, 2026-Q3, FY2026 [default: the last complete month]
        #[arg(long, value_name = "PERIOD")]
        period: Option<String>,
        /// Only this metric; may be given several times
        #[arg(long, value_name = "ID")]
        metric: Vec<String>,
        /// How to print them [default: table on a terminal, else json]
        #[arg(long, value_enum)]
        format: Option<Format>,
    },
    /// Say what a figure means, how it came about and which rows are behind it; alone, list all metrics
    #[command(after_long_help = examples::of("explain"))]
    Explain {
        /// The metric, such as win_rate
        metric: Option<String>,
        /// The period [default: the last complete month]
        #[arg(long, value_name = "PERIOD")]
        period: Option<String>,
        /// The dimension, such as stage or competitor
        #[arg(long, value_name = "DIMENSION")]
        by: Option<String>,
        /// The dimension's value
        #[arg(long, value_name = "VALUE")]
        key: Option<String>,
        /// List the rows behind the figure
        #[arg(long)]
        rows: bool,
        /// How to print it
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// List what needs a decision, with evidence and what to consider
    #[command(after_long_help = examples::of("flags"))]
    Flags {
        /// A week, month, quarter or fiscal year [default: the week that holds the as-of date]
        #[arg(long, value_name = "PERIOD")]
        period: Option<String>,
        /// How to print them [default: table on a terminal, else json]
        #[arg(long, value_enum)]
        format: Option<Format>,
    },
    /// Bank what the exports say as of the date, so that later runs have a past
    #[command(after_long_help = examples::of("snapshot"))]
    Snapshot,
    /// Take note of a flag, so that it is shown apart until a day
    #[command(after_long_help = examples::of("acknowledge"))]
    Acknowledge {
        /// The flag, such as stalled
        #[arg(value_name = "FLAG")]
        flag: String,
        /// The id of the opportunity, or the name of the person
        #[arg(value_name = "SUBJECT")]
        subject: String,
        /// The last day on which it is shown apart
        #[arg(long, value_name = "DATE", value_parser = day)]
        until: NaiveDate,
        /// Why it needs no decision until then
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// The templates of the reports, and checking one's own
    #[command(subcommand, after_long_help = examples::of("templates"))]
    Templates(Templates),
    /// Print the completions for a shell
    #[command(after_long_help = examples::of("completions"))]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Write the manual pages, one for each command
    #[command(after_long_help = examples::of("man"))]
    Man {
        /// Where to
        #[arg(value_name = "DIR", default_value = "man")]
        folder: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Text,
    Json,
}

/// A format of a report's files. What takes longest to make stands first, so that the others are made meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum FileFormat {
    /// A page that stands alone
    Html,
    /// Markdown, its charts as SVG beside it
    Md,
    /// Slides
    Pptx,
    /// A workbook with native charts and all facts
    Xlsx,
    /// Each chart as a picture in double size
    Png,
    /// Each chart as a drawing
    Svg,
}

/// A day as it is typed.
fn day(typed: &str) -> Result<NaiveDate, String> {
    typed.trim().parse().map_err(|_| "a day is written year-month-day, such as 2026-11-16".to_string())
}

/// The formats of reports that are no slides.
fn without_slides() -> impl TypedValueParser<Value = FileFormat> {
    PossibleValuesParser::new(["md", "html", "xlsx", "png", "svg"]).try_map(|name| FileFormat::from_str(&name, false))
}

#[derive(Debug, Subcommand)]
pub enum Templates {
    /// Name the templates
    List,
    /// Print a template
    Show {
        /// Such as monthly.md.j2
        name: String,
    },
    /// Copy the templates to a folder to change them there
    Eject {
        #[arg(value_name = "DIR", default_value = "report-templates")]
        folder: PathBuf,
    },
    /// Render the templates of a folder with the sample's values and say what fails
    Check {
        #[arg(value_name = "DIR", default_value = "report-templates")]
        folder: PathBuf,
    },
}
