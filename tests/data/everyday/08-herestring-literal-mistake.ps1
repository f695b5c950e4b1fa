# What the old runbook sent.
$json = @'
{
  "identity": {
    "type": "SystemAssigned",
    "userAssignedIdentities": {
      "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one": {}
    }
  }
}
'@
Invoke-WebRequest -UseBasicParsing `
    -Uri 'https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm?api-version=2020-12-01' `
    -Method Patch `
    -ContentType 'application/json' `
    -Headers @{ Authorization = "Bearer $token" } `
    -Body $json
