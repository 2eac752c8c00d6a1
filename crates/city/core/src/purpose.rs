//! 用途: what somebody needs personal data for. It stands on record beside the look.

use crate::Error;

/// The longest purpose, characters.
const MOST: usize = 200;

/// A purpose as it is recorded.
///
/// # Errors
/// Nothing is said, or too much.
pub fn purpose_of(text: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST {
        return Err(Error::invalid(
            "purpose",
            format!("请写明用途（{MOST} 字以内）"),
            format!("state the purpose, {MOST} characters at most"),
        ));
    }
    Ok(text.to_owned())
}
