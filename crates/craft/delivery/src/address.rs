//! 网络地址: whom a program of the office may ask when somebody typed in an address. Addresses of the own machine and of
//! inner networks are refused, or a webhook could be pointed at what stands behind the wall (OWASP: server-side request
//! forgery), unless an administrator allowed that network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks that are allowed although they are private, as `10.1.0.0/16` or one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<(IpAddr, u8)>);

impl Networks {
    /// Reads them, separated by spaces, commas or lines.
    ///
    /// # Errors
    /// The word that is no network.
    pub fn read(text: &str) -> Result<Self, String> {
        let words = text.split([' ', ',', ';', '\n', '\r', '\t', '，', '；', '、']).filter(|w| !w.is_empty());
        let one = |word: &str| {
            let (address, length) = word.split_once('/').map_or((word, None), |(a, l)| (a, Some(l)));
            let address: IpAddr = address.parse().map_err(|_| word.to_owned())?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let length = length.map_or(Ok(most), str::parse::<u8>).map_err(|_| word.to_owned())?;
            if length > most { Err(word.to_owned()) } else { Ok((address, length)) }
        };
        words.map(one).collect::<Result<_, _>>().map(Self)
    }
    /// Is this address in one of them?
    pub fn hold(&self, address: IpAddr) -> bool {
        let bits = |a: IpAddr| match a {
            IpAddr::V4(a) => (u128::from(a.to_bits()) << 96, true),
            IpAddr::V6(a) => (a.to_bits(), false),
        };
        let (asked, four) = bits(plain(address));
        self.0.iter().any(|(network, length)| {
            let (network, of_four) = bits(*network);
            let mask = u128::MAX.checked_shl(128 - u32::from(*length)).unwrap_or(0);
            four == of_four && asked & mask == network & mask
        })
    }
}

/// An IPv4 address that is written as IPv6 is what it stands for.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => embedded(six).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// The IPv4 address inside: mapped (`::ffff:0:0/96`), NAT64 (`64:ff9b::/96`), 6to4 (`2002::/16`).
fn embedded(six: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = six.segments();
    let four = |hi: u16, lo: u16| Ipv4Addr::from_bits(u32::from(hi) << 16 | u32::from(lo));
    match s {
        [0, 0, 0, 0, 0, 0xffff, hi, lo] | [0x64, 0xff9b, 0, 0, 0, 0, hi, lo] => Some(four(hi, lo)),
        [0x2002, hi, lo, ..] => Some(four(hi, lo)),
        _ => None,
    }
}

/// May this address not be asked? Everything that the IANA registries of special-purpose addresses do not call global.
pub fn forbidden(address: IpAddr, allowed: &Networks) -> bool {
    let inner = match plain(address) {
        IpAddr::V4(a) => {
            let [b0, b1, b2, _] = a.octets();
            a.is_private()
                || a.is_loopback()
                || a.is_link_local()
                || a.is_broadcast()
                || a.is_documentation()
                || a.is_multicast()
                || b0 == 0
                || b0 >= 240
                || (b0 == 100 && (64..128).contains(&b1))
                || (b0 == 198 && (b1 == 18 || b1 == 19))
                || (b0 == 192 && b1 == 0 && b2 == 0)
                || (b0 == 192 && b1 == 88 && b2 == 99)
        }
        IpAddr::V6(a) => {
            // Only 2000::/3 is given out, and not all of it: special blocks and documentation lie inside. The rest (local
            // NAT64, IPv4 in its old clothes, segment routing) leads inside or nowhere.
            let s = a.segments();
            s[0] & 0xe000 != 0x2000
                || (s[0] == 0x2001 && s[1] < 0x200)
                || (s[0] == 0x2001 && s[1] == 0xdb8)
                || (s[0] == 0x3fff && s[1] < 0x1000)
        }
    };
    inner && !allowed.hold(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(address: &str) -> bool {
        forbidden(address.parse().unwrap(), &Networks::default())
    }

    #[test]
    fn the_own_machine_and_inner_networks_are_not_asked_however_they_are_written() {
        for inner in [
            "127.0.0.1",
            "127.8.9.1",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.18.0.1",
            "192.0.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.2.1",
            "::",
            "::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:0:8.8.8.8",
            "64:ff9b:1::808:808",
            "5f00::1",
            "3fff:fff::1",
            "100::1",
            "192.88.99.1",
            "2001::1",
        ] {
            assert!(refused(inner), "{inner}");
        }
        for outer in [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "198.20.0.1",
            "192.88.98.1",
            "2400:3200::1",
            "3fff:1000::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(!refused(outer), "{outer}");
        }
    }

    #[test]
    fn what_an_administrator_allowed_is_asked_and_nothing_beside_it() {
        let allowed = Networks::read("10.1.0.0/16, 127.0.0.1\nfd00::/8").unwrap();
        let may = |a: &str| !forbidden(a.parse().unwrap(), &allowed);
        assert!(may("10.1.255.1") && may("127.0.0.1") && may("fd12::1") && may("::ffff:10.1.0.1"));
        assert!(!may("10.2.0.1") && !may("127.0.0.2") && !may("fc00::1") && !may("::1"));
        assert!(!forbidden("::1".parse().unwrap(), &Networks::read("::/0").unwrap()));
        assert!(forbidden("10.0.0.1".parse().unwrap(), &Networks::read("::/0").unwrap()));
        for bad in ["10.0.0.0/33", "::/129", "localhost", "10.0.0.0/", "10.0/8"] {
            assert_eq!(Networks::read(bad), Err(bad.to_owned()));
        }
    }
}
