//! 接下来: at home, what a new city has still to do.

use askama::Template;
use people::next::Line;
use web_kit::{Filling, Fragment, Lang, Reader, in_words};

use crate::{Kit, Page};

struct Shown {
    what: String,
    opens: String,
    href: Option<String>,
    /// what comes before, or who does it
    note: String,
}

#[derive(Template)]
#[template(path = "slot_next.html")]
struct NextHtml {
    p: Page,
    done: String,
    lines: Vec<Shown>,
}

fn shown(p: &Page, l: &Line) -> Shown {
    let words = |both: people::next::Both| in_words(p.lang, both.0, both.1);
    let note = match &l.href {
        None => {
            let who: Vec<&str> =
                l.who.iter().map(|r| if p.lang == Lang::Zh { r.zh() } else { r.word() }).collect();
            p.t.next_other.replace("{who}", &who.join(p.t.next_or))
        }
        Some(_) if !l.ready => p.t.next_before.to_owned(),
        Some(_) => String::new(),
    };
    let href = l.href.clone().filter(|_| l.ready);
    Shown { what: words(l.what), opens: words(l.opens), href, note }
}

/// At home of who sets the city up: what is open.
pub fn next_at_home(kit: Kit, reader: Reader, (): ()) -> Filling<Fragment> {
    Box::pin(async move {
        let p = Page::from(reader);
        let next = next_list(&kit, p).await?;
        Ok(next.into_iter().map(|html| Fragment { html }).collect())
    })
}

/// What is open of setting the city up, for who does it.
pub(crate) async fn next_list(kit: &Kit, p: Page) -> Result<Option<String>, city::Error> {
    let Some(me) = p.me.as_ref().filter(|_| p.may(access::Operation::WriteLimits)) else {
        return Ok(None);
    };
    let all = kit.acts.people.next(me.actor.clone()).await?;
    let open: Vec<&Line> = all.iter().filter(|l| !l.done).collect();
    if open.is_empty() {
        return Ok(None);
    }
    let done = p.t.next_done.replace("{n}", &(all.len() - open.len()).to_string());
    let done = done.replace("{all}", &all.len().to_string());
    let lines = open.into_iter().map(|l| shown(&p, l)).collect();
    NextHtml { p, done, lines }.render().map(Some).map_err(city::Error::bug)
}
