//! 插槽: a place on a page of one movement that others fill through their own door. The page declares what it is
//! about (its key); a filler is a function of its movement's pages, and the router joins them (`web/src/slots.rs`).
//!
//! A filler knows no page: a form in its fragment posts to its own route, which comes back with 303. One that fails,
//! or that is not for this reader, gives nothing; the page never fails by it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use city::Error;
use kernel::CaseId;

use crate::{Kit, Oops, Reader};

/// What fills a place: HTML of the filler's own template, so it is escaped there.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// HTML of one or more whole elements
    pub html: String,
}

/// A number with its name and the page behind it, at home.
#[derive(Clone, Debug)]
pub struct Tile {
    /// what is counted
    pub label: String,
    /// how many
    pub count: String,
    /// the list behind it
    pub href: String,
    /// it should not wait
    pub hot: bool,
}

/// A case as its page at the desk shows it.
#[derive(Clone, Debug)]
pub struct CaseKey {
    /// id
    pub id: CaseId,
    /// 受理编号
    pub number: String,
}

/// A case as the person who lodged it follows it.
#[derive(Clone, Debug)]
pub struct FollowedCase {
    /// 受理编号
    pub number: String,
    /// 查询码
    pub code: String,
}

/// A filler at work.
pub type Filling<V> = Pin<Box<dyn Future<Output = Result<Vec<V>, Oops>> + Send>>;

/// What a movement puts into a slot: asks its own use case as this reader.
pub type Filler<K, V> = Arc<dyn Fn(Reader, K) -> Filling<V> + Send + Sync>;

/// A filler of a movement, with the handles of its pages.
pub fn filler<A, K, V>(kit: &Kit<A>, fill: fn(Kit<A>, Reader, K) -> Filling<V>) -> Filler<K, V>
where
    A: Clone + Send + Sync + 'static,
    K: 'static,
    V: 'static,
{
    let kit = kit.clone();
    Arc::new(move |reader, key| fill(kit.clone(), reader, key))
}

/// A page waits for the slowest of its fillers: few is a rule.
const FILLERS_MAX: usize = 4;

/// A slot: its key `K`, and what fills it.
pub struct Slot<K, V = Fragment>(Vec<Filler<K, V>>);

impl<K, V> std::fmt::Debug for Slot<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Slot({} fillers)", self.0.len())
    }
}

impl<K: Clone, V: Send + 'static> Slot<K, V> {
    /// Filled by these, in this order. More than four do not compile.
    pub fn new<const N: usize>(fillers: [Filler<K, V>; N]) -> Self {
        const { assert!(N <= FILLERS_MAX, "too many fillers of one slot") };
        Self(fillers.into())
    }

    /// What the fillers give for this page, all at the same time.
    pub async fn fill(&self, reader: &Reader, key: &K) -> Vec<V> {
        let start = |f: &Filler<K, V>| tokio::spawn(f(reader.clone(), key.clone()));
        let running: Vec<_> = self.0.iter().map(start).collect();
        let mut given = Vec::new();
        for filler in running {
            match filler.await {
                Ok(Ok(some)) => given.extend(some),
                Ok(Err(Oops(Error::Forbidden(_) | Error::NotFound | Error::SignIn))) => {}
                Ok(Err(Oops(e))) => drop(reader.note.as_ref().inspect(|n| n.failed(&e))),
                Err(e) => drop(reader.note.as_ref().inspect(|n| n.broke(&format!("slot: {e}")))),
            }
        }
        given
    }
}
