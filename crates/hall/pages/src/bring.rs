//! 要带什么: what the situation of a booking asks for, from the guide of the item as it is today.

use catalogue::situation::resolve;
use web_kit::{Oops, address, escape};

use crate::Kit;

/// What to bring, or where the questions are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bring {
    /// the papers: name, and how many with a word on them
    pub papers: Vec<(String, String)>,
    /// the guide, with what was answered
    pub guide: String,
}

/// The address of a guide or a booking with its answers.
pub(crate) fn with_answers(path: &str, answers: &[String]) -> String {
    let pairs: Vec<(&str, &str)> = answers.iter().map(|a| ("a", a.as_str())).collect();
    address(path, &pairs)
}

/// What is to be brought for an item; nothing is listed while the guide still has a question, or answers fit it no more.
pub(crate) async fn bring(kit: &Kit, item: &str, answers: &[String]) -> Result<Bring, Oops> {
    let guide = with_answers(&format!("/guide/{}", escape(item)), answers);
    let found = match kit.acts.items.item_today(item.to_owned()).await {
        Ok(found) => found,
        Err(city::Error::NotFound) => return Ok(Bring::default()),
        Err(e) => return Err(Oops(e)),
    };
    let given: Vec<&str> = answers.iter().map(String::as_str).collect();
    let mut out = Bring { guide, ..Bring::default() };
    if let Ok(applies) = resolve(&found, &given)
        && applies.refused.is_none()
    {
        let notice = catalogue::notice::notice(&found, &applies, kit.city.store().now().date());
        out.papers = notice.bring.into_iter().map(|m| (m.name, format!("{} {}", m.number, m.note))).collect();
    }
    Ok(out)
}
