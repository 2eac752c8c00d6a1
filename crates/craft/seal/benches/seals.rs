//! How many seals a second one thread sets and checks, by time on a core. `openssl speed sm2` is the peer.
#![expect(clippy::print_stdout, reason = "a benchmark prints its section")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use kernel::Moment;
use seal::make::{self, Holder, SealDraft};
use seal::{KeySigner, Options, SecretKey, Signer as _};

/// Seconds this thread has been on a core, so that a busy machine does not blur the figures; the wall clock
/// where the system does not tell.
fn cpu(since: Instant) -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|s| s.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(|| since.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

fn rate(name: &str, mut once: impl FnMut()) {
    let start = Instant::now();
    let from = cpu(start);
    let mut n = 0u32;
    while start.elapsed() < Duration::from_secs(2) {
        once();
        n += 1;
    }
    println!("{name:<48} {:>8.0} /s", f64::from(n) / (cpu(start) - from));
}

fn main() -> Result<(), kernel::Said> {
    let at = |text: &str| text.parse::<Moment>().unwrap_or_default();
    let Some(key) = SecretKey::from_bytes(&[5; 32]) else { return Ok(()) };
    let holder = Holder {
        name: "试用".into(),
        organization: "临江市".into(),
        serial: 1,
        not_before: at("2025-01-01"),
        not_after: at("2027-01-01"),
        is_ca: false,
    };
    let certificate = make::certificate(&holder, key.public(), None, &|m| key.sign(m))?;
    let signer = KeySigner::new(key, certificate)?;
    let draft = SealDraft {
        vendor: "BANCHENG".into(),
        id: "1".into(),
        kind: 1,
        name: "试用章".into(),
        users: vec![signer.certificate().to_vec()],
        created: at("2025-06-01"),
        valid_from: at("2025-06-01"),
        valid_to: at("2026-06-01"),
        picture_kind: "PNG".into(),
        picture: vec![7; 16_000],
        width: 40,
        height: 40,
    };
    let seal = make::seal(&draft, &signer)?;
    let now = at("2026-01-01");
    let document = vec![b'x'; 4_000];
    let stamp = make::stamp(&seal, &document, "/Signature.xml", &signer, now)?;
    let options = Options::at(now);
    rate("set a seal (16 KB picture) under 4 KB", || {
        let _ = black_box(make::stamp(&seal, &document, "/Signature.xml", &signer, now));
    });
    rate("check it: value, seal, certificates", || {
        let _ = black_box(seal::verify_detached(&document, &stamp, &options));
    });
    rate("SM2 signature alone", || {
        let _ = black_box(signer.sign(&document));
    });
    let value = signer.sign(&document)?;
    let owner = seal::Certificate::read(signer.certificate());
    rate("SM2 check alone", || {
        black_box(owner.as_ref().map(|c| c.check(&document, &value)));
    });
    Ok(())
}
