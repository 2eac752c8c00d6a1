//! `bancheng seal`: is a sealed document what its seals say (P6, X6)? Reads one file, needs no database. And for whoever tries
//! seals: a key of one's own, and the reference seal service.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ::seal::{Certificate, Form, Options, Problem, Report, Unreadable, Verdict};
use anyhow::{Context as _, bail};
use kernel::{Moment, Said};

/// The largest file that is read; sealed papers are a few megabytes.
const FILE_MAX: u64 = 256 << 20;

/// 印章:核验签章 / seals and signatures
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 核验签章文件(OFD、印章,或任何文件加签名文件)/ check a sealed OFD, a seal, or any file with its signature;
    /// 退出码 0 全部完好、1 不完好或没有签章、2 读不懂 / exit code 0 all intact, 1 not or no signature, 2 unreadable
    Verify(VerifyArgs),
    /// 生成试用密钥文件;环境变量 BANCHENG_SEAL_PASSWORD 为口令 / make a key file for trials, its password in BANCHENG_SEAL_PASSWORD
    Key(KeyArgs),
    /// 参考签章服务:令牌在环境变量 BANCHENG_SEAL_TOKEN / the reference seal service, its token in BANCHENG_SEAL_TOKEN
    Serve(ServeArgs),
}

#[derive(Debug, clap::Args)]
struct KeyArgs {
    /// 写到哪里(已有的不覆盖)/ where it goes; what is there is not written over
    file: PathBuf,
    /// 持有人 / who holds it
    #[arg(long)]
    holder: String,
    /// 单位 / the office
    #[arg(long)]
    office: String,
}

#[derive(Debug, clap::Args)]
struct ServeArgs {
    /// 密钥文件 / the key file
    key: PathBuf,
    /// 监听地址 / address to listen on
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: std::net::SocketAddr,
}

#[derive(Debug, clap::Args)]
struct VerifyArgs {
    /// 文件 / the file
    file: PathBuf,
    /// 签名文件(文件与签名分开时)/ the signature, when it lies beside the file
    #[arg(long)]
    signature: Option<PathBuf>,
    /// 判断“现在有效”的日期或时刻,缺省为今天 / the date or moment that “valid now” is about, today by default
    #[arg(long)]
    at: Option<Moment>,
    /// 所信任的根证书(DER 或 PEM,可多个)/ trusted root certificates
    #[arg(long)]
    trust: Vec<PathBuf>,
    /// 签名人的证书(签名里没有证书时用)/ the signer's certificate, for signatures that carry none
    #[arg(long)]
    cert: Option<PathBuf>,
    /// 各项结论都好才算通过(须给出 --trust)/ exit 0 only when every verdict is good; needs --trust
    #[arg(long)]
    strict: bool,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

/// Answers, and says with the exit code how it went.
pub fn run(args: &Args) -> ExitCode {
    let args = match &args.what {
        What::Verify(args) => args,
        What::Key(args) => return ended(key(args)),
        What::Serve(args) => return ended(serve(args)),
    };
    match verify(args) {
        Ok(Ok(report)) => {
            let printed = if args.json { serde_json::to_string(&report) } else { Ok(text(&report)) };
            match printed {
                Ok(printed) => println!("{printed}"),
                Err(e) => return unreadable(args, &not_tried(&e.into())),
            }
            let good = if args.strict { report.good() } else { report.intact() };
            if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Ok(Err(e)) => unreadable(args, &e),
        Err(e) => unreadable(args, &not_tried(&e)),
    }
}

fn ended(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e:#}");
            ExitCode::FAILURE
        }
    }
}

/// The password of key files.
fn password() -> Option<String> {
    std::env::var("BANCHENG_SEAL_PASSWORD").ok().filter(|p| !p.is_empty())
}

/// Keeps a key file where nothing stands yet, readable by its owner only.
pub(crate) fn keep_key(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let name = path.display();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file =
        options.open(path).with_context(|| format!("写不了 {name}(已有的不覆盖)/ cannot write {name}"))?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}

fn key(args: &KeyArgs) -> anyhow::Result<()> {
    let password = password();
    let text = seals::new_key(&args.holder, &args.office, now(), password.as_deref())?;
    keep_key(&args.file, &text)?;
    let name = args.file.display();
    println!("试用密钥已生成 / key made: {name}");
    if password.is_none() {
        eprintln!(
            "没有口令,只凭文件权限保护;设置 BANCHENG_SEAL_PASSWORD 再生成可加口令 / no password: set BANCHENG_SEAL_PASSWORD to have one"
        );
    }
    Ok(())
}

