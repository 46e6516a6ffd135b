//! Functions of IP addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::row::Row;
use super::super::value::Value;
use super::{Context, Function};

pub(super) const TABLE: &[Function] = &[
    Function::new("isValidIp", (1, 1), |a, _, _| tells::<IpAddr>(&a[0], |_| true)),
    Function::new("isValidIpV4", (1, 1), |a, _, _| tells::<Ipv4Addr>(&a[0], |_| true)),
    Function::new("isValidIpV6", (1, 1), |a, _, _| tells::<Ipv6Addr>(&a[0], |_| true)),
    Function::new("isPrivateIP", (1, 1), |a, _, _| tells(&a[0], is_private)),
    Function::new("isIpInSubnet", (2, 2), |a, _, _| tells(&a[0], |ip| is_inside(ip, &a[1]))),
    Function::new("isIpv4InSubnet", (2, 2), |a, _, _| tells(&a[0], |ip: Ipv4Addr| is_inside(ip.into(), &a[1]))),
    Function::new("isIpv6InSubnet", (2, 2), |a, _, _| tells(&a[0], |ip: Ipv6Addr| is_inside(ip.into(), &a[1]))),
    Function::new("ipv4ToNumber", (1, 1), ipv4_to_number),
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

/// Whether the address lies in `subnet`, written `10.0.0.0/8`; never in one of the other family or one that cannot be read.
fn is_inside(ip: IpAddr, subnet: &Value) -> bool {
    let subnet = subnet.as_text();
    let Some((start, bits)) = subnet.split_once('/') else { return false };
    let Some((start, bits)) = start.parse::<IpAddr>().ok().zip(bits.parse::<u32>().ok()) else { return false };
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

fn ipv4_to_number(arguments: &[Value], _: &Row, _: &Context) -> Value {
    let address = arguments[0].as_text().parse::<Ipv4Addr>().ok();
    address.map(|address| f64::from(address.to_bits())).into()
}
