//! 办成: the program.
#![expect(clippy::print_stdout, reason = "a command talks to the person who called it")]

mod aside;
mod backup;
mod calendar;
mod cell;
mod clock;
mod demo;
mod demo_aids;
mod demo_applications;
mod demo_companies;
mod demo_data;
mod demo_halls;
mod demo_help;
mod demo_papers;
mod demo_ratings;
mod demo_seals;
mod demo_services;
mod demo_walks;
mod demo_whistles;
mod doctor;
mod export;
mod figures;
mod files;
mod import;
mod import_ratings;
mod import_table;
mod items;
mod ledger;
mod listen;
mod log;
mod place;
mod policy;
mod redesign;
mod report;
mod seal;
mod serve;
mod services;
mod simulate;
mod text;
mod themes;
mod watch;

use clap::Parser as _;
use place::PlaceArgs;

/// What one thread allocates another frees, for every row: the system's allocator makes them wait for each other
/// (ADR 0092).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 版本. A build of `cargo xtask dist` says its commit and day; any other says that it is none.
const VERSION: &str = match option_env!("BANCHENG_BUILD") {
    Some(version) => version,
    None => concat!(env!("CARGO_PKG_VERSION"), " (开发版 / development build)"),
};

/// 办成:走流程、解难题、优服务 / it gets done
#[derive(clap::Parser)]
#[command(version = VERSION, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// 启动服务 / serve pages and interface
    Serve(serve::Args),
    /// 样板城市:建立并启动 / make a model city and serve it
    Demo(demo::Args),
    /// 只做到点办理(可多个) / only do what is due; several may run
    Worker(serve::WorkerArgs),
    /// 批量导入 / take in a file
    Import(import::Args),
    /// 事项:导入、导出 / items in and out
    Items(items::Args),
    /// 导出台账 / write lists
    Export(export::Args),
    /// 工作日历 / the statutory calendar
    Calendar(calendar::Args),
    /// 时钟校正 / the clock and the record
    Clock(clock::Args),
    /// 统计数据重建 / make the facts behind figures again
    Figures(figures::Args),
    /// 统计 / reports
    Report(report::Args),
    /// 留痕核验与导出 / verify and export the record
    Ledger(ledger::Args),
    /// 办件:别处办的进来,办件量 / services handled elsewhere in, handled numbers
    Services(services::Args),
    /// 一件事:体检、上线 / themes: check, offer
    Themes(themes::Args),
    /// 文本 / what people write
    Text(text::Args),
    /// 日志分析 / event logs
    Log(log::Args),
    /// 流程再造 / the shortest lawful process
    Redesign(redesign::Args),
    /// 仿真 / try it before anything changes
    Simulate(simulate::Args),
    /// 政策:判定、体检、试算 / policies: who may have what, and why not
    Policy(policy::Args),
    /// 印章:核验签章、试用密钥、参考签章服务 / seals: check sealed documents, a key, the reference service
    Seal(seal::Args),
    /// 城市间:对接城市、往来情况 / cells: the cities that this one speaks with
    Cell(cell::Args),
    /// 备份 / back up
    Backup(backup::Args),
    /// 附件放在哪里,移入数据库 / where attachments lie, moving them
    Files(files::Args),
    /// 体检 / look at everything and say what to do
    Doctor(doctor::Args),
}

/// How what a message asks for is given at the command line; the same messages stand on pages, which have fields for it.
const OPTIONS: &[(&str, &str)] = &[
    ("指明工作表", "--sheet 工作表名 / --sheet NAME"),
    ("指明各列", "--map 列名=字段（不用的列写 ignore） / --map COLUMN=FIELD (ignore: not used)"),
    ("指明日期次序", "--date-order dmy|mdy|ymd（日月年、月日年、年月日）"),
    ("指明哪一列是时间", "--mapping 文件 / --mapping FILE"),
];

/// What a shell says of a program whose reader went away (128 and the number of SIGPIPE).
const READER_GONE: i32 = 141;

/// `print!` panics where nothing can be written any more: a reader that has seen enough (`| head`) ends the program quietly, a full
/// disk in words.
fn end_with_the_reader() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        match said.strip_prefix("failed printing to stdout: ") {
            Some(why) if why.contains("Broken pipe") => std::process::exit(READER_GONE),
            Some(why) => {
                eprintln!("无法写出结果：{why} / the result cannot be written: {why}");
                std::process::exit(1);
            }
            None => before(panic),
        }
    }));
}

fn main() -> std::process::ExitCode {
    end_with_the_reader();
    // Whatever is written, by us or by the database, is for its owner only: it holds what people told the city.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Serve(args) => serve::run(&cli.place, &args),
        Command::Demo(args) => demo::run(&cli.place, &args),
        Command::Worker(args) => serve::work(&cli.place, &args),
        Command::Import(args) => import::run(&cli.place, &args),
        Command::Items(args) => items::run(&cli.place, &args),
        Command::Export(args) => export::run(&cli.place, &args),
        Command::Calendar(args) => calendar_command(&cli.place, &args),
        Command::Clock(args) => clock::run(&cli.place, &args),
        Command::Figures(args) => figures::run(&cli.place, &args),
        Command::Report(args) => report::run(&cli.place, &args),
        Command::Ledger(args) => ledger::run(&cli.place, &args),
        Command::Services(args) => match services::run(&cli.place, &args) {
            Ok(code) => return code,
            Err(e) => Err(e),
        },
        Command::Themes(args) => match themes::run(&cli.place, &args) {
            Ok(code) => return code,
            Err(e) => Err(e),
        },
        Command::Text(args) => text::run(args),
        Command::Log(args) => log::run(args),
        Command::Redesign(args) => redesign::run(args),
        Command::Simulate(args) => simulate::run(args),
        Command::Policy(args) => match policy::run(&args) {
            Ok(code) => return code,
            Err(e) => Err(e),
        },
        // Its exit code tells three answers apart.
        Command::Seal(args) => return seal::run(&args),
        Command::Cell(args) => match cell::run(&cli.place, &args) {
            Ok(code) => return code,
            Err(e) => Err(e),
        },
        Command::Backup(args) => backup::run(&cli.place, &args),
        Command::Files(args) => files::run(&cli.place, &args),
        Command::Doctor(args) => match doctor::run(&cli.place, &args) {
            Ok(code) => return code,
            Err(e) => Err(e),
        },
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(e)
            if e.downcast_ref::<std::io::Error>()
                .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) =>
        {
            std::process::exit(READER_GONE);
        }
        Err(e) => {
            let said = format!("{e:#}");
            eprintln!("{said}");
            for (_, option) in OPTIONS.iter().filter(|o| said.contains(o.0)) {
                eprintln!("  {option}");
            }
            std::process::ExitCode::FAILURE
        }
    }
}

/// The calendar of the city when there is one, else the one that ships; only an import makes a place.
fn calendar_command(place: &PlaceArgs, args: &calendar::Args) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if place.database_url.is_none() && !place.data_dir.join(store::FILE).exists() && !args.imports() {
        return calendar::run(args, &workday::WorkCalendar::official(), &mut out, |_| Ok(()));
    }
    let app = place.open()?;
    let office = app.city.office_now().wait()?;
    let importing = app.clone();
    calendar::run(args, &office.rules.calendar, &mut out, move |notice| {
        let text = serde_json::to_string(&notice)?;
        importing.city.import_calendar(kernel::Actor::system(), text).wait()?;
        let tick = assembly::Worker::new(importing.clone()).tick()?;
        eprintln!("重算了 {0} 件的期限 / recomputed the limits of {0} cases", tick.of(assembly::JOBS));
        Ok(())
    })
}
