//! The pages from outside: sign-in, forgery, strangers, the forms of all acts, texts, headers.

mod it {
    mod a_hall;
    mod a_paper;
    mod addresses;
    mod beside;
    mod forms;
    mod help;
    mod imports;
    mod nodes;
    mod pages;
    mod paid;
    mod reach;
    mod shared;
    mod sheets;
    mod slots;
    mod texts;
    mod views;
    mod walks;
}
