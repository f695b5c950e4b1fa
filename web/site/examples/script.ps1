$body = '{"identity":{"type":"SystemAssigned","UserAssigned"}}'
$path = '/subscriptions/<SUBSCRIPTION ID>/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/web-1?api-version=2018-06-01'
Invoke-AzRestMethod -Method PATCH -Path $path -Payload $body

az rest --method patch --url "https://management.azure.com$path" --body '{"identity":{"type":"SystemAssigned"}}'
