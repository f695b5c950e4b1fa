$sub = (Get-AzContext).Subscription.Id
$uami = "/subscriptions/$sub/resourceGroups/rg-id/providers/Microsoft.ManagedIdentity/userAssignedIdentities/uami-app"
$body = @"
{
  "identity": {
    "type": "UserAssigned",
    "userAssignedIdentities": {
      "$uami": {}
    }
  }
}
"@

Invoke-AzRestMethod -Method PATCH -Payload $body `
  -Path "/subscriptions/$sub/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/vm-app?api-version=2022-08-01"

$token = (Get-AzAccessToken -ResourceUrl 'https://management.azure.com/').Token
$headers = @{
    'Authorization' = "Bearer $token"
    'Content-Type'  = 'application/json'
}
Invoke-RestMethod -Method Patch -Headers $headers -Body $body -Uri "https://management.azure.com/subscriptions/$sub/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/vm-app?api-version=2022-08-01"
