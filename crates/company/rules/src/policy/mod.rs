//! 政策厨房与政策包: conditions are rows, not code; answers are met, unmet or unknown, with the sentence that decides.
//!
//! Read in this order: [`item`] (what a policy item is, as it stands in a file), [`facts`] (what is known of
//! companies), [`expr`] (the small expressions of amounts), [`evaluate`] (the answer and its trace), [`pack`] (what one
//! company reads), [`checkup`] (contradictions shown before release), [`replay`] (who gains, who loses, what it costs).

pub mod amount;
pub mod checkup;
mod column;
pub mod condition;
pub mod document;
pub mod evaluate;
pub mod expr;
pub mod facts;
pub mod item;
pub mod number;
pub mod pack;
pub mod period;
pub mod replay;
mod said;
pub mod sheets;
pub mod told;
pub mod trace;
pub mod value;

pub use document::Document;
pub use evaluate::{Answer, Engine, Truth};
pub use facts::{Company, Facts};
pub use item::{Book, PolicyError, PolicyItem};
pub use number::Number;
pub use trace::Trace;
