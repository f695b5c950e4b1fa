//! Members of resources that templates have and requests have not.

/// Members of a template's resource that the deployment reads and does not send.
/// (<https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax#resources> and what Bicep emits)
pub const OF_DEPLOYMENTS: [&str; 17] = [
    "@options",
    "apiVersion",
    "asserts",
    "comments",
    "condition",
    "copy",
    "dependsOn",
    "existing",
    "extension",
    "import",
    "metadata",
    "name",
    "resourceGroup",
    "resources",
    "scope",
    "subscriptionId",
    "type",
];
