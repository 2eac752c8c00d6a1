//! 发行: what a city installs. A Debian package, a tarball, what is in them (SBOM in CycloneDX) and under which licences,
//! sums of all. `cargo xtask dist` builds the release; `cargo xtask dist debug` packs the debug build, to try the packing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::{rooms, sh};

/// A crate that the program is made of.
struct Part {
    name: String,
    version: String,
    license: String,
    /// its folder in the registry
    folder: PathBuf,
    /// of this workspace
    own: bool,
}

pub fn run() -> Result<()> {
    let debug = std::env::args().nth(2).as_deref() == Some("debug");
    let root = PathBuf::from(rooms::root());
    let commit = said("git", &["rev-parse", "--short=12", "HEAD"])?;
    let day = said("git", &["log", "-1", "--format=%cs"])?;
    let version = version()?;
    let build = format!("{version} ({commit} {day})");
    let profile = if debug { "dev" } else { "release" };
    println!("$ cargo build --profile {profile} --package bancheng  # {build}");
    let status = Command::new("cargo")
        .args(["build", "--profile", profile, "--package", "bancheng"])
        .env("BANCHENG_BUILD", &build)
        .current_dir(&root)
        .status()?;
    if !status.success() {
        bail!("cargo build → {status}");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let program = target.join(if debug { "debug" } else { "release" }).join("bancheng");
    let out = target.join("dist");
    if out.exists() {
        std::fs::remove_dir_all(&out)?;
    }
    std::fs::create_dir_all(&out)?;

    let parts = parts()?;
    let sbom = serde_json::to_string_pretty(&sbom(&parts, &version))?;
    std::fs::write(out.join("bancheng.cdx.json"), sbom)?;
    std::fs::write(out.join("THIRD-PARTY.txt"), licences(&parts)?)?;

    let tree = out.join("tree");
    lay_out(&root, &program, &out, &tree)?;
    package(&root, &out, &tree, &version)?;
    let tarball = format!("bancheng-{version}-{}-linux.tar.gz", std::env::consts::ARCH);
    let (from, to) = (tree.display().to_string(), out.join(&tarball).display().to_string());
    sh("tar", &["--sort=name", "--owner=0", "--group=0", "-C", &from, "-czf", &to, "usr"])?;
    std::fs::remove_dir_all(&tree)?;
    std::fs::copy(root.join("dist/Containerfile"), out.join("Containerfile"))?;

    let sums = Command::new("sh").args(["-c", "sha256sum -- *"]).current_dir(&out).output()?;
    std::fs::write(out.join("SHA256SUMS"), &sums.stdout)?;
    println!("{}\n{}", out.display(), String::from_utf8_lossy(&sums.stdout));
    Ok(())
}

/// The version of the workspace.
fn version() -> Result<String> {
    let manifest = std::fs::read_to_string(Path::new(&rooms::root()).join("Cargo.toml"))?;
    let (_, rest) = manifest.split_once("[workspace.package]").context("[workspace.package]")?;
    let line = rest.lines().find_map(|l| l.strip_prefix("version = \"")).context("version")?;
    Ok(line.trim_end_matches('"').to_owned())
}

fn said(program: &str, args: &[&str]) -> Result<String> {
    let out = Command::new(program).args(args).current_dir(rooms::root()).output()?;
    if !out.status.success() {
        bail!("{program} {} → {}", args.join(" "), out.status);
    }
    Ok(String::from_utf8(out.stdout)?.trim().to_owned())
}

/// Every crate that is linked into the program on this platform: its own edges and theirs, without those of tests.
fn parts() -> Result<Vec<Part>> {
    let host = said("rustc", &["--print", "host-tuple"])?;
    let all: Value = serde_json::from_str(&said(
        "cargo",
        &["metadata", "--format-version", "1", "--locked", "--filter-platform", &host],
    )?)?;
    let text = |v: &Value, key: &str| v[key].as_str().unwrap_or_default().to_owned();
    let nodes: BTreeMap<String, &Value> =
        all["resolve"]["nodes"].as_array().context("nodes")?.iter().map(|n| (text(n, "id"), n)).collect();
    let packages: BTreeMap<String, &Value> =
        all["packages"].as_array().context("packages")?.iter().map(|p| (text(p, "id"), p)).collect();
    let first = packages.iter().find(|(_, p)| p["name"] == "bancheng").context("bancheng")?.0.clone();
    let (mut seen, mut waiting) = (BTreeMap::new(), vec![first]);
    while let Some(id) = waiting.pop() {
        let Some(package) = packages.get(&id) else { continue };
        let manifest = PathBuf::from(text(package, "manifest_path"));
        let part = Part {
            name: text(package, "name"),
            version: text(package, "version"),
            license: text(package, "license"),
            folder: manifest.parent().map(Path::to_owned).unwrap_or_default(),
            own: package["source"].is_null(),
        };
        if seen.insert(id.clone(), part).is_some() {
            continue;
        }
        for edge in nodes.get(&id).and_then(|n| n["deps"].as_array()).into_iter().flatten() {
            let linked = edge["dep_kinds"].as_array().is_some_and(|k| k.iter().any(|k| k["kind"].is_null()));
            if linked {
                waiting.push(text(edge, "pkg"));
            }
        }
    }
    let mut parts: Vec<Part> = seen.into_values().collect();
    parts.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(parts)
}

/// 物料清单: CycloneDX 1.5.
fn sbom(parts: &[Part], version: &str) -> Value {
    let components: Vec<Value> = parts
        .iter()
        .filter(|p| p.name != "bancheng")
        .map(|p| {
            let mut one = json!({
                "type": "library", "name": p.name, "version": p.version,
                "licenses": [{ "expression": p.license.replace('/', " OR ") }],
            });
            if !p.own {
                one["purl"] = format!("pkg:cargo/{}@{}", p.name, p.version).into();
            }
            one
        })
        .collect();
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": { "type": "application", "name": "bancheng", "version": version } },
        "components": components,
    })
}

