//! The functions of the template language and how many arguments each takes.
//!
//! From Microsoft's reference of ARM template functions and the metadata of its editor extension
//! (`microsoft/vscode-azurearmtools`, `assets/ExpressionMetadata.json`); where they differ, the wider range, and
//! where ARM's own library of 2026 was asked, what it said.

use std::fmt;

use crate::text::suggest;

/// How many arguments a function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// The fewest.
    pub least: u8,
    /// The most; `None` if there is no limit.
    pub most: Option<u8>,
}

impl Arguments {
    /// True if `count` arguments are right.
    pub fn admit(self, count: usize) -> bool {
        count >= usize::from(self.least) && self.most.is_none_or(|most| count <= usize::from(most))
    }
}

impl fmt::Display for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (0, Some(0)) => f.write_str("no arguments"),
            (least, Some(most)) if least == most => write!(f, "{least} argument{}", plural(least)),
            (least, Some(most)) if most == least + 1 => write!(f, "{least} or {most} arguments"),
            (least, Some(most)) => write!(f, "{least} to {most} arguments"),
            (least, None) => write!(f, "at least {least} argument{}", plural(least)),
        }
    }
}

fn plural(count: u8) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// A function of the template language.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name as it is documented; ARM compares without regard to case.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arguments: Arguments,
}

const fn exactly(name: &'static str, count: u8) -> Function {
    range(name, count, count)
}

const fn range(name: &'static str, least: u8, most: u8) -> Function {
    Function { name, arguments: Arguments { least, most: Some(most) } }
}

const fn from(name: &'static str, least: u8) -> Function {
    Function { name, arguments: Arguments { least, most: None } }
}

/// Every function by name. `list…` stands for all whose names begin so: what they list is for the resource
/// provider to say.
pub static FUNCTIONS: &[Function] = &[
    exactly("add", 2),
    from("and", 2),
    exactly("array", 1),
    exactly("base64", 1),
    exactly("base64ToJson", 1),
    exactly("base64ToString", 1),
    exactly("bool", 1),
    exactly("buildUri", 1),
    exactly("cidrHost", 2),
    exactly("cidrSubnet", 3),
    from("coalesce", 0),
    from("concat", 0),
    exactly("contains", 2),
    range("copyIndex", 0, 2),
    from("createArray", 0),
    from("createObject", 0),
    exactly("dataUri", 1),
    exactly("dataUriToString", 1),
    range("dateTimeAdd", 2, 3),
    exactly("dateTimeFromEpoch", 1),
    exactly("dateTimeToEpoch", 1),
    exactly("deployer", 0),
    exactly("deployment", 0),
    exactly("distinct", 1),
    exactly("div", 2),
    exactly("empty", 1),
    exactly("endsWith", 2),
    exactly("environment", 0),
    exactly("equals", 2),
    from("extensionResourceId", 3),
    exactly("extensions", 1),
    range("externalInput", 1, 2),
    exactly("externalInputs", 1),
    exactly("fail", 1),
    exactly("false", 0),
    exactly("filter", 2),
    exactly("first", 1),
    exactly("flatten", 1),
    exactly("float", 1),
    from("format", 1),
    exactly("greater", 2),
    exactly("greaterOrEquals", 2),
    range("groupBy", 2, 3),
    from("guid", 1),
    exactly("if", 3),
    exactly("indexFromEnd", 2),
    exactly("indexOf", 2),
    exactly("int", 1),
    from("intersection", 2),
    exactly("items", 1),
    exactly("join", 2),
    exactly("json", 1),
    from("lambda", 2),
    exactly("lambdaVariables", 1),
    exactly("last", 1),
    exactly("lastIndexOf", 2),
    exactly("length", 1),
    exactly("less", 2),
    exactly("lessOrEquals", 2),
    exactly("like", 2),
    exactly("managementGroup", 0),
    from("managementGroupResourceId", 2),
    exactly("map", 2),
    exactly("mapValues", 2),
    from("max", 1),
    from("min", 1),
    exactly("mod", 2),
    exactly("mul", 2),
    exactly("newGuid", 0),
    exactly("not", 1),
    exactly("null", 0),
    exactly("objectKeys", 1),
    from("or", 2),
    range("padLeft", 2, 3),
    exactly("parameters", 1),
    exactly("parseCidr", 1),
    exactly("parseUri", 1),
    range("pickZones", 3, 5),
    range("providers", 1, 2),
    exactly("range", 2),
    exactly("reduce", 3),
    range("reference", 1, 3),
    range("references", 1, 2),
    exactly("replace", 3),
    exactly("resourceGroup", 0),
    from("resourceId", 2),
    exactly("resourceInfo", 1),
    exactly("roleDefinitions", 1),
    exactly("shallowMerge", 1),
    exactly("skip", 2),
    exactly("sort", 2),
    exactly("split", 2),
    exactly("startsWith", 2),
    exactly("string", 1),
    exactly("sub", 2),
    exactly("subscription", 0),
    from("subscriptionResourceId", 2),
    range("substring", 2, 3),
    exactly("take", 2),
    range("target", 0, 1),
    exactly("tenant", 0),
    from("tenantResourceId", 2),
    exactly("toLogicalZone", 3),
    exactly("toLogicalZones", 3),
    exactly("toLower", 1),
    range("toObject", 2, 3),
    exactly("toPhysicalZone", 3),
    exactly("toPhysicalZones", 3),
    exactly("toUpper", 1),
    exactly("trim", 1),
    exactly("true", 0),
    from("tryGet", 2),
    from("tryIndexFromEnd", 2),
    from("union", 2),
    from("uniqueString", 1),
    exactly("uri", 2),
    exactly("uriComponent", 1),
    exactly("uriComponentToString", 1),
    range("utcNow", 0, 1),
    exactly("variables", 1),
];

/// `listKeys`, `listCredentials`, …: a resource, its API version, and what the request holds.
static LIST: Function = range("list…", 2, 3);

/// The function called `name`, in any case.
pub fn find_function(name: &str) -> Option<&'static Function> {
    let order = |function: &Function| {
        let known = function.name.bytes().map(|byte| byte.to_ascii_lowercase());
        known.cmp(name.bytes().map(|byte| byte.to_ascii_lowercase()))
    };
    match FUNCTIONS.binary_search_by(order) {
        Ok(index) => Some(&FUNCTIONS[index]),
        Err(_) => name.get(..4).filter(|word| word.eq_ignore_ascii_case("list")).map(|_| &LIST),
    }
}

/// True if the result of a function, named in small letters, has nothing of its arguments but whether they are empty,
/// equal, longer and the like.
pub fn only_compares(lower: &str) -> bool {
    matches!(
        lower,
        "and"
            | "contains"
            | "empty"
            | "endswith"
            | "equals"
            | "greater"
            | "greaterorequals"
            | "indexof"
            | "lastindexof"
            | "length"
            | "less"
            | "lessorequals"
            | "not"
            | "or"
            | "startswith"
    )
}

/// The function whose name is nearest to `name`, if one is near.
pub(super) fn nearest_function(name: &str) -> Option<&'static str> {
    suggest::nearest(name, FUNCTIONS.iter().map(|function| function.name)).first().copied()
}
