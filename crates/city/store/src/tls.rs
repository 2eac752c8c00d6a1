//! 数据库连接加密: TLS to PostgreSQL. Asked for by `sslmode=require`, `verify-ca` or `verify-full`; the certificate is
//! always checked, with its name, against what this machine trusts or the file in `sslrootcert`.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::engine::Result;
use crate::error::StoreError;

/// What of an address the driver does not read itself: it is taken out.
pub(crate) struct Asked {
    /// the address for the driver
    pub address: String,
    /// certificates to trust instead of those of the machine
    pub roots: Option<PathBuf>,
}

/// Takes `sslrootcert` out of an address, in either of its two shapes, and says `require` for both `verify-…`.
pub(crate) fn asked(address: &str) -> Asked {
    let mut roots = None;
    let mut keep = |part: &str| -> Option<String> {
        match part.split_once('=') {
            Some(("sslrootcert", path)) => {
                roots = Some(PathBuf::from(path.replace("%2F", "/").trim_matches('\'')));
                None
            }
            Some(("sslmode", "verify-ca" | "verify-full")) => Some("sslmode=require".to_owned()),
            _ => Some(part.to_owned()),
        }
    };
    let address = if let Some((before, query)) = address.split_once('?') {
        let kept: Vec<String> = query.split('&').filter_map(&mut keep).collect();
        if kept.is_empty() { before.to_owned() } else { format!("{before}?{}", kept.join("&")) }
    } else if address.contains("://") {
        address.to_owned()
    } else {
        address.split(' ').filter_map(&mut keep).collect::<Vec<_>>().join(" ")
    };
    Asked { address, roots }
}

/// A connector that trusts these certificates, or those of the machine.
pub(crate) fn connector(roots: Option<&PathBuf>) -> Result<MakeRustlsConnect> {
    let cannot = |what: String| StoreError::CannotOpen(format!("TLS: {what}"));
    let mut store = RootCertStore::empty();
    if let Some(path) = roots {
        let file = |e: &dyn std::fmt::Display| cannot(format!("{}: {e}", path.display()));
        for cert in CertificateDer::pem_file_iter(path).map_err(|e| file(&e))? {
            store.add(cert.map_err(|e| file(&e))?).map_err(|e| file(&e))?;
        }
    } else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if store.is_empty() {
        return Err(cannot("no trusted certificates / 没有可信任的根证书,请用 sslrootcert 指定".to_owned()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| cannot(e.to_string()))?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_driver_does_not_know_is_taken_out() {
        for (whole, address, roots) in [
            ("postgres://u@h/d", "postgres://u@h/d", None),
            ("postgres://u@h/d?sslrootcert=/a/b.pem", "postgres://u@h/d", Some("/a/b.pem")),
            (
                "postgres://u@h/d?sslmode=verify-full&sslrootcert=%2Fa&connect_timeout=3",
                "postgres://u@h/d?sslmode=require&connect_timeout=3",
                Some("/a"),
            ),
            ("host=h user=u sslmode=verify-ca sslrootcert=/a", "host=h user=u sslmode=require", Some("/a")),
        ] {
            let got = asked(whole);
            assert_eq!((got.address.as_str(), got.roots), (address, roots.map(PathBuf::from)));
        }
    }
}