/// The licence texts that come with each crate; where none comes with it, its name alone.
fn licences(parts: &[Part]) -> Result<String> {
    let mut out =
        "本程序使用的开源组件及其许可 / open components in this program and their licences\n".to_owned();
    // The same text stands once, under everybody who brings it.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in parts.iter().filter(|p| !p.own) {
        let who = format!("{} {}", part.name, part.version);
        writeln!(out, "{who} · {}", part.license)?;
        for entry in std::fs::read_dir(&part.folder)?.flatten() {
            let name = entry.file_name().to_string_lossy().to_ascii_uppercase();
            let is_text =
                ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"].iter().any(|n| name.starts_with(n));
            if is_text && entry.path().is_file() {
                let text = String::from_utf8_lossy(&std::fs::read(entry.path())?).trim().to_owned();
                texts.entry(text).or_default().push(who.clone());
            }
        }
    }
    for (text, whose) in texts {
        write!(out, "\n{}\n{}\n\n{text}\n", "=".repeat(100), whose.join(", "))?;
    }
    Ok(out)
}

/// The files where Debian wants them.
fn lay_out(root: &Path, program: &Path, out: &Path, tree: &Path) -> Result<()> {
    let put = |from: &Path, to: &str, mode: u32| -> Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        let to = tree.join(to);
        std::fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        std::fs::copy(from, &to).with_context(|| from.display().to_string())?;
        Ok(std::fs::set_permissions(&to, std::fs::Permissions::from_mode(mode))?)
    };
    put(program, "usr/bin/bancheng", 0o755)?;
    let stripped = tree.join("usr/bin/bancheng").display().to_string();
    sh("strip", &["--strip-debug", &stripped])?;
    for unit in std::fs::read_dir(root.join("dist/systemd"))?.flatten() {
        let name = unit.file_name().to_string_lossy().into_owned();
        put(&unit.path(), &format!("usr/lib/systemd/system/{name}"), 0o644)?;
    }
    put(&root.join("dist/grafana/bancheng.json"), "usr/share/bancheng/grafana.json", 0o644)?;
    for page in ["OPERATIONS.md", "PRIVACY.md"] {
        put(&root.join("docs").join(page), &format!("usr/share/doc/bancheng/{page}"), 0o644)?;
    }
    put(&root.join("CHANGELOG.md"), "usr/share/doc/bancheng/changelog.md", 0o644)?;
    put(&out.join("THIRD-PARTY.txt"), "usr/share/doc/bancheng/copyright", 0o644)?;
    put(&out.join("bancheng.cdx.json"), "usr/share/doc/bancheng/bancheng.cdx.json", 0o644)
}

fn package(root: &Path, out: &Path, tree: &Path, version: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let control = out.join("deb");
    sh("cp", &["-a", &tree.display().to_string(), &control.display().to_string()])?;
    let debian = control.join("DEBIAN");
    std::fs::create_dir_all(&debian)?;
    let arch = said("dpkg", &["--print-architecture"]).unwrap_or_else(|_| "amd64".to_owned());
    let text = std::fs::read_to_string(root.join("dist/deb/control"))?;
    std::fs::write(debian.join("control"), text.replace("{version}", version).replace("{arch}", &arch))?;
    let etc = control.join("etc/bancheng");
    std::fs::create_dir_all(&etc)?;
    std::fs::copy(root.join("dist/deb/env"), etc.join("env"))?;
    std::fs::set_permissions(etc.join("env"), std::fs::Permissions::from_mode(0o600))?;
    std::fs::write(debian.join("conffiles"), "/etc/bancheng/env\n")?;
    for script in ["postinst", "prerm", "postrm"] {
        let to = debian.join(script);
        std::fs::copy(root.join("dist/deb").join(script), &to)?;
        std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o755))?;
    }
    let file = out.join(format!("bancheng_{version}_{arch}.deb")).display().to_string();
    sh("dpkg-deb", &["--root-owner-group", "--build", &control.display().to_string(), &file])?;
    Ok(std::fs::remove_dir_all(&control)?)
}
