//! What `environment()` gives in each cloud.

use super::value::{Member, Value};

/// What the function gives in the cloud called `name`; `None` if it is not known.
///
/// Source: Microsoft's page of deployment functions (Azure), the metadata of Azure Resource Manager 2019-05-01 (the
/// others).
pub(super) fn environment(name: &str) -> Option<Value> {
    let cloud = CLOUDS.iter().find(|it| it.name.eq_ignore_ascii_case(name))?;
    let text = |name: &str, value: &str| Member::new(name, value);
    let login = cloud.login;
    let authentication = Value::object(vec![
        text("loginEndpoint", login),
        Member::new(
            "audiences",
            Value::array(vec![cloud.service_management.into(), cloud.resource_manager.into()]),
        ),
        text("tenant", "common"),
        text("identityProvider", "AAD"),
    ]);
    let suffixes = Value::object(vec![
        text("acrLoginServer", cloud.registry),
        text("azureDatalakeAnalyticsCatalogAndJob", cloud.analytics),
        text("azureDatalakeStoreFileSystem", cloud.lake),
        text("azureFrontDoorEndpointSuffix", cloud.front_door),
        text("keyvaultDns", cloud.vault),
        text("sqlServerHostname", cloud.sql),
        text("storage", cloud.storage),
    ]);
    Some(Value::object(vec![
        text("name", cloud.name),
        text("gallery", cloud.gallery),
        text("graph", cloud.graph),
        text("portal", cloud.portal),
        text("graphAudience", cloud.graph),
        text("activeDirectoryDataLake", cloud.data_lake),
        text("batch", cloud.batch),
        text("media", cloud.media),
        text("sqlManagement", cloud.sql_management),
        text("vmImageAliasDoc", IMAGES),
        text("resourceManager", cloud.resource_manager),
        Member::new("authentication", authentication),
        Member::new("suffixes", suffixes),
    ]))
}

const IMAGES: &str = "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json";

struct Cloud {
    name: &'static str,
    gallery: &'static str,
    graph: &'static str,
    portal: &'static str,
    data_lake: &'static str,
    batch: &'static str,
    media: &'static str,
    sql_management: &'static str,
    resource_manager: &'static str,
    service_management: &'static str,
    login: &'static str,
    registry: &'static str,
    analytics: &'static str,
    lake: &'static str,
    front_door: &'static str,
    vault: &'static str,
    sql: &'static str,
    storage: &'static str,
}

static CLOUDS: [Cloud; 3] = [
    Cloud {
        name: "AzureCloud",
        gallery: "https://gallery.azure.com/",
        graph: "https://graph.windows.net/",
        portal: "https://portal.azure.com",
        data_lake: "https://datalake.azure.net/",
        batch: "https://batch.core.windows.net/",
        media: "https://rest.media.azure.net",
        sql_management: "https://management.core.windows.net:8443/",
        resource_manager: "https://management.azure.com/",
        service_management: "https://management.core.windows.net/",
        login: "https://login.microsoftonline.com/",
        registry: ".azurecr.io",
        analytics: "azuredatalakeanalytics.net",
        lake: "azuredatalakestore.net",
        front_door: "azurefd.net",
        vault: ".vault.azure.net",
        sql: ".database.windows.net",
        storage: "core.windows.net",
    },
    Cloud {
        name: "AzureUSGovernment",
        gallery: "https://gallery.usgovcloudapi.net/",
        graph: "https://graph.windows.net/",
        portal: "https://portal.azure.us",
        data_lake: "",
        batch: "https://batch.core.usgovcloudapi.net/",
        media: "https://rest.media.usgovcloudapi.net",
        sql_management: "https://management.core.usgovcloudapi.net:8443/",
        resource_manager: "https://management.usgovcloudapi.net/",
        service_management: "https://management.core.usgovcloudapi.net/",
        login: "https://login.microsoftonline.us/",
        registry: ".azurecr.us",
        analytics: "",
        lake: "",
        front_door: "azurefd.us",
        vault: ".vault.usgovcloudapi.net",
        sql: ".database.usgovcloudapi.net",
        storage: "core.usgovcloudapi.net",
    },
    Cloud {
        name: "AzureChinaCloud",
        gallery: "https://gallery.chinacloudapi.cn/",
        graph: "https://graph.chinacloudapi.cn/",
        portal: "https://portal.azure.cn",
        data_lake: "",
        batch: "https://batch.chinacloudapi.cn/",
        media: "https://rest.media.chinacloudapi.cn",
        sql_management: "https://management.core.chinacloudapi.cn:8443/",
        resource_manager: "https://management.chinacloudapi.cn/",
        service_management: "https://management.core.chinacloudapi.cn/",
        login: "https://login.chinacloudapi.cn/",
        registry: ".azurecr.cn",
        analytics: "",
        lake: "",
        front_door: "",
        vault: ".vault.azure.cn",
        sql: ".database.chinacloudapi.cn",
        storage: "core.chinacloudapi.cn",
    },
];
