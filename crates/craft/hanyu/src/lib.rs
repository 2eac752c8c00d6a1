//! 文: what can be known of a Chinese text without knowing the office that reads it.
//!
//! Cuts, normalises, recognises, masks, classifies, compares, groups, finds and weighs texts. Knows language;
//! must not know stages, units or rights. Pure: texts come in, proposals with reasons go out, a person decides.

pub mod checks;
pub mod classify;
pub mod cut;
pub mod feature;
pub mod group;
pub mod hot;
pub mod index;
pub mod letters;
pub mod linear;
pub mod mask;
pub mod minhash;
pub mod model_file;
pub mod normalise;
pub mod place;
pub mod precedent;
mod proposal;
pub mod recur;
pub mod reply;
pub mod same;
pub mod search;
mod signature_file;
pub mod spot;
pub mod taxonomy;
pub mod vector;
mod word;
