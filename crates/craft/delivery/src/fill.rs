//! 套用模板: `{name}` in a template becomes the value of that name.

/// Fills a template. A name that nobody knows is left as it stands, so that it is seen; nothing that is filled in is
/// read again.
pub fn fill<'v>(template: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut out = String::with_capacity(template.len() + 40);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let known = after.split_once('}').and_then(|(name, tail)| Some((value(name)?, tail)));
        match known {
            Some((text, tail)) => {
                out.push_str(text);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_once_and_unknown_names_stay() {
        let value = |name: &str| match name {
            "a" => Some("{b}"),
            "b" => Some("乙"),
            _ => None,
        };
        assert_eq!(fill("{a}{b} {\"k\":\"{b}\"} {c} {", value), "{b}乙 {\"k\":\"乙\"} {c} {");
    }
}
