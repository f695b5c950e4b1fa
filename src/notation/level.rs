//! Where a deployment has to be made so that it reaches a resource.

use crate::arm::{BlankStyle, Level, RequestTarget};

/// The level of the deployment that can declare a resource.
///
/// # Errors
///
/// Why none does, as the rest of a sentence.
pub(super) fn level_of(target: &RequestTarget) -> Result<Level, &'static str> {
    if target.resource_type.is_deployment() {
        return Err("a deployment within another needs a template of its own");
    }
    let Some(scope) = &target.scope else {
        return Ok(if target.resource_group.is_some() { Level::Group } else { Level::Subscription });
    };
    let scope = scope.spell(BlankStyle::Angle);
    let segments: Vec<&str> = scope.split('/').filter(|segment| !segment.is_empty()).collect();
    match segments[..] {
        [] => Ok(Level::Tenant),
        [providers, namespace, kind, _]
            if providers.eq_ignore_ascii_case("providers")
                && namespace.eq_ignore_ascii_case("Microsoft.Management")
                && kind.eq_ignore_ascii_case("managementGroups") =>
        {
            Ok(Level::ManagementGroup)
        }
        _ => Err("a resource that belongs to another one is declared with that one"),
    }
}