fn serve(args: &ServeArgs) -> anyhow::Result<()> {
    use axum::body::Bytes;
    use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
    use axum::response::IntoResponse as _;

    let token = std::env::var("BANCHENG_SEAL_TOKEN").unwrap_or_default();
    let key = seals::FileDevice::open(&args.key, password().as_deref()).map_err(city::Error::from)?;
    let service = std::sync::Arc::new(seals::Service::new(key, &token)?);
    let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
        let service = std::sync::Arc::clone(&service);
        async move {
            let authorization = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
            let (status, text) = service.answer(seals::Question {
                method: method.as_str(),
                path: uri.path(),
                authorization: authorization.unwrap_or_default(),
                body: &body,
            });
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
    };
    let router = axum::Router::new().fallback(answer);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(args.listen).await?;
        println!("http://{}", listener.local_addr()?);
        let stop = async {
            drop(tokio::signal::ctrl_c().await);
        };
        axum::serve(listener, router).with_graceful_shutdown(stop).await
    })?;
    Ok(())
}

fn unreadable(args: &VerifyArgs, why: &Unreadable) -> ExitCode {
    if args.json {
        println!("{}", serde_json::json!({ "file": null, "signatures": [], "problems": [why.0] }));
    }
    eprintln!("{why}");
    ExitCode::from(2)
}

fn verify(args: &VerifyArgs) -> anyhow::Result<Result<Report, Unreadable>> {
    let file = read(&args.file)?;
    let mut options = Options::at(args.at.unwrap_or_else(now));
    options.trusted = args.trust.iter().map(|p| certificate(p)).collect::<anyhow::Result<_>>()?;
    options.signer = args.cert.as_deref().map(certificate).transpose()?;
    if args.strict && options.trusted.is_empty() {
        bail!("--strict 须同时给出所信任的根证书(--trust)/ --strict needs trusted roots (--trust)");
    }
    Ok(match &args.signature {
        Some(signature) => ::seal::verify_detached(&file, &read(signature)?, &options),
        None => ::seal::verify(&file, &options),
    })
}

/// What could not even be tried, in the form of an answer.
fn not_tried(e: &anyhow::Error) -> Unreadable {
    Unreadable(Problem { code: "unreadable", said: Said::of_both(&format!("{e:#}")) })
}

fn now() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Moment::from_us(since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX)))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let name = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("打不开 {name} / cannot open {name}"))?;
    let mut bytes = Vec::new();
    file.take(FILE_MAX + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("读不了 {name} / cannot read {name}"))?;
    if bytes.len() as u64 > FILE_MAX {
        bail!("{name} 超过 256 MB,拒绝核验 / {name} is larger than 256 MB and refused");
    }
    Ok(bytes)
}

fn certificate(path: &Path) -> anyhow::Result<Certificate> {
    let name = path.display();
    Certificate::read(&read(path)?)
        .with_context(|| format!("{name} 不是证书(DER 或 PEM)/ {name} is no certificate in DER or PEM"))
}

/// The answer for reading.
fn text(report: &Report) -> String {
    let mut lines = Vec::new();
    for (i, s) in report.signatures.iter().enumerate() {
        lines.push(format!("签章 {} {}（{}）", i + 1, s.place.as_deref().unwrap_or_default(), form(s)));
        let who = s.signer.as_ref().map_or_else(
            || "不明".to_owned(),
            |p| [p.organization.as_str(), p.name.as_str()].join(" ").trim().to_owned(),
        );
        lines.push(format!("  签名人：{who}"));
        if let Some(seal) = &s.seal {
            lines.push(format!("  印章：{}（{}）", seal.name, seal.id));
        }
        if let Some(at) = s.signed_at {
            lines.push(format!("  签章时间：{at}{}", if s.time_attested { "，有时间戳证明" } else { "" }));
        }
        for (name, verdict) in verdicts(s) {
            let said = match verdict {
                Some(true) => "是",
                Some(false) => "否",
                None => "不能判断",
            };
            lines.push(format!("  {name}：{said}"));
        }
        lines.extend(s.problems.iter().map(|p| format!("  · {}", p.said.zh)));
    }
    lines.extend(report.problems.iter().map(|p| format!("· {}", p.said.zh)));
    lines.join("\n")
}

fn form(s: &Verdict) -> &'static str {
    match s.form {
        Form::SesV1 | Form::SesV4 | Form::SesV5 => "电子签章",
        Form::SealV1 | Form::SealV4 | Form::SealV5 => "电子印章",
        Form::Pkcs7 | Form::Raw => "数字签名",
        Form::Unknown => "无法识别",
    }
}

fn verdicts(s: &Verdict) -> Vec<(&'static str, Option<bool>)> {
    let mut all = vec![("完好", s.intact)];
    if s.seal.is_some() {
        all.push(("印章为真", s.seal_signature));
    }
    all.extend([
        ("签名人可信", s.signer_known),
        ("签章时有效", s.valid_when_signed),
        ("现在有效", s.valid_now),
        ("覆盖全文", Some(s.covers_all)),
    ]);
    all
}
