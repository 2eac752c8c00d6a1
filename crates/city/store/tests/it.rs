//! The contract of the store, on both engines.

mod it {
    mod basics;
    mod faults;
    mod kill;
    mod small;
    mod tamper;
    mod texts;
    mod tls;
}
