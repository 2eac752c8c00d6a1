//! The interface, called as clients call it.

mod it {
    mod applications;
    mod city;
    mod clients;
    mod hostile;
    mod loops;
    mod matrix;
    mod people;
}
