use serde_json::json;

use super::*;
use crate::container::{Kind, calls};
use crate::lint::{Options, check, inventory};
use crate::notation::programs;
use crate::text::Source;

const GROUP: &str = "/subscriptions/{subscriptionId}/resourceGroups/rg/providers/";

/// Method, URL, and the body or why it is not known, of the one request in a script.
fn one(text: &str) -> (String, String, Result<Option<serde_json::Value>, String>) {
    let source = Source::new("x.ps1", text.to_owned());
    let calls = calls(&source, Kind::PowerShell);
    assert_eq!(calls.len(), 1, "{text}");
    let listed = inventory(&source, &calls[0]).swap_remove(0);
    let method = listed.target.method.map(|method| method.to_string()).unwrap_or_default();
    let url = calls[0].url.as_ref().map(|url| url.text().replacen(GROUP, "", 1)).unwrap_or_default();
    (method, url, listed.reason.map_or(Ok(listed.value), Err))
}

fn rules(text: &str) -> Vec<&'static str> {
    let source = Source::new("x.ps1", text.to_owned());
    check(&source, Kind::PowerShell, &Options::default()).iter().map(|finding| finding.rule.name).collect()
}

#[test]
fn every_cmdlet_of_the_table_sends_something() {
    let cmdlets = programs::PROGRAMS.iter().filter(|program| program.notation == Notation::Cmdlet);
    for (name, _) in cmdlets.flat_map(|program| program.names) {
        assert!(sent(name).is_some(), "{name}");
    }
    assert!(sent("get-azvm").is_none() && sent("add-azvmssinstance").is_none());
}

#[test]
fn parameters_make_the_request() {
    let vm = "Microsoft.Compute/virtualMachines/vm";
    let sites = "Microsoft.Web/sites/a";
    for (text, method, url) in [
        ("restart-azvm -ResourceGroup rg -Name:vm -AsJob", "POST", format!("{vm}/restart")),
        ("Stop-AzVM rg vm -Force", "POST", format!("{vm}/deallocate")),
        ("Stop-AzVM -ResourceGroupName rg -Name vm -StayProvisioned", "POST", format!("{vm}/powerOff")),
        ("Az.Compute\\Remove-AzVM -ResourceGroupName rg -Name vm", "DELETE", vm.to_owned()),
        (
            "Update-AzVM -ResourceGroupName rg -VM $vm",
            "PUT",
            "Microsoft.Compute/virtualMachines/$vm".to_owned(),
        ),
        (
            "$vm | Update-AzVM -ResourceGroupName rg",
            "PUT",
            "Microsoft.Compute/virtualMachines/{name}".to_owned(),
        ),
        (
            "Update-AzVmss -ResourceGroupName rg -VMScaleSetName s -IdentityType None",
            "PATCH",
            "Microsoft.Compute/virtualMachineScaleSets/s".to_owned(),
        ),
        (
            "Update-AzVmss -ResourceGroupName rg -VMScaleSetName s -VirtualMachineScaleSet $s",
            "PUT",
            "Microsoft.Compute/virtualMachineScaleSets/s".to_owned(),
        ),
        (
            "Get-AzUserAssignedIdentity -ResourceGroupName rg",
            "GET",
            "Microsoft.ManagedIdentity/userAssignedIdentities".to_owned(),
        ),
        (
            "Get-AzResource -ResourceGroupName rg -Name a -ResourceType Microsoft.Web/sites -ApiVersion 2024-04-01",
            "GET",
            format!("{sites}?api-version=2024-04-01"),
        ),
        (
            "Get-AzResource -ResourceGroupName rg",
            "GET",
            "/subscriptions/{subscriptionId}/resourceGroups/rg/resources".to_owned(),
        ),
        (
            "Get-AzResource -ResourceGroupName rg -Name a/b -ResourceType Microsoft.Web/sites/slots",
            "GET",
            format!("{sites}/slots/b"),
        ),
        (
            "Invoke-AzResourceAction -ResourceGroupName rg -ResourceName a -ResourceType Microsoft.Web/sites -Action restart -Force",
            "POST",
            format!("{sites}/restart"),
        ),
        ("Invoke-AzResourceAction -ResourceId $a.Id -Action restart", "POST", "$a.Id/restart".to_owned()),
        (
            "$p = @{ ResourceGroupName = 'rg'; TemplateFile = './x/main.bicep' }\nNew-AzResourceGroupDeployment @p",
            "PUT",
            "Microsoft.Resources/deployments/main".to_owned(),
        ),
        (
            "New-AzResourceGroupDeployment -ResourceGroupName rg -Name d -TemplateFile x -WhatIf",
            "POST",
            "Microsoft.Resources/deployments/d/whatIf".to_owned(),
        ),
        (
            "Test-AzSubscriptionDeployment -Location x -Name d -TemplateFile x",
            "POST",
            "/subscriptions/{subscriptionId}/providers/Microsoft.Resources/deployments/d/validate".to_owned(),
        ),
        (
            "Get-AzTenantDeploymentWhatIfResult -Location x -Name d -TemplateFile x",
            "POST",
            "/providers/Microsoft.Resources/deployments/d/whatIf".to_owned(),
        ),
        (
            "New-AzureRmResourceGroupDeployment -ResourceGroupName rg -TemplateUri https://x",
            "PUT",
            "Microsoft.Resources/deployments/{deploymentName}".to_owned(),
        ),
    ] {
        let (found, at, _) = one(text);
        assert_eq!((found.as_str(), &at), (method, &url), "{text}");
    }
}

