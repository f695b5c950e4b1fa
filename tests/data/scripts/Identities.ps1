<#
.SYNOPSIS
  Invoke-AzRestMethod in a comment is not a call.
#>
param(
    [Parameter(Mandatory)] [string] $SubscriptionId,
    [string] $ApiVersion = '2023-07-01'
)

$vmPath = "/subscriptions/$SubscriptionId/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm"

# A here-string.
$payload = @'
{
  "identity": {
    "type": "SystemAssigned"
  }
}
'@
Invoke-AzRestMethod -Path "$($vmPath)?api-version=2023-07-01" -Method PATCH -Payload $payload

# Splatting.
$request = @{
    Uri     = "https://management.azure.com$($vmPath)?api-version=$ApiVersion"
    Method  = 'Patch'
    Headers = @{
        Authorization  = "Bearer $token"
        'Content-Type' = 'application/json'
    }
    Body    = @"
{"identity": {"type": "UserAssigned", "userAssignedIdentities": {"$identityId": {}}}}
"@
}
$response = Invoke-RestMethod @request

# Converted: only a run knows the body.
$body = @{ identity = @{ type = 'None' } } | ConvertTo-Json -Depth 5
Invoke-RestMethod -Uri $request.Uri -Method Patch -Body $body -ContentType 'application/json'

# By its parts.
Invoke-AzRestMethod -SubscriptionId $SubscriptionId -ResourceGroupName rg `
    -ResourceProviderName Microsoft.Compute -ResourceType virtualMachines -Name vm `
    -ApiVersion $ApiVersion -Method GET

# Programs.
az rest --method patch --uri "https://management.azure.com$($vmPath)?api-version=2023-07-01" `
    --body '{\"identity\": {\"type\": \"None\"}}'
armclient patch "$($vmPath)?api-version=2023-07-01" "{'identity': {'type': 'None'}}"
