//! Functions of IP addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::value::Value;
use super::{Arguments, Context, Function, function};

const GROUP: &str = "IP addresses";

pub(super) static TABLE: &[Function] = &[
    function(("isValidIp", "isValidIp(text)"), (1, 1), "Whether it is an address", ("isValidIp('::1')", "1"), |a, _| {
        tells::<IpAddr>(&a[0], |_| true)
    })
    .of(GROUP),
    function(("isValidIpV4", "isValidIpV4(text)"), (1, 1), "Whether it is an IPv4 address", ("isValidIpV4('::1')", "0"), |a, _| {
        tells::<Ipv4Addr>(&a[0], |_| true)
    })
    .of(GROUP),
    function(("isValidIpV6", "isValidIpV6(text)"), (1, 1), "Whether it is an IPv6 address", ("isValidIpV6('::1')", "1"), |a, _| {
        tells::<Ipv6Addr>(&a[0], |_| true)
    })
    .of(GROUP),
    function(
        ("isPrivateIP", "isPrivateIP(address)"),
        (1, 1),
        "Whether it is of a private network (RFC 1918)",
        ("isPrivateIP('172.20.0.9')", "1"),
        |a, _| tells(&a[0], is_private),
    )
    .of(GROUP),
    function(
        ("isPublicIP", "isPublicIP(address)"),
        (1, 1),
        "Whether it can be reached in the Internet",
        ("isPublicIP('8.8.8.8')", "1"),
        |a, _| tells(&a[0], |ip| !is_private(ip) && !is_reserved(ip)),
    )
    .of(GROUP),
    function(
        ("isReservedIP", "isReservedIP(address)"),
        (1, 1),
        "Whether it is set aside: loopback, link-local, multicast, documentation, shared and the like",
        ("isReservedIP('127.0.0.1')", "1"),
        |a, _| tells(&a[0], is_reserved),
    )
    .of(GROUP),
    function(
        ("isIpInSubnet", "isIpInSubnet(address, subnet)"),
        (2, 2),
        "Whether it lies in a subnet, written as 10.0.0.0/8 or 2001:db8::/32",
        ("isIpInSubnet('10.1.2.3', '10.1.0.0/16')", "1"),
        |a, _| tells(&a[0], |ip| is_inside(ip, &a[1])),
    )
    .of(GROUP),
    function(
        ("isIpv4InSubnet", "isIpv4InSubnet(address, subnet)"),
        (2, 2),
        "The same of IPv4 only",
        ("isIpv4InSubnet('10.2.2.3', '10.1.0.0/16')", "0"),
        |a, _| tells(&a[0], |ip: Ipv4Addr| is_inside(ip.into(), &a[1])),
    )
    .of(GROUP),
    function(
        ("isIpv6InSubnet", "isIpv6InSubnet(address, subnet)"),
        (2, 2),
        "The same of IPv6 only",
        ("isIpv6InSubnet('2001:db8::5', '2001:db8::/32')", "1"),
        |a, _| tells(&a[0], |ip: Ipv6Addr| is_inside(ip.into(), &a[1])),
    )
    .of(GROUP),
    function(
        ("ipv4ToNumber", "ipv4ToNumber(address)"),
        (1, 1),
        "The address as a number",
        ("ipv4ToNumber('1.0.0.1')", "16777217"),
        ipv4_to_number,
    )
    .of(GROUP),
];

/// Whether the value is an address, and one for which `of` holds.
fn tells<A: std::str::FromStr>(value: &Value, of: impl FnOnce(A) -> bool) -> Value {
    Value::Bool(value.as_text().parse().is_ok_and(of))
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    }
}

/// Networks that IANA has set aside, besides the private ones.
const RESERVED: [(&str, u32); 16] = [
    ("0.0.0.0", 8),
    ("100.64.0.0", 10),
    ("127.0.0.0", 8),
    ("169.254.0.0", 16),
    ("192.0.0.0", 24),
    ("192.0.2.0", 24),
    ("198.18.0.0", 15),
    ("198.51.100.0", 24),
    ("203.0.113.0", 24),
    ("224.0.0.0", 3),
    ("::", 128),
    ("::1", 128),
    ("100::", 64),
    ("2001:db8::", 32),
    ("fe80::", 10),
    ("ff00::", 8),
];

fn is_reserved(ip: IpAddr) -> bool {
    RESERVED.iter().any(|(start, bits)| start.parse().is_ok_and(|start| lies_in(ip, start, *bits)))
}

/// Whether the address lies in `subnet`, written `10.0.0.0/8`; never in one of the other family or one that cannot be read.
fn is_inside(ip: IpAddr, subnet: &Value) -> bool {
    let subnet = subnet.as_text();
    let Some((start, bits)) = subnet.split_once('/') else { return false };
    start.parse().ok().zip(bits.parse().ok()).is_some_and(|(start, bits)| lies_in(ip, start, bits))
}

fn lies_in(ip: IpAddr, start: IpAddr, bits: u32) -> bool {
    match (ip, start) {
        (IpAddr::V4(ip), IpAddr::V4(start)) => shares(ip.to_bits().into(), start.to_bits().into(), (bits, Ipv4Addr::BITS)),
        (IpAddr::V6(ip), IpAddr::V6(start)) => shares(ip.to_bits(), start.to_bits(), (bits, Ipv6Addr::BITS)),
        _ => false,
    }
}

/// Whether the first `bits` of `all` are the same.
fn shares(a: u128, b: u128, (bits, all): (u32, u32)) -> bool {
    bits <= all && (a ^ b).checked_shr(all - bits).unwrap_or(0) == 0
}

fn ipv4_to_number(arguments: &Arguments<'_>, _: &Context) -> Value {
    let address = arguments[0].as_text().parse::<Ipv4Addr>().ok();
    address.map(|address| f64::from(address.to_bits())).into()
}
