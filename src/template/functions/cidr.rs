//! Blocks of addresses, as the library that ARM uses for them (`IPNetwork2`) reads and divides them.

use super::{Call, invalid};
use crate::template::refusal::Outcome;
use crate::template::value::{Member, Value};

type Answer = Outcome<Option<Value>>;

/// A block of addresses.
#[derive(Clone, Copy)]
struct Network {
    /// The first address.
    first: u128,
    /// How many bits are the network's.
    prefix: u32,
    /// How many bits an address has.
    bits: u32,
}

fn bad(what: &str) -> crate::template::refusal::Outcome<Network> {
    Err(invalid(what))
}

impl Network {
    /// Reads `10.0.0.0/24`. Without a length the class of the address says it; what no address has is passed over.
    fn read(text: &str) -> Outcome<Self> {
        if text.is_empty() {
            return bad("Value cannot be null. (Parameter 'network')");
        }
        let clean: String = text
            .chars()
            .map(|it| if it.is_whitespace() { ' ' } else { it })
            .filter(|it| it.is_ascii_hexdigit() || matches!(it, '.' | ':' | '/' | ' '))
            .collect();
        let mut parts = clean.split(['/', ' ']).filter(|it| !it.is_empty());
        let Some(address) = parts.next() else { return bad("Index was outside the bounds of the array.") };
        let (address, bits) = read_address(address).map_or_else(|| Err(invalid("ipaddress")), Ok)?;
        let prefix = match parts.next() {
            None if bits == 128 => 64,
            None => match address >> 24 {
                0..128 => 8,
                128..192 => 16,
                192..224 => 24,
                _ => 32,
            },
            Some(length) => match length.parse::<u32>() {
                Ok(length) if length <= bits => length,
                _ => match read_address(length).filter(|it| it.1 == bits && bits == 32) {
                    Some((mask, _))
                        if (mask as u32).leading_ones() + (mask as u32).trailing_zeros() >= 32 =>
                    {
                        (mask as u32).leading_ones()
                    }
                    _ => return bad("cidr"),
                },
            },
        };
        Ok(Self { first: address & mask(prefix, bits), prefix, bits })
    }

    fn last(self) -> u128 {
        self.first | !mask(self.prefix, self.bits) & all(self.bits)
    }

    fn write(self, address: u128) -> String {
        write_address(address, self.bits)
    }
}

fn all(bits: u32) -> u128 {
    if bits >= 128 { u128::MAX } else { (1 << bits) - 1 }
}

fn mask(prefix: u32, bits: u32) -> u128 {
    let host = bits.saturating_sub(prefix);
    if host >= 128 { 0 } else { all(bits) & !((1u128 << host) - 1) }
}

/// An address and how many bits its kind has.
fn read_address(text: &str) -> Option<(u128, u32)> {
    if text.contains(':') {
        return text.parse::<std::net::Ipv6Addr>().ok().map(|it| (it.to_bits(), 128));
    }
    // Parts may be fewer than four, octal or hexadecimal; the last takes what is left.
    let parts: Vec<u128> = text.split('.').map(read_part).collect::<Option<_>>()?;
    let (last, leading) = parts.split_last()?;
    if leading.len() > 3 || leading.iter().any(|it| *it > 255) {
        return None;
    }
    let rest = 8 * (4 - leading.len() as u32);
    if *last > all(rest) {
        return None;
    }
    let head = leading.iter().fold(0, |sum, part| sum << 8 | part);
    Some((head << rest | last, 32))
}

fn read_part(text: &str) -> Option<u128> {
    if text.is_empty() || text.len() > 12 {
        return None;
    }
    match text {
        _ if text.starts_with('0') && text.len() > 1 => u128::from_str_radix(&text[1..], 8).ok(),
        _ => text.parse().ok(),
    }
}