#[test]
fn a_body_is_known_as_far_as_the_parameters_say_it() {
    for (text, body) in [
        (
            "Update-AzVmss -ResourceGroupName rg -Name s -IdentityType SystemAssignedUserAssigned -IdentityId '/a', '/b'",
            json!({"identity": {
                "type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {"/a": {}, "/b": {}}
            }}),
        ),
        (
            "New-AzUserAssignedIdentity -ResourceGroupName rg -Name i -Location westus -Tag @{ a = 'b\"c' }",
            json!({"location": "westus", "tags": {"a": "b\"c"}}),
        ),
        (
            "$p = @{ a = 1; b = @('c') }\nNew-AzResource -ResourceId '/subscriptions/S' -Location x -Properties $p -Force",
            json!({"location": "x", "properties": {"a": 1, "b": ["c"]}}),
        ),
        (
            "New-AzResource -ResourceId '/subscriptions/S' -IsFullObject -PropertyObject @{ location = 'x' }",
            json!({"location": "x"}),
        ),
        (
            "Set-AzResource -ResourceId '/subscriptions/S' -Tag @{ a = 'b' } -Force",
            json!({"tags": {"a": "b"}}),
        ),
        (
            "Set-AzResource -ResourceId '/subscriptions/S' -UsePatchSemantics -Properties @{ a = $true }",
            json!({"properties": {"a": true}}),
        ),
        (
            "Invoke-AzResourceAction -ResourceId '/subscriptions/S' -Action a -Parameters @{ b = 1 }",
            json!({"b": 1}),
        ),
    ] {
        assert_eq!(one(text).2, Ok(Some(body)), "{text}");
    }
    for (text, why) in [
        (
            "Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType None",
            "the rest of the virtual machine is what $vm holds",
        ),
        (
            "New-AzResource -ResourceId '/subscriptions/S' -Properties $p",
            "only a run of the script knows -Properties",
        ),
        (
            "Set-AzResource -ResourceId '/subscriptions/S' -Properties @{ a = 1 }",
            "the cmdlet reads the resource first and sends the rest of it but its identity",
        ),
        (
            "New-AzResourceGroupDeployment -ResourceGroupName rg -TemplateFile a.json",
            "the template is in a.json",
        ),
    ] {
        assert_eq!(one(text).2.unwrap_err(), why, "{text}");
    }
}

#[test]
fn rules_speak_of_what_the_parameters_say() {
    let id =
        "/subscriptions/$s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
    for text in [
        "Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType SystemAssigned".to_owned(),
        "Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType UserAssigned -IdentityId $ids".to_owned(),
        format!("Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType UserAssigned -IdentityId \"{id}\""),
        "New-AzVM -ResourceGroupName rg -Name vm -SystemAssignedIdentity".to_owned(),
        "New-AzVmss -ResourceGroupName rg -VMScaleSetName s -SystemAssignedIdentity".to_owned(),
        "Get-AzResource -ResourceGroupName rg -ResourceType Microsoft.Compute/virtualMachines -Name vm"
            .to_owned(),
        "write-host \"\n  New-AzResourceGroupDeployment -Name $n ``\n    -ResourceGroupName $rg\n\""
            .to_owned(),
    ] {
        assert_eq!(rules(&text), [""; 0], "{text}");
    }
    for (text, found) in [
        ("Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType UserAssigned".to_owned(), "identity-ids-missing"),
        (
            format!("Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType UserAssigned -IdentityId \"{}\"", &id[1..]),
            "identity-id-invalid",
        ),
        ("Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType System".to_owned(), "identity-type-invalid"),
        (
            "New-AzVmss -ResourceGroupName rg -VMScaleSetName s -OrchestrationMode Flexible -SystemAssignedIdentity".to_owned(),
            "identity-not-for-flexible",
        ),
        (
            "New-AzResource -ResourceGroupName rg -ResourceType Microsoft.Compute/virtualMachines -Name a -ApiVersion 2024-07-01 \
             -Location x -Properties @{ hardwareProfile = @{ vmSiz = 'Standard_D2s_v3' } }"
                .to_owned(),
            "unknown-property",
        ),
    ] {
        assert_eq!(rules(&text), [found], "{text}");
    }
}
