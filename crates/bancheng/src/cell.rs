//! `bancheng cell`: the cities that this one speaks with, as seen from the machine: who they are, how the messages stand, a key
//! for two of them, and sending now what waits.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use cells::{NewPeer, PeerView, Purpose, Rank, Side};
use kernel::Actor;

use crate::place::PlaceArgs;

/// 城市间 / cells
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand, Debug)]
enum Act {
    /// 对接城市 / the cities that this one speaks with
    Peers {
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 往来情况:待送、搁置、失联;退出码 1 表示有城市联系不上或有消息搁置 / how messages stand; exit code 1 when a city is silent or a message is aside
    Status {
        /// 输出 JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 生成一个共享密钥 / make a shared key
    Key,
    /// 添加或修改对接城市;密钥从文件读 / add or change a city; its key is read from a file
    Set(SetArgs),
    /// 立即送出待送的消息 / send now what waits
    Send,
}

#[derive(clap::Args, Debug)]
struct SetArgs {
    /// 区划代码 / its code
    code: String,
    /// 名称 / its name
    #[arg(long)]
    name: String,
    /// 地址 / its address
    #[arg(long, default_value = "")]
    address: String,
    /// 层级:beside、above、below / where it stands
    #[arg(long, default_value = "beside")]
    rank: String,
    /// 可传内容:matters、contact、figures,逗号分隔 / what may pass, separated by commas
    #[arg(long, default_value = "matters", value_delimiter = ',')]
    purposes: Vec<String>,
    /// 共享密钥所在文件;不给则不变 / the file with the shared key; unchanged without it
    #[arg(long)]
    key_file: Option<PathBuf>,
    /// 停用 / turn it off
    #[arg(long)]
    off: bool,
}

/// Runs the command.
pub fn run(place: &PlaceArgs, args: &Args) -> Result<ExitCode> {
    if matches!(args.act, Act::Key) {
        println!("{}", NewPeer::new_key()?);
        return Ok(ExitCode::SUCCESS);
    }
    let app = place.open()?;
    let code = match &args.act {
        Act::Peers { json } => {
            let peers = app.cells.peers(Actor::system()).wait()?;
            if *json {
                println!("{}", serde_json::to_string(&peers.iter().map(as_json).collect::<Vec<_>>())?);
            } else {
                peers.iter().for_each(|p| println!("{}", line(p)));
            }
            ExitCode::SUCCESS
        }
        Act::Status { json } => status(&app, *json)?,
        Act::Set(args) => {
            let print = app.cells.set_peer(Actor::system(), peer_of(args)?).wait()?;
            println!(
                "已保存，密钥指纹 {print}，请与对方电话核对 / saved; compare the fingerprint by telephone"
            );
            ExitCode::SUCCESS
        }
        Act::Send => {
            let well = app.cells.settle(Duration::from_secs(60))?;
            let waits: i64 = app.cells.peers(Actor::system()).wait()?.iter().map(|p| p.waiting).sum();
            println!("还有 {waits} 条待送 / {waits} still wait");
            if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Act::Key => ExitCode::SUCCESS,
    };
    app.city.store().clone().close();
    Ok(code)
}

fn peer_of(args: &SetArgs) -> Result<NewPeer> {
    let secret = match &args.key_file {
        Some(file) => std::fs::read_to_string(file)
            .with_context(|| format!("读不了密钥文件 / cannot read the key file {}", file.display()))?,
        None => String::new(),
    };
    let purpose = |text: &String| {
        Purpose::read(text).with_context(|| <Purpose as kernel::Word>::unknown(text).to_string())
    };
    Ok(NewPeer {
        code: args.code.clone(),
        name: args.name.clone(),
        address: args.address.clone(),
        rank: Rank::read(&args.rank)
            .with_context(|| <Rank as kernel::Word>::unknown(&args.rank).to_string())?,
        purposes: args.purposes.iter().map(purpose).collect::<Result<_>>()?,
        secret: secret.trim().to_owned(),
        active: !args.off,
    })
}

fn as_json(p: &PeerView) -> serde_json::Value {
    serde_json::json!({
        "code": p.code, "name": p.name, "address": p.address, "rank": p.rank.word(),
        "purposes": p.purposes.iter().map(|x| x.word()).collect::<Vec<_>>(), "active": p.active,
        "fingerprint": p.fingerprint, "waiting": p.waiting, "heard": p.heard,
        "silent_since": p.silent_since(), "why": p.why,
    })
}

fn line(p: &PeerView) -> String {
    let purposes: Vec<_> = p.purposes.iter().map(|x| x.zh()).collect();
    let stands = match (p.active, p.silent_since(), p.heard) {
        (false, ..) => "停用".to_owned(),
        (_, Some(since), _) => format!("{since} 起没有应答：{}", p.why),
        (_, None, Some(at)) => format!("{at} 有应答"),
        (_, None, None) => "还没有通过信".to_owned(),
    };
    let parts =
        [p.code.clone(), p.name.clone(), p.rank.zh().to_owned(), purposes.join("、"), p.fingerprint.clone()];
    format!("{}\t{}\t待送 {}\t{stands}", parts.join("\t"), p.address, p.waiting)
}

fn status(app: &assembly::House, json: bool) -> Result<ExitCode> {
    let peers = app.cells.peers(Actor::system()).wait()?;
    let asides = app.cells.asides(Actor::system()).wait()?;
    let undecided = app.cells.undecided(Actor::system()).wait()?;
    let went = app.cells.matters(Actor::system(), Side::Origin, None).wait()?;
    let open = went.iter().filter(|m| !m.state.is_end()).count();
    let silent = peers.iter().filter(|p| p.active && p.silent_since().is_some()).count();
    let aside = asides.iter().filter(|a| a.state == "aside").count();
    if json {
        let all = serde_json::json!({
            "peers": peers.iter().map(as_json).collect::<Vec<_>>(), "silent": silent, "aside": aside,
            "to_decide": undecided, "handed_open": open,
        });
        println!("{all}");
    } else {
        peers.iter().for_each(|p| println!("{}", line(p)));
        println!("来件待受理 {undecided}，最近转出未了结 {open}，搁置消息 {aside}");
        for a in asides {
            println!("  {}\t{}\t{}\t{}\t{}", a.peer, a.subject, a.kind, a.at, a.why);
        }
    }
    Ok(if silent + aside > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
