//! 限流: one limiter for pages and interface. A bucket for each network; what a flood of networks costs is paid by
//! the neighbours of that flood, never by everybody.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use kernel::{Moment, US_PER_SECOND};

/// Networks of one kind of asking that are known at a time.
const KNOWN_MAX: usize = 50_000;
/// Coarse buckets for the networks that find no place any more.
const COARSE: usize = 4_096;
/// What a coarse bucket holds, in buckets of one network.
const COARSE_TIMES: f64 = 8.0;

/// Where somebody asks from: an IPv4 address, or the /64 of an IPv6 address, which is one household or office. None
/// when it is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Network(Option<IpAddr>);

impl Network {
    /// The network of an address.
    pub fn of(address: IpAddr) -> Self {
        Self(Some(match address.to_canonical() {
            IpAddr::V6(six) => first_bits(six, 4),
            four @ IpAddr::V4(_) => four,
        }))
    }
    /// The network of who asks. `forwarded` are the lines of `X-Forwarded-For` in their order; each of `hops` trusted
    /// proxies has written one address at the end of the list, so that the one before them all is the last but `hops` −
    /// 1. What stands before it was written by anybody and counts for nothing; without a proxy all of it does.
    pub fn asking<'a>(
        peer: Option<IpAddr>,
        forwarded: impl DoubleEndedIterator<Item = &'a str>,
        hops: u8,
    ) -> Self {
        let told = usize::from(hops)
            .checked_sub(1)
            .and_then(|before| forwarded.rev().flat_map(|line| line.rsplit(',')).nth(before));
        let told = told.and_then(|text| address_in(text.trim()));
        told.or(peer).map_or_else(Self::default, Self::of)
    }
    /// For the record.
    pub fn text(self) -> String {
        match self.0 {
            None => String::new(),
            Some(IpAddr::V4(four)) => four.to_string(),
            Some(IpAddr::V6(six)) => format!("{six}/64"),
        }
    }
    /// Is it known at all?
    pub const fn is_known(self) -> bool {
        self.0.is_some()
    }
    fn coarse(self) -> Option<IpAddr> {
        self.0.map(|address| match address {
            IpAddr::V4(four) => {
                let [a, b, ..] = four.octets();
                IpAddr::V4(Ipv4Addr::new(a, b, 0, 0))
            }
            IpAddr::V6(six) => first_bits(six, 2),
        })
    }
}

/// The first `parts` groups of sixteen bits.
fn first_bits(six: Ipv6Addr, parts: usize) -> IpAddr {
    let mut all = six.segments();
    all[parts..].fill(0);
    IpAddr::from(all)
}

/// An address as proxies write it: alone, in brackets, with a port.
fn address_in(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').split(']').next().unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|a| a.ip()))
}

/// What is asked without an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// a form is sent: a letter, an answer, a sign-in
    Form,
    /// a page is read
    Page,
}

/// How much one network may ask in a minute, at once or one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// forms
    pub forms: u32,
    /// pages of the portal
    pub pages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { forms: 30, pages: 1_200 }
    }
}

impl Way {
    /// Word of it between nodes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Page => "page",
        }
    }
}

/// The name of a network between nodes: the same on each of them, and readable for nobody.
pub type Key = Arc<dyn Fn(Network) -> i64 + Send + Sync>;

/// The limiter.
pub struct Strangers {
    forms: Buckets,
    pages: Buckets,
    key: Key,
}

impl std::fmt::Debug for Strangers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Strangers({:?}, {:?})", self.forms.most, self.pages.most)
    }
}

impl Strangers {
    /// With these limits.
    pub fn new(limits: Limits, key: Key) -> Self {
        Self { forms: Buckets::new(limits.forms), pages: Buckets::new(limits.pages), key }
    }
    fn of(&self, way: Way) -> &Buckets {
        match way {
            Way::Form => &self.forms,
            Way::Page => &self.pages,
        }
    }
    /// What networks asked here since this was called last: those that have used a quarter of their bucket, the most
    /// first. Who asks little is nobody's business elsewhere.
    pub fn untold(&self, most: usize) -> Vec<(Way, i64, u32)> {
        let mut all: Vec<_> = [Way::Form, Way::Page]
            .into_iter()
            .flat_map(|way| self.of(way).untold(most).into_iter().map(move |(net, n)| (way, net, n)))
            .collect();
        all.sort_by_key(|a| std::cmp::Reverse(a.2));
        all
    }
    /// A network asked so often at another node: that counts here as well.
    pub fn hear(&self, way: &str, net: i64, n: i64, now: Moment) {
        let way = if way == Way::Form.word() { Way::Form } else { Way::Page };
        self.of(way).hear(net, n, now);
    }
    /// Takes one; when there is none, answers in how many seconds there is.
    ///
    /// # Errors
    /// Seconds until the next.
    pub fn take(&self, way: Way, network: Network, now: Moment) -> Result<(), u32> {
        self.of(way).take(network, (self.key)(network), now)
    }
}

