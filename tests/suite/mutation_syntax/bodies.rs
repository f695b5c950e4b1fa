//! Bodies without a mistake: Azure's own examples where they are at hand, each with an identity of the right
//! form for its version, and some of this project.

use crate::support::needs::shared_if_there;

use serde_json::{Map, Value, json};

/// A body and what it is for.
pub(crate) struct Body {
    pub(crate) name: String,
    pub(crate) resource_type: String,
    pub(crate) version: String,
    pub(crate) method: String,
    /// The text as it is published.
    pub(crate) text: String,
    /// The value, with an identity if the type takes one in this version.
    pub(crate) value: Value,
}

const VM: &str = "Microsoft.Compute/virtualMachines";

/// Azure's examples; none where they are not there.
pub(crate) fn published() -> Vec<Body> {
    let Some(folder) = shared_if_there("specs/examples") else { return Vec::new() };
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    index
        .lines()
        .skip(1)
        .enumerate()
        .map(|(at, line)| {
            let columns: Vec<&str> = line.split('\t').collect();
            let text = std::fs::read_to_string(folder.join(columns[0])).unwrap();
            let mut value: Value = serde_json::from_str(&text).unwrap();
            identify(&mut value, columns[1], columns[2], at);
            Body {
                name: columns[0].to_owned(),
                resource_type: columns[1].to_owned(),
                version: columns[2].to_owned(),
                method: columns[3].to_owned(),
                text,
                value,
            }
        })
        .collect()
}

/// Gives a body the identity that its type and version can have, one of three kinds in turn.
fn identify(value: &mut Value, resource_type: &str, version: &str, turn: usize) {
    if !resource_type.starts_with("Microsoft.Compute/") || version < "2016-03-30" {
        return;
    }
    let Some(body) = value.as_object_mut() else { return };
    let id = |name: &str| {
        format!(
            "/subscriptions/{{subscription-id}}/resourceGroups/myResourceGroup/providers/\
             Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        )
    };
    let ids = |identity: &mut Map<String, Value>| {
        if version >= "2018-06-01" {
            identity.insert("userAssignedIdentities".into(), json!({ id("ID1"): {}, id("ID2"): {} }));
        } else {
            identity.insert("identityIds".into(), json!([id("ID1"), id("ID2")]));
        }
    };
    let mut identity = Map::new();
    if version < "2017-12-01" || turn.is_multiple_of(3) {
        identity.insert("type".into(), json!("SystemAssigned"));
    } else if turn % 3 == 1 {
        identity.insert("type".into(), json!("UserAssigned"));
        ids(&mut identity);
    } else {
        identity.insert("type".into(), json!("SystemAssigned, UserAssigned"));
        ids(&mut identity);
    }
    body.insert("identity".into(), Value::Object(identity));
}

/// Bodies of this project, so that there are some everywhere.
pub(crate) fn own() -> Vec<Body> {
    let bodies = [
        ("PATCH", json!({"tags": {"team": "web", "stage": "test"}, "zones": ["1", "2"]})),
        (
            "PATCH",
            json!({"tags": {"note": "a, b: {c} [d]"}, "plan": {"name": "n", "publisher": "p", "product": "q"}}),
        ),
        (
            "PUT",
            json!({
                "location": "westus",
                "properties": {
                    "hardwareProfile": {"vmSize": "Standard_D2_v2"},
                    "osProfile": {
                        "computerName": "myVM",
                        "adminUsername": "azureuser",
                        "linuxConfiguration": {
                            "disablePasswordAuthentication": true,
                            "ssh": {"publicKeys": [{"path": "/home/azureuser/.ssh/authorized_keys", "keyData": "ssh-rsa AAAA"}]}
                        }
                    },
                    "storageProfile": {
                        "imageReference": {"sku": "22_04-lts", "publisher": "Canonical", "version": "latest", "offer": "ubuntu"},
                        "osDisk": {"caching": "ReadWrite", "managedDisk": {"storageAccountType": "StandardSSD_LRS"}, "name": "myVM3osdisk", "createOption": "FromImage"},
                        "dataDisks": [{"diskSizeGB": 1023, "createOption": "Empty", "lun": 0}, {"diskSizeGB": 1023, "createOption": "Empty", "lun": 1}]
                    },
                    "networkProfile": {
                        "networkInterfaces": [{
                            "id": "/subscriptions/{subscription-id}/resourceGroups/myResourceGroup/providers/Microsoft.Network/networkInterfaces/myNic",
                            "properties": {"primary": true}
                        }]
                    }
                }
            }),
        ),
        ("PATCH", json!({})),
    ];
    bodies
        .into_iter()
        .enumerate()
        .map(|(at, (method, mut value))| {
            identify(&mut value, VM, "2024-07-01", at + 1);
            Body {
                name: format!("own body {at}"),
                resource_type: VM.to_owned(),
                version: "2024-07-01".to_owned(),
                method: method.to_owned(),
                text: value.to_string(),
                value,
            }
        })
        .collect()
}
