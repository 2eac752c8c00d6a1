//! The contract of the store, on both engines.

mod it {
    mod basics;
    mod blobs;
    mod faults;
    mod kill;
    mod proof;
    mod small;
    mod statements;
    mod tamper;
    mod texts;
    mod tls;
}