/// What is left, and when that was so.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Moment,
    /// taken here and not told to other nodes yet
    untold: u32,
}

impl Bucket {
    fn fill(&mut self, most: f64, per_us: f64, now: Moment) {
        self.left = (self.left + now.us_since(self.at).max(0) as f64 * per_us).min(most);
        self.at = now;
    }
    fn take(&mut self, most: f64, per_us: f64, now: Moment) -> Result<(), u32> {
        self.fill(most, per_us, now);
        if self.left >= 1.0 {
            self.left -= 1.0;
            self.untold += 1;
            return Ok(());
        }
        Err(((1.0 - self.left) / per_us / US_PER_SECOND as f64).ceil() as u32)
    }
}

#[derive(Debug)]
struct Buckets {
    most: f64,
    per_us: f64,
    /// by the key of the network, and the coarse ones
    all: Mutex<(HashMap<i64, Bucket>, Vec<Bucket>)>,
}

impl Buckets {
    fn new(per_minute: u32) -> Self {
        let most = f64::from(per_minute.max(1));
        let full = Bucket { left: most * COARSE_TIMES, at: Moment::from_us(0), untold: 0 };
        let all = Mutex::new((HashMap::new(), vec![full; COARSE]));
        Self { most, per_us: most / (60.0 * US_PER_SECOND as f64), all }
    }
    fn take(&self, network: Network, key: i64, now: Moment) -> Result<(), u32> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, coarse) = &mut *all;
        if known.len() >= KNOWN_MAX && !known.contains_key(&key) {
            // Who is full again need not be remembered.
            known.retain(|_, b| b.left + (now.us_since(b.at).max(0) as f64) * self.per_us < self.most);
            if known.len() >= KNOWN_MAX {
                let mut hash = DefaultHasher::new();
                network.coarse().hash(&mut hash);
                let slot = (hash.finish() % COARSE as u64) as usize;
                return coarse[slot].take(self.most * COARSE_TIMES, self.per_us * COARSE_TIMES, now);
            }
        }
        known.entry(key).or_insert(self.full(now)).take(self.most, self.per_us, now)
    }
    fn full(&self, now: Moment) -> Bucket {
        Bucket { left: self.most, at: now, untold: 0 }
    }
    fn untold(&self, most: usize) -> Vec<(i64, u32)> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let busy = all.0.iter_mut().filter(|(_, b)| b.untold > 0 && b.left < self.most * 0.75);
        busy.take(most).map(|(key, b)| (*key, std::mem::take(&mut b.untold))).collect()
    }
    fn hear(&self, key: i64, n: i64, now: Moment) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if all.0.len() >= KNOWN_MAX && !all.0.contains_key(&key) {
            return;
        }
        let bucket = all.0.entry(key).or_insert(self.full(now));
        bucket.fill(self.most, self.per_us, now);
        // At most so far below nothing that a minute makes it good.
        bucket.left = (bucket.left - n.max(0) as f64).max(-self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strangers(limits: Limits) -> Strangers {
        let key = |n: Network| {
            let mut hash = DefaultHasher::new();
            n.hash(&mut hash);
            hash.finish().cast_signed()
        };
        Strangers::new(limits, Arc::new(key))
    }

    #[test]
    fn what_was_asked_at_another_node_counts_here() {
        let [a, b] = [(); 2].map(|()| strangers(Limits { forms: 8, pages: 8 }));
        let now = Moment::from_us(0);
        let take = |s: &Strangers| s.take(Way::Form, net("192.0.2.1"), now);
        take(&a).unwrap();
        assert!(a.untold(9).is_empty(), "who asks little is told nobody");
        (0..3).for_each(|_| take(&a).unwrap());
        let told = a.untold(9);
        assert_eq!(told.iter().map(|t| t.2).collect::<Vec<_>>(), [4]);
        assert!(a.untold(9).is_empty(), "told once");
        told.iter().for_each(|(way, net, n)| b.hear(way.word(), *net, i64::from(*n), now));
        assert_eq!((0..8).filter(|_| take(&b).is_ok()).count(), 4, "one bucket for both");
        assert!(
            b.take(Way::Page, net("192.0.2.1"), now).is_ok()
                && b.take(Way::Form, net("192.0.2.2"), now).is_ok()
        );
        b.hear("form", told[0].1, 1_000, now);
        let minute = now.plus_us(75 * US_PER_SECOND);
        assert!(b.take(Way::Form, net("192.0.2.1"), minute).is_ok(), "however much it was, it is made good");
    }

    fn net(text: &str) -> Network {
        Network::of(text.parse().unwrap())
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let s = strangers(Limits { forms: 3, pages: 5 });
        let now = Moment::from_us(0);
        let take = |n: &str, us: i64| s.take(Way::Form, net(n), now.plus_us(us));
        for _ in 0..3 {
            assert_eq!(take("192.0.2.1", 0), Ok(()));
        }
        assert_eq!(take("192.0.2.1", 0), Err(20));
        assert_eq!(take("192.0.2.2", 0), Ok(()));
        assert_eq!(s.take(Way::Page, net("192.0.2.1"), now), Ok(()), "pages are another bucket");
        assert_eq!(take("192.0.2.1", 20_000_000), Ok(()));
        assert_eq!(take("192.0.2.1", 20_000_000), Err(20));
        for i in 0..3 {
            assert_eq!(take(&format!("2001:db8:0:1::{i}"), 0), Ok(()));
        }
        assert!(take("2001:db8:0:1:ffff::9", 0).is_err(), "one /64, one bucket");
        assert_eq!(take("2001:db8:0:2::1", 0), Ok(()));
    }

    #[test]
    fn a_flood_of_networks_closes_the_door_for_its_neighbours_only() {
        let s = strangers(Limits { forms: 30, pages: 30 });
        let now = Moment::from_us(0);
        s.take(Way::Form, net("198.51.100.7"), now).unwrap();
        let mut refused = 0_u32;
        for i in 0_u32..60_000 {
            let six = format!("2001:db8:{:x}:{:x}::1", i / 65_536, i % 65_536);
            refused += u32::from(s.take(Way::Form, net(&six), now).is_err());
        }
        assert!(refused > 9_000, "{refused}: the flood is bounded");
        assert_eq!(s.take(Way::Form, net("198.51.100.7"), now), Ok(()), "who was known goes on");
        assert_eq!(s.take(Way::Form, net("203.0.113.9"), now), Ok(()), "a newcomer from elsewhere comes in");
        assert_eq!(s.take(Way::Form, net("2400:3200::1"), now), Ok(()), "and one with IPv6");
    }

    #[test]
    fn only_the_trusted_proxies_say_who_asks() {
        let peer = Some("10.0.0.1".parse().unwrap());
        let asks = |lines: &[&str], hops| Network::asking(peer, lines.iter().copied(), hops).text();
        assert_eq!(asks(&["203.0.113.1"], 0), "10.0.0.1", "nobody is in front");
        assert_eq!(asks(&["6.6.6.6, 203.0.113.1"], 1), "203.0.113.1");
        assert_eq!(asks(&["6.6.6.6", "203.0.113.1"], 1), "203.0.113.1", "several lines are one list");
        assert_eq!(asks(&["6.6.6.6, 203.0.113.1, 10.9.9.9"], 2), "203.0.113.1");
        assert_eq!(asks(&["203.0.113.1:443"], 1), "203.0.113.1");
        assert_eq!(asks(&["[2001:db8::5]:443"], 1), "2001:db8::/64");
        assert_eq!(asks(&["unknown"], 1), "10.0.0.1");
        assert_eq!(asks(&[], 2), "10.0.0.1");
        assert_eq!(asks(&["::ffff:203.0.113.1"], 1), "203.0.113.1");
    }
}
