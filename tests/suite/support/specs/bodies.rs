//! Request bodies that are right: the official ones, where they are there, and some of our own.

use crate::support::needs::shared_if_there;
use armbody::arm::{ApiVersion, Method};
use serde_json::Value;

/// A body and what it is for.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    /// Where it is from.
    pub(crate) name: String,
    pub(crate) resource_type: String,
    pub(crate) version: ApiVersion,
    pub(crate) method: Method,
    pub(crate) value: Value,
}

const VM: &str = "Microsoft.Compute/virtualMachines";
const VMSS: &str = "Microsoft.Compute/virtualMachineScaleSets";
const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

const VM_PUT: &str = r#"{"location": "westus", "zones": ["1"], "tags": {"team": "web"},
    "identity": {"type": "SystemAssigned"},
    "plan": {"name": "n", "publisher": "p", "product": "q"},
    "properties": {
        "hardwareProfile": {"vmSize": "Standard_DS1_v2"},
        "priority": "Low", "evictionPolicy": "Deallocate", "licenseType": "Windows_Server",
        "storageProfile": {
            "imageReference": {"publisher": "Canonical", "offer": "UbuntuServer", "sku": "18.04-LTS", "version": "latest"},
            "osDisk": {"name": "os", "caching": "ReadWrite", "createOption": "FromImage", "diskSizeGB": 30,
                "osType": "Linux", "managedDisk": {"storageAccountType": "Standard_LRS"}},
            "dataDisks": [{"lun": 0, "createOption": "Empty", "diskSizeGB": 1023, "caching": "None"},
                {"lun": 1, "createOption": "Empty", "diskSizeGB": 1023}]},
        "osProfile": {"computerName": "myVM", "adminUsername": "azureuser",
            "windowsConfiguration": {"provisionVMAgent": true, "enableAutomaticUpdates": false,
                "winRM": {"listeners": [{"protocol": "Http"}]}},
            "linuxConfiguration": {"disablePasswordAuthentication": true,
                "ssh": {"publicKeys": [{"path": "/home/u/.ssh/authorized_keys", "keyData": "ssh-rsa AAAA"}]}}},
        "networkProfile": {"networkInterfaces": [{"id": "/subscriptions/s/n", "properties": {"primary": true}}]},
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": true, "storageUri": "https://a.b"}}}}"#;

const VMSS_PUT: &str = r#"{"location": "westus", "sku": {"name": "Standard_D1_v2", "tier": "Standard", "capacity": 3},
    "identity": {"type": "SystemAssigned"},
    "properties": {"overprovision": true,
        "upgradePolicy": {"mode": "Rolling", "rollingUpgradePolicy": {"maxBatchInstancePercent": 20,
            "maxUnhealthyInstancePercent": 20, "maxUnhealthyUpgradedInstancePercent": 20, "pauseTimeBetweenBatches": "PT0S"}},
        "virtualMachineProfile": {
            "storageProfile": {
                "imageReference": {"publisher": "Canonical", "offer": "UbuntuServer", "sku": "18.04-LTS", "version": "latest"},
                "osDisk": {"caching": "ReadWrite", "createOption": "FromImage",
                    "managedDisk": {"storageAccountType": "Standard_LRS"}}},
            "osProfile": {"computerNamePrefix": "vmss", "adminUsername": "azureuser"},
            "networkProfile": {"networkInterfaceConfigurations": [{"name": "nic", "properties": {"primary": true,
                "enableIPForwarding": true,
                "ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": "/subscriptions/s/n"},
                    "publicIPAddressConfiguration": {"name": "pip", "properties": {"idleTimeoutInMinutes": 10}}}}]}}]}}}}"#;

const VM_PATCH: &str = r#"{"tags": {"a": "b"}, "identity": {"type": "SystemAssigned"},
    "properties": {"hardwareProfile": {"vmSize": "Standard_DS1_v2"},
        "storageProfile": {"osDisk": {"createOption": "FromImage", "caching": "ReadOnly"},
            "dataDisks": [{"lun": 0, "createOption": "Empty"}]}}}"#;

const OWN: [(&str, &str, &str, &str); 9] = [
    (VM, "2019-03-01", "PUT", VM_PUT),
    (VM, "2021-07-01", "PUT", VM_PUT),
    (VM, "2024-07-01", "PUT", VM_PUT),
    (VM, "2018-06-01", "PATCH", VM_PATCH),
    (VM, "2026-04-01", "PATCH", VM_PATCH),
    (VMSS, "2018-10-01", "PUT", VMSS_PUT),
    (VMSS, "2024-07-01", "PUT", VMSS_PUT),
    (IDENTITY, "2018-11-30", "PUT", r#"{"location": "eastus", "tags": {"key": "value"}}"#),
    (IDENTITY, "2024-11-30", "PUT", r#"{"location": "eastus", "tags": {"key": "value"}}"#),
];

/// The bodies of this file.
pub(crate) fn own() -> Vec<Body> {
    let body = |(resource_type, version, method, text): &(&str, &str, &str, &str)| Body {
        name: format!("own {resource_type} {version} {method}"),
        resource_type: (*resource_type).to_owned(),
        version: version.parse().expect("a version"),
        method: method.parse().expect("a method"),
        value: serde_json::from_str(text).expect("it is JSON"),
    };
    OWN.iter().map(body).collect()
}

/// The official bodies; none if they are not there.
pub(crate) fn official() -> Vec<Body> {
    let Some(examples) = shared_if_there("specs/examples") else { return Vec::new() };
    let index = std::fs::read_to_string(examples.join("index.tsv")).expect("it is readable");
    let body = |line: &str| {
        let [file, resource_type, version, method, ..] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let text = std::fs::read_to_string(examples.join(file)).expect("listed in the index");
        Body {
            name: file.to_owned(),
            resource_type: resource_type.to_owned(),
            version: version.parse().expect("a version"),
            method: method.parse().expect("a method"),
            value: serde_json::from_str(&text).expect("it is JSON"),
        }
    };
    index.lines().skip(1).map(body).collect()
}