fn write_address(address: u128, bits: u32) -> String {
    if bits == 32 {
        return std::net::Ipv4Addr::from_bits(address as u32).to_string();
    }
    let groups: Vec<u16> = (0..8).rev().map(|at| (address >> (16 * at)) as u16).collect();
    // .NET writes the last half as an IPv4 address where it stands for one.
    let embedded = groups[..4] == [0; 4]
        && groups[6] != 0
        && matches!((groups[4], groups[5]), (0, 0 | 0xffff | 0x5efe) | (0xffff, 0));
    let shown = if embedded { &groups[..6] } else { &groups[..] };
    // The first of the longest runs of zeros, of at least two.
    let (mut best, mut best_len, mut at) = (0, 1, 0);
    while at < shown.len() {
        let run = shown[at..].iter().take_while(|it| **it == 0).count();
        if run > best_len {
            (best, best_len) = (at, run);
        }
        at += run.max(1);
    }
    let hex = |groups: &[u16]| groups.iter().map(|it| format!("{it:x}")).collect::<Vec<_>>().join(":");
    let mut text = if best_len > 1 {
        format!("{}::{}", hex(&shown[..best]), hex(&shown[best + best_len..]))
    } else {
        hex(shown)
    };
    if embedded {
        if !text.ends_with(':') {
            text.push(':');
        }
        text.push_str(&std::net::Ipv4Addr::from_bits(address as u32).to_string());
    }
    text
}

pub(super) fn parse_cidr(call: &mut Call<'_>) -> Answer {
    let network = Network::read(call.text(0)?)?;
    let is_v4 = network.bits == 32;
    let (first, last) = (network.first, network.last());
    let usable = match (is_v4, network.prefix) {
        (true, 31..) => (first, first),
        (true, _) => (first + 1, last - 1),
        (false, _) => (first, last),
    };
    let mut members = vec![
        Member::new("network", network.write(first)),
        Member::new("netmask", network.write(mask(network.prefix, network.bits))),
    ];
    if is_v4 {
        members.push(Member::new("broadcast", network.write(last)));
    }
    members.push(Member::new("firstUsable", network.write(usable.0)));
    members.push(Member::new("lastUsable", network.write(usable.1)));
    members.push(Member::new("cidr", i64::from(network.prefix)));
    Ok(Some(Value::object(members)))
}

pub(super) fn cidr_subnet(call: &mut Call<'_>) -> Answer {
    let network = Network::read(call.text(0)?)?;
    let (prefix, at) = (call.int(1)?, call.int(2)?);
    let fits = |prefix: &u32| *prefix <= network.bits;
    let Some(prefix) = u32::try_from(prefix).ok().filter(fits) else {
        return Err(invalid("Specified argument was out of the range of valid values. (Parameter 'cidr')"));
    };
    let Some(more) = prefix.checked_sub(network.prefix) else { return Err(invalid("cidr")) };
    let count = if more >= 128 { u128::MAX } else { 1u128 << more };
    let Some(at) = u128::try_from(at).ok().filter(|it| *it < count) else {
        return Err(invalid(format!(
            "The specified subnetIndex '{at}' is not a valid index of the subnet size '{count}'."
        )));
    };
    let host = network.bits - prefix;
    let first = network.first | if host >= 128 { 0 } else { at << host };
    Ok(Some(format!("{}/{prefix}", network.write(first)).into()))
}

pub(super) fn cidr_host(call: &mut Call<'_>) -> Answer {
    let network = Network::read(call.text(0)?)?;
    let at = call.int(1)?;
    let host = network.bits - network.prefix;
    // All addresses but the first and the last.
    let usable = if host >= 127 { i128::MAX } else { (1i128 << host) - 2 };
    if i128::from(at) >= usable {
        return Err(invalid("Specified argument was out of the range of valid values. (Parameter 'i')"));
    }
    let address = network.first.wrapping_add_signed(i128::from(at) + 1) & all(network.bits);
    Ok(Some(network.write(address).into()))
}
