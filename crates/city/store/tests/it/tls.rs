//! TLS to PostgreSQL: with a certificate that is trusted, with one that is not, and with another name.

use std::fs;

use rcgen::{CertificateParams, KeyPair, generate_simple_self_signed};
use store::{Options, Place, Store, StoreError};
use testkit::{Cluster, TempDir};

#[test]
fn the_certificate_is_always_checked() {
    let cluster = Cluster::shared();
    let key = KeyPair::generate().expect("key");
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("names");
    let own = params.self_signed(&key).expect("signs");
    cluster.offer_tls(&own.pem(), &key.serialize_pem());

    let dir = TempDir::new();
    let (right, wrong) = (dir.path().join("right.pem"), dir.path().join("wrong.pem"));
    fs::write(&right, own.pem()).expect("writes");
    let other = generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("signs");
    fs::write(&wrong, other.cert.pem()).expect("writes");
    let open = |query: &str| {
        let place =
            Place::Postgres { url: format!("{}?{query}", cluster.url()), schema: cluster.fresh_schema() };
        Store::open(&place, Options::default()).map(|store| {
            store
                .read(|rd| {
                    let sql = "SELECT count(*) FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()";
                    rd.query_one(sql, &[], |r| r.i64(0))
                })
                .expect("asks")
        })
    };
    assert_eq!(open("sslmode=disable").expect("opens"), 0);
    for mode in ["require", "verify-ca", "verify-full"] {
        assert_eq!(open(&format!("sslmode={mode}&sslrootcert={}", right.display())).expect("opens"), 1);
        let refused = open(&format!("sslmode={mode}&sslrootcert={}", wrong.display()));
        let Err(e) = refused else { panic!("{mode}: a certificate that nobody vouches for was taken") };
        assert!(matches!(e, StoreError::CannotOpen(_) | StoreError::Lost(_)), "{e:?}");
        let Err(e) = open(&format!("sslmode={mode}")) else { panic!("{mode}: taken without any root") };
        assert!(e.to_string().to_lowercase().contains("cert"), "{e}");
    }
    let nowhere = open("sslmode=require&sslrootcert=/nowhere/root.pem");
    assert!(matches!(nowhere, Err(StoreError::CannotOpen(ref said)) if said.contains("/nowhere/root.pem")));
    // The server answers to 127.0.0.1 only.
    let name = cluster.url().replace("127.0.0.1", "localhost");
    let place = Place::Postgres {
        url: format!("{name}?sslmode=verify-full&sslrootcert={}", right.display()),
        schema: cluster.fresh_schema(),
    };
    assert!(Store::open(&place, Options::default()).is_err(), "a certificate of another name was taken");
}
