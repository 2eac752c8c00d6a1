//! The contract of the store, on both engines.

mod it {
    mod basics;
    mod small;
}
